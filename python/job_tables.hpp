// Results of a JobEngine as dictionaries of arrays.
#pragma once

#include "bindings.hpp"

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "adcore/job/results.hpp"
#include "bucket_columns.hpp"

namespace adcore::python {

using TableDict = py::typing::Dict<py::str, py::object>;

/// The columns of one table; their memory is taken over.
class TablePacker {
 public:
  void operator()(const char* name, Flags& column) {
    const bool is_number = std::string_view(name) == "level";
    auto array = adopt(std::move(column), {static_cast<py::ssize_t>(column.size())});
    packed_[name] = is_number ? py::object(std::move(array)) : py::object(array.attr("view")("bool"));
  }
  template <class T>
  void operator()(const char* name, std::vector<T>& column) {
    const auto rows = static_cast<py::ssize_t>(column.size());
    packed_[name] = adopt(std::move(column), {rows});
  }
  [[nodiscard]] auto packed() const -> const TableDict& { return packed_; }

 private:
  TableDict packed_;
};

[[nodiscard]] inline auto pack_texts(const Interner& texts) -> py::list {
  py::list packed;
  for (std::uint32_t code = 0; code < texts.size(); ++code) {
    const auto text = texts.text(code);
    packed.append(py::reinterpret_steal<py::object>(
        PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace")));
  }
  return packed;
}

template <class Table>
[[nodiscard]] auto pack_columns_of(Table& table) -> TableDict {
  TablePacker packer;
  table.columns(packer);
  return packer.packed();
}

[[nodiscard]] inline auto pack_results(JobResults&& results) -> TableDict {
  TableDict packed;
  packed["texts"] = pack_texts(results.texts);
  results.tables([&](const char* name, auto& table) { packed[name] = pack_columns_of(table); });
  return packed;
}

}  // namespace adcore::python

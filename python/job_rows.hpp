// Columns of records as a JobEngine takes them: NumPy arrays and lists of labels, where they lie.
#pragma once

#include <pybind11/typing.h>

#include "bindings.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/job/columns.hpp"

namespace adcore::python {

/// (codes uint32[n], labels)
using KeyTuple = std::tuple<UInt32Array, py::typing::List<py::str>>;

/// Keeps the labels alive that its views borrow, whatever becomes of the lists.
class KeyColumns {
 public:
  explicit KeyColumns(const std::vector<KeyTuple>& keys) {
    labels_.resize(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      codes_.push_back(std::get<0>(keys[i]));
      alive_.emplace_back(std::get<1>(keys[i]));
      for (const auto& label : alive_.back()) labels_[i].push_back(text_of(label));
    }
  }
  [[nodiscard]] auto slice(std::size_t first, std::size_t rows) const -> std::vector<KeyView> {
    std::vector<KeyView> part;
    for (std::size_t i = 0; i < codes_.size(); ++i) part.push_back({part_of(view(codes_[i]), first, rows), labels_[i]});
    return part;
  }

 private:
  // The whole of a column that is shorter: whether it is long enough is for the engine to say.
  static auto part_of(std::span<const std::uint32_t> codes, std::size_t first, std::size_t rows)
      -> std::span<const std::uint32_t> {
    return first + rows <= codes.size() ? codes.subspan(first, rows) : codes;
  }
  static auto text_of(const py::handle& label) -> std::string_view {
    Py_ssize_t bytes = 0;
    const char* utf8 = PyUnicode_AsUTF8AndSize(label.ptr(), &bytes);
    if (utf8 == nullptr) throw py::error_already_set();
    return {utf8, static_cast<std::size_t>(bytes)};
  }

  std::vector<UInt32Array> codes_;
  std::vector<py::tuple> alive_;
  std::vector<std::vector<std::string_view>> labels_;
};

[[nodiscard]] inline auto slice(const std::vector<ColumnView>& views, std::size_t first, std::size_t rows)
    -> std::vector<ColumnView> {
  std::vector<ColumnView> part;
  for (const auto& view : views) {
    part.emplace_back(view.values + static_cast<std::ptrdiff_t>(first) * view.stride, rows, view.stride);
  }
  return part;
}

}  // namespace adcore::python

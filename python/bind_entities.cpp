// EntityTable: key values to entity ids, and back.
#include "bindings.hpp"

#include <pybind11/typing.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/column/column_view.hpp"
#include "adcore/column/entity_table.hpp"
#include "guarded_calls.hpp"

namespace adcore::python {
namespace {

using GuardedEntities = Guarded<EntityTable>;
using Labels = std::vector<std::optional<std::string>>;
using LabelList = py::typing::List<std::optional<std::string>>;

auto labels_of(const LabelList& texts) -> Labels {
  Labels labels;
  for (const auto& text : texts) {
    if (text.is_none()) {
      labels.emplace_back(std::nullopt);
      continue;
    }
    Py_ssize_t bytes = 0;
    const char* utf8 = PyUnicode_AsUTF8AndSize(text.ptr(), &bytes);
    if (utf8 == nullptr) throw py::error_already_set();
    labels.emplace_back(std::in_place, utf8, static_cast<std::size_t>(bytes));
  }
  return labels;
}

// Labels become values of the field when a row first has them: ids follow the rows, and not how a batch happens to
// order its labels, or which of them no row has.
class Translation {
 public:
  Translation(EntityTable& table, std::size_t field, const Labels& labels)
      : table_(table), field_(field), labels_(labels), codes_(labels.size(), kUnknown) {}

  [[nodiscard]] auto operator()(std::uint32_t code) -> std::uint32_t {
    if (code >= codes_.size()) {
      throw_invalid_argument("codes", code, "below the number of labels, " + std::to_string(labels_.size()));
    }
    if (codes_[code] == kUnknown) {
      const auto& label = labels_[code];
      codes_[code] = label ? table_.intern_value(field_, *label) : kNoCode;
    }
    return codes_[code];
  }

 private:
  static constexpr std::uint32_t kUnknown = kNoCode - 1;  // no string has this code

  EntityTable& table_;
  std::size_t field_;
  const Labels& labels_;
  std::vector<std::uint32_t> codes_;
};

// 53 bits are what a double holds exactly.
auto hash_labels(const LabelList& texts) -> DoubleArray {
  auto out = make_array<double>({texts.size()});
  auto* data = out.mutable_data();
  for (const auto& label : labels_of(texts)) *data++ = label ? static_cast<double>(hash_text(*label) >> 11U) : kMissing;
  return out;
}

auto intern_labels(GuardedEntities& entities, std::size_t field, const UInt32Array& codes, const LabelList& texts)
    -> UInt32Array {
  const auto labels = labels_of(texts);
  auto out = make_array<std::uint32_t>({static_cast<std::size_t>(codes.size())});
  change(entities, [&, data = out.mutable_data(), rows = view(codes)](EntityTable& table) {
    Translation translate(table, field, labels);
    std::transform(rows.begin(), rows.end(), data, [&](std::uint32_t code) { return translate(code); });
  });
  return out;
}

auto intern_codes(GuardedEntities& entities, const std::vector<UInt32Array>& codes) -> UInt32Array {
  std::vector<std::span<const std::uint32_t>> columns;
  for (const auto& column : codes) columns.push_back(view(column));
  auto out = make_array<std::uint32_t>({columns.empty() ? 0 : columns.front().size()});
  change(entities, [&, ids = mutable_view(out)](EntityTable& table) { table.intern_codes(columns, ids); });
  return out;
}

auto keys(const GuardedEntities& entities, const UInt32Array& ids, std::size_t field) -> std::vector<std::string> {
  return ask(entities, [&, wanted = view(ids)](const EntityTable& table) {
    std::vector<std::string> texts;
    for (const std::uint32_t id : wanted) texts.emplace_back(table.key(id, field));
    return texts;
  });
}

auto find(const GuardedEntities& entities, const std::vector<std::string>& key) -> std::optional<std::uint32_t> {
  const std::vector<std::string_view> parts(key.begin(), key.end());
  const auto id = ask(entities, [&](const EntityTable& table) { return table.find(parts); });
  return id == kNoCode ? std::nullopt : std::optional(id);
}

}  // namespace

void bind_entities(py::module_& module) {
  module.def("hash_labels", &hash_labels, py::arg("labels"),
             "A number per text: the same for equal texts; NaN for None.");
  py::class_<GuardedEntities>(module, "EntityTable", "Tuples of key texts to entity ids 0, 1, 2, ... by first sight.")
      .def(py::init(&make<GuardedEntities, std::size_t>), py::arg("key_fields"))
      .def("intern_labels", &intern_labels, py::arg("field"), py::arg("codes"), py::arg("labels"),
           "For each row the field's own code of labels[codes[row]]; 2^32 - 1 where the label is None.")
      .def("intern_codes", &intern_codes, py::arg("codes"), "For each row the id of the tuple of one code per field.")
      .def("keys", &keys, py::arg("ids"), py::arg("field"), "The text of one key field of each entity.")
      .def("find", &find, py::arg("key"), "The id of a tuple of texts, or None.")
      .def("__len__", &fact<GuardedEntities, &EntityTable::size>)
      .def("memory_bytes", &fact<GuardedEntities, &EntityTable::memory_bytes>)
      .def("to_bytes", &to_bytes<GuardedEntities>)
      .def_static("from_bytes", &from_bytes<GuardedEntities>, py::arg("bytes"));
}

}  // namespace adcore::python

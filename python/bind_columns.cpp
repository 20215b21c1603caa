// Arrow capsules to NumPy columns: numbers as float64, times as int64 ms, texts as numbers and a table.
#include "bindings.hpp"

#include <memory>
#include <string>

#include "arrow_column.hpp"
#include "data_error.hpp"

namespace adcore::python {
namespace {

/// Name, kind, values and, of texts, what their numbers mean.
using PackedColumn = std::tuple<std::string, std::string, py::object, std::vector<std::optional<std::string>>>;

/// Owns an Arrow struct and gives it back to whoever made it.
template <class T>
struct ArrowHandle {
  T value{};
  ArrowHandle() = default;
  ArrowHandle(const ArrowHandle&) = delete;
  auto operator=(const ArrowHandle&) -> ArrowHandle& = delete;
  ~ArrowHandle() {
    if (value.release != nullptr) value.release(&value);
  }
};

/// Takes the struct out of a capsule; whoever holds the capsule finds it released.
template <class T>
auto take(const py::capsule& capsule, const char* name) -> std::shared_ptr<ArrowHandle<T>> {
  auto* held = static_cast<T*>(PyCapsule_GetPointer(capsule.ptr(), name));
  if (held == nullptr) throw py::error_already_set();
  auto handle = std::make_shared<ArrowHandle<T>>();
  handle->value = *held;
  held->release = nullptr;
  return handle;
}

using SharedArray = std::shared_ptr<ArrowHandle<ArrowArray>>;
using SharedSchema = std::shared_ptr<ArrowHandle<ArrowSchema>>;

struct ArrowTable {
  SharedSchema schema;
  std::vector<SharedArray> batches;
};

void check_stream(ArrowArrayStream& stream, int status) {
  if (status == 0) return;
  const char* reason = stream.get_last_error(&stream);
  throw DataError(std::string("the Arrow stream failed: ") + (reason != nullptr ? reason : "no reason given"));
}

/// The producer may be Python itself, so the interpreter lock is kept.
auto read_stream(const py::capsule& capsule) -> ArrowTable {
  const auto stream = take<ArrowArrayStream>(capsule, "arrow_array_stream");
  ArrowTable table{std::make_shared<ArrowHandle<ArrowSchema>>(), {}};
  check_stream(stream->value, stream->value.get_schema(&stream->value, &table.schema->value));
  while (true) {
    auto batch = std::make_shared<ArrowHandle<ArrowArray>>();
    check_stream(stream->value, stream->value.get_next(&stream->value, &batch->value));
    if (batch->value.release == nullptr) return table;
    table.batches.push_back(std::move(batch));
  }
}

auto describe(const ArrowSchema& schema) -> ArrowColumn {
  return {schema.name != nullptr ? schema.name : "",
          schema.format,
          schema.dictionary != nullptr ? schema.dictionary->format : "",
          {}};
}

auto chunk_of(const ArrowArray& array, std::size_t parent_offset, std::size_t length) -> ArrowChunk {
  return {&array, parent_offset + static_cast<std::size_t>(array.offset), length};
}

/// The children of a struct are the columns; anything else is one column.
auto columns_of(const ArrowTable& table) -> std::vector<ArrowColumn> {
  const ArrowSchema& schema = table.schema->value;
  const bool is_table = std::string_view(schema.format) == "+s";
  std::vector<ArrowColumn> columns;
  if (!is_table) columns.push_back(describe(schema));
  for (std::int64_t i = 0; is_table && i < schema.n_children; ++i) columns.push_back(describe(*schema.children[i]));
  for (const auto& batch : table.batches) {
    const ArrowArray& array = batch->value;
    const auto length = static_cast<std::size_t>(array.length);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      columns[i].chunks.push_back(is_table
                                      ? chunk_of(*array.children[i], static_cast<std::size_t>(array.offset), length)
                                      : chunk_of(array, 0, length));
    }
  }
  return columns;
}

/// The column where it lies: read-only, and keeping its batch alive.
auto borrow_doubles(const ArrowColumn& column, const SharedArray& batch) -> DoubleArray {
  const auto& chunk = column.chunks.front();
  const py::capsule owner(new SharedArray(batch), [](void* held) { delete static_cast<SharedArray*>(held); });
  DoubleArray array({static_cast<py::ssize_t>(chunk.length)}, chunk.buffer<double>(1) + chunk.offset, owner);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

auto pack_number_column(const ArrowColumn& column, const ArrowTable& table) -> PackedColumn {
  if (column.is_plain_double()) return {column.name, "number", borrow_doubles(column, table.batches[0]), {}};
  auto out = make_array<double>({column.length()});
  auto* data = out.mutable_data();
  {
    const py::gil_scoped_release release;
    column.read_numbers(data);
  }
  return {column.name, "number", out, {}};
}

auto pack_time_column(const ArrowColumn& column) -> PackedColumn {
  auto out = make_array<std::int64_t>({column.length()});
  auto* data = out.mutable_data();
  {
    const py::gil_scoped_release release;
    column.read_milliseconds(data);
  }
  return {column.name, "time", out, {}};
}

auto pack_text_column(const ArrowColumn& column) -> PackedColumn {
  auto codes = make_array<std::uint32_t>({column.length()});
  auto* data = codes.mutable_data();
  TextTable texts;
  {
    const py::gil_scoped_release release;
    column.read_texts(data, texts);
  }
  return {column.name, "text", codes, texts.texts()};
}

auto pack(const ArrowColumn& column, const ArrowTable& table) -> PackedColumn {
  switch (column.kind()) {
    case ColumnKind::kNumber: return pack_number_column(column, table);
    case ColumnKind::kTime: return pack_time_column(column);
    case ColumnKind::kText: return pack_text_column(column);
    default: return {column.name, "other", py::str(column.format), {}};
  }
}

auto pack_all(const ArrowTable& table) -> std::vector<PackedColumn> {
  std::vector<PackedColumn> packed;
  for (const auto& column : columns_of(table)) packed.push_back(pack(column, table));
  return packed;
}

auto read_arrow_stream(const py::capsule& stream) -> std::vector<PackedColumn> { return pack_all(read_stream(stream)); }

auto read_arrow_array(const py::capsule& schema, const py::capsule& array) -> std::vector<PackedColumn> {
  return pack_all({take<ArrowSchema>(schema, "arrow_schema"), {take<ArrowArray>(array, "arrow_array")}});
}

}  // namespace

void bind_columns(py::module_& module) {
  module.def("read_arrow_stream", &read_arrow_stream, py::arg("stream"), py::pos_only(),
             "Columns of an `arrow_array_stream` capsule: name, kind, values, labels. Kinds are 'number' (float64), "
             "'time' (int64 ms), 'text' (uint32 numbers of labels) and 'other' (the Arrow format).");
  module.def("read_arrow_array", &read_arrow_array, py::arg("schema"), py::arg("array"), py::pos_only(),
             "The same for the pair of capsules of one array or record batch.");
}

}  // namespace adcore::python

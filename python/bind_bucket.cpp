// BucketAggregator: columns in, one feature vector per (bucket, entity) out.
#include "bindings.hpp"

#include <pybind11/typing.h>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/bucket/aggregator.hpp"
#include "bucket_columns.hpp"
#include "guarded_calls.hpp"

namespace adcore::python {
namespace {

using GuardedBuckets = Guarded<BucketAggregator>;
using FeatureTuple = std::tuple<std::string, std::uint32_t, std::uint32_t, double>;

// Rows that one call takes before it looks for Ctrl-C: some tens of milliseconds.
constexpr std::size_t kRowsPerTurn = std::size_t{1} << 20U;

auto feature_of(const FeatureTuple& given) -> BucketFeature {
  const auto& [name, column, weight_column, percentile] = given;
  const auto function = bucket_function_from(name);
  if (!function) throw_invalid_argument("function", "'" + name + "'", "the name of a bucket function");
  return {*function, column, weight_column, percentile};
}

auto make_buckets(std::int64_t bucket_span, const std::vector<FeatureTuple>& features, std::uint32_t value_columns,
                  std::int64_t bucket_offset, std::int64_t window_delay, bool watermark_from_rows, bool emit_empty,
                  std::uint32_t maximum_gap, std::uint32_t maximum_entities, std::uint64_t maximum_open_vectors)
    -> std::unique_ptr<GuardedBuckets> {
  BucketConfig config{.bucket_span = bucket_span,
                      .bucket_offset = bucket_offset,
                      .window_delay = window_delay,
                      .features = {},
                      .value_columns = value_columns,
                      .watermark_from_rows = watermark_from_rows,
                      .emit_empty = emit_empty,
                      .maximum_gap = maximum_gap,
                      .maximum_entities = maximum_entities,
                      .maximum_open_vectors = maximum_open_vectors};
  for (const auto& feature : features) config.features.push_back(feature_of(feature));
  return std::make_unique<GuardedBuckets>(std::make_unique<BucketAggregator>(config));
}

auto slice(const std::vector<ColumnView>& views, std::size_t first, std::size_t rows) -> std::vector<ColumnView> {
  std::vector<ColumnView> part;
  for (const auto& view : views) {
    part.emplace_back(view.values + static_cast<std::ptrdiff_t>(first) * view.stride, rows, view.stride);
  }
  return part;
}

// All lengths are checked before the first row is taken: a refused batch leaves nothing behind.
void check_lengths(std::size_t rows, std::span<const std::uint32_t> entities, bool has_entities,
                   const std::vector<ColumnView>& views) {
  const auto check = [rows](const char* name, std::size_t length) {
    if (length != rows) {
      throw_invalid_argument(name, std::to_string(length) + " rows", std::to_string(rows) + " rows, as timestamps has");
    }
  };
  if (has_entities) check("entities", entities.size());
  for (const auto& column : views) check("values", column.size);
}

void add(GuardedBuckets& buckets, const Int64Array& timestamps, const std::optional<UInt32Array>& entities,
         const std::vector<py::array>& values) {
  const ValueColumns columns(values);
  const auto times = view(timestamps);
  const auto ids = entities ? view(*entities) : std::span<const std::uint32_t>();
  check_lengths(times.size(), ids, entities.has_value(), columns.views());
  in_turns(times.size(), kRowsPerTurn, [&](std::size_t first, std::size_t rows) {
    const auto part = slice(columns.views(), first, rows);
    const BucketBatch batch{times.subspan(first, rows), ids.empty() ? ids : ids.subspan(first, rows), part};
    buckets.change([&](BucketAggregator& aggregator) { aggregator.add(batch); });
  });
}

template <class Take>
auto take(GuardedBuckets& buckets, Take&& taken) -> TableArrays {
  return pack_table(change(buckets, taken));
}

auto pack_bucket_counts(const GuardedBuckets& buckets) -> py::typing::Dict<py::str, py::int_> {
  const auto counts = ask(buckets, [](const auto& aggregator) { return BucketCounts(aggregator.counts()); });
  py::typing::Dict<py::str, py::int_> packed;
  packed["total_rows"] = counts.total_rows;
  packed["late_rows"] = counts.late_rows;
  packed["invalid_rows"] = counts.invalid_rows;
  packed["dropped_rows"] = counts.dropped_rows;
  packed["skipped_vectors"] = counts.skipped_vectors;
  return packed;
}

void bind_facts(py::class_<GuardedBuckets>& buckets) {
  buckets.def_property_readonly("counts", &pack_bucket_counts, "Rows by what became of them.")
      .def_property_readonly("watermark", &fact<GuardedBuckets, &BucketAggregator::watermark>)
      .def_property_readonly("open_buckets", &fact<GuardedBuckets, &BucketAggregator::open_buckets>)
      .def_property_readonly("open_vectors", &fact<GuardedBuckets, &BucketAggregator::open_vectors>)
      .def_property_readonly("finished_vectors", &fact<GuardedBuckets, &BucketAggregator::finished_vectors>)
      .def("memory_bytes", &fact<GuardedBuckets, &BucketAggregator::memory_bytes>)
      .def("bucket_start", &fact<GuardedBuckets, &BucketAggregator::bucket_start, std::int64_t>, py::arg("timestamp"))
      .def("to_bytes", &to_bytes<GuardedBuckets>)
      .def_static("from_bytes", &from_bytes<GuardedBuckets>, py::arg("bytes"));
}

}  // namespace

void bind_entities(py::module_& module);

/// The aggregator, and the table that gives it its entity ids.
void bind_bucket(py::module_& module) {
  bind_entities(module);
  py::class_<GuardedBuckets> buckets(module, "BucketAggregator",
                                     "The engine of adcore.BucketAggregator: numbers only, no names and no key texts.");
  buckets
      .def(py::init(&make_buckets), py::arg("bucket_span"), py::arg("features"), py::kw_only(),
           py::arg("value_columns"), py::arg("bucket_offset") = 0, py::arg("window_delay") = 0,
           py::arg("watermark_from_rows") = true, py::arg("emit_empty") = false,
           py::arg("maximum_gap") = BucketConfig().maximum_gap,
           py::arg("maximum_entities") = BucketConfig().maximum_entities,
           py::arg("maximum_open_vectors") = BucketConfig().maximum_open_vectors,
           "Times in ms; features are (function, column, weight column, percentile).")
      .def("add", &add, py::arg("timestamps"), py::arg("entities").none(true), py::arg("values"),
           "int64[n], uint32[n] or None, and one float64[n] per value column, of any stride.")
      .def(
          "advance",
          [](GuardedBuckets& self, std::int64_t timestamp) {
            without_gil([&] { self.change([&](BucketAggregator& a) { a.advance(timestamp); }); });
          },
          py::arg("timestamp"))
      .def(
          "take_finished",
          [](GuardedBuckets& self) { return take(self, [](BucketAggregator& a) { return a.take_finished(); }); },
          "(bucket_start int64[m], entity uint32[m], values float64[m, features], count int64[m])")
      .def("flush", [](GuardedBuckets& self) { return take(self, [](BucketAggregator& a) { return a.flush(); }); })
      .def("peek_open",
           [](GuardedBuckets& self) { return take(self, [](BucketAggregator& a) { return a.peek_open(); }); });
  bind_facts(buckets);
}

}  // namespace adcore::python

// What a forest is asked: const, several rows at a time.
#include "bindings.hpp"

#include <tuple>
#include <vector>

#include "adcore/base/parallel.hpp"
#include "forest_rows.hpp"
#include "guarded_calls.hpp"

namespace adcore::python {
namespace {

using Triple = std::tuple<DoubleArray, DoubleArray, DoubleArray>;

/// Calls visit(forest, point, row, has_values) for each row, several at a time.
template <class Visit>
void for_points(const GuardedForest& forest, const DoubleArray& array, std::size_t threads, Visit&& visit) {
  const Rows rows = unpack_rows(forest, array, Purpose::kAsk);
  in_turns(rows.count, rows_per_turn(forest.dimensions()), [&](std::size_t begin, std::size_t size) {
    forest.ask([&](const Forest& inner) {
      parallel_ranges(size, threads, [&](std::size_t first, std::size_t last) {
        CompletePoint completed(inner);
        for (std::size_t i = begin + first; i < begin + last; ++i) {
          completed.complete(rows.row(i));
          visit(inner, completed.point(), i, !completed.is_empty());
        }
      });
    });
  });
}

auto score_forest(const GuardedForest& forest, const DoubleArray& rows, std::size_t threads) -> DoubleArray {
  auto scores = make_array<double>({static_cast<std::size_t>(rows.shape(0))});
  const auto out = mutable_view(scores);
  for_points(forest, rows, threads, [&](const Forest& inner, std::span<const float> point, std::size_t i, bool known) {
    out[i] = known ? inner.score(point) : kNoScore;
  });
  return scores;
}

auto displacement(const GuardedForest& forest, const DoubleArray& rows, std::size_t threads) -> DoubleArray {
  auto values = make_array<double>({static_cast<std::size_t>(rows.shape(0))});
  const auto out = mutable_view(values);
  for_points(forest, rows, threads, [&](const Forest& inner, std::span<const float> point, std::size_t i, bool known) {
    out[i] = known ? inner.displacement(point) : kNoScore;
  });
  return values;
}

/// Two tables [rows, dimensions], written row by row.
struct SplitTable {
  DoubleArray high;
  DoubleArray low;
  std::span<double> high_out;
  std::span<double> low_out;
  std::size_t width;

  SplitTable(std::size_t rows, std::size_t dimensions)
      : high(make_array<double>({rows, dimensions})),
        low(make_array<double>({rows, dimensions})),
        high_out(mutable_view(high)),
        low_out(mutable_view(low)),
        width(dimensions) {}

  void write(std::size_t row, const Attribution& values) const {
    std::copy(values.high.begin(), values.high.end(), high_out.subspan(row * width, width).begin());
    std::copy(values.low.begin(), values.low.end(), low_out.subspan(row * width, width).begin());
  }
  void write_nothing(std::size_t row) const {
    std::ranges::fill(high_out.subspan(row * width, width), kNoScore);
    std::ranges::fill(low_out.subspan(row * width, width), kNoScore);
  }
};

auto split_table(const GuardedForest& forest, const DoubleArray& rows) -> SplitTable {
  return {static_cast<std::size_t>(rows.shape(0)), forest.dimensions()};
}

auto attribution(const GuardedForest& forest, const DoubleArray& rows, std::size_t threads)
    -> std::tuple<DoubleArray, DoubleArray> {
  const SplitTable table = split_table(forest, rows);
  for_points(forest, rows, threads, [&](const Forest& inner, std::span<const float> point, std::size_t i, bool known) {
    known ? table.write(i, inner.attribution(point)) : table.write_nothing(i);
  });
  return {table.high, table.low};
}

auto density(const GuardedForest& forest, const DoubleArray& rows, std::size_t threads) -> Triple {
  const SplitTable table = split_table(forest, rows);
  auto totals = make_array<double>({static_cast<std::size_t>(rows.shape(0))});
  const auto out = mutable_view(totals);
  for_points(forest, rows, threads, [&](const Forest& inner, std::span<const float> point, std::size_t i, bool known) {
    if (!known) {
      out[i] = kNoScore;
      return table.write_nothing(i);
    }
    const Density found = inner.density(point);
    out[i] = found.value();
    table.write(i, found.directional());
  });
  return {totals, table.high, table.low};
}

/// Calls question(forest, completed point) with the one row or point that `values` hold.
template <class Question>
auto ask_about(const GuardedForest& forest, const DoubleArray& values, Question&& question) {
  const auto row = view(values);
  check_width(row.size(), forest, Purpose::kAsk);
  check_rows("x", row, row.size());
  return ask(forest, [&](const Forest& inner) {
    CompletePoint completed(inner);
    completed.complete(row);
    return question(inner, completed);
  });
}

auto near_neighbors(const GuardedForest& forest, const DoubleArray& values, double radius)
    -> std::tuple<DoubleArray, DoubleArray, DoubleArray, Int64Array> {
  const auto found = ask_about(forest, values, [&](const Forest& inner, const CompletePoint& completed) {
    return inner.near_neighbors(completed.point(), radius);
  });
  const auto dimensions = found.empty() ? 0 : found.front().point.size();
  auto points = make_array<double>({found.size(), dimensions});
  auto distances = make_array<double>({found.size()});
  auto scores = make_array<double>({found.size()});
  auto trees = make_array<std::int64_t>({found.size()});
  for (std::size_t i = 0; i < found.size(); ++i) {
    std::copy(found[i].point.begin(), found[i].point.end(), points.mutable_data() + i * dimensions);
    distances.mutable_data()[i] = found[i].distance;
    scores.mutable_data()[i] = found[i].score;
    trees.mutable_data()[i] = static_cast<std::int64_t>(found[i].trees);
  }
  return {points, distances, scores, trees};
}

/// The values at [first, first + count) as an array.
auto part(const std::vector<float>& values, std::size_t first, std::size_t count) -> DoubleArray {
  return to_array<double>(std::span(values).subspan(first, count), {count});
}

/// NaN marks what is missing.
auto impute(const GuardedForest& forest, const DoubleArray& values, double centrality) -> Triple {
  std::size_t block = 0;
  const auto found = ask_about(forest, values, [&](const Forest& inner, const CompletePoint& completed) {
    block = completed.block();
    return inner.impute(completed.point(), completed.missing(), centrality);
  });
  const auto count = view(values).size();
  return {part(found.value, block, count), part(found.low, block, count), part(found.high, block, count)};
}

auto extrapolate_forest(const GuardedForest& forest, std::size_t horizon, double centrality) -> Triple {
  std::size_t width = 0;
  const auto found = ask(forest, [&](const Forest& inner) {
    width = inner.config().input_dimensions;
    return inner.extrapolate(horizon, centrality);
  });
  const auto pack = [&](const std::vector<float>& values) {
    return to_array<double>(std::span(values), {found.horizon, width});
  };
  return {pack(found.value), pack(found.low), pack(found.high)};
}

auto shingle(const GuardedForest& forest) -> DoubleArray {
  const auto values =
      ask(forest, [](const Forest& inner) { return std::vector(inner.shingle().begin(), inner.shingle().end()); });
  return part(values, 0, values.size());
}

}  // namespace

void bind_forest_queries(py::class_<GuardedForest>& type) {
  type.def("score", &score_forest, py::arg("rows"), py::arg("threads"))
      .def("displacement", &displacement, py::arg("rows"), py::arg("threads"))
      .def("attribution", &attribution, py::arg("rows"), py::arg("threads"), "(high, low)")
      .def("density", &density, py::arg("rows"), py::arg("threads"), "(value, high, low)")
      .def("near_neighbors", &near_neighbors, py::arg("point"), py::arg("radius"), "(points, distances, scores, trees)")
      .def("impute", &impute, py::arg("point"), py::arg("centrality"), "(value, low, high)")
      .def("extrapolate", &extrapolate_forest, py::arg("horizon"), py::arg("centrality"), "(value, low, high)")
      .def_property_readonly("shingle", &shingle)
      .def_property_readonly("config", &fact<GuardedForest, &Forest::config>)
      .def_property_readonly("total_updates", &fact<GuardedForest, &Forest::total_updates>)
      .def_property_readonly("is_ready", &fact<GuardedForest, &Forest::is_ready>)
      .def("memory_bytes", &fact<GuardedForest, &Forest::memory_bytes>);
}

}  // namespace adcore::python

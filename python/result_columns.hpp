// Results of the detectors as dictionaries and tuples of arrays.
#pragma once

#include <pybind11/typing.h>

#include "bindings.hpp"

#include <initializer_list>
#include <tuple>
#include <vector>

#include "adcore/detect/results.hpp"

namespace adcore::python {

/// The columns of a ThresholdedResult by name.
using ColumnDict = py::typing::Dict<py::str, py::array>;
using ForecastArrays = std::tuple<DoubleArray, DoubleArray, DoubleArray, Int64Array>;

/// One column of all parts, one after the other.
template <class T>
[[nodiscard]] auto join(const std::vector<ThresholdedColumns>& parts, std::vector<T> ThresholdedColumns::* column,
                        std::initializer_list<std::size_t> shape) -> py::array_t<T, py::array::c_style> {
  auto array = make_array<T>(shape);
  auto* out = array.mutable_data();
  for (const auto& part : parts) out = std::copy((part.*column).begin(), (part.*column).end(), out);
  return array;
}

/// The names are those of adcore.results.ThresholdedResult.
[[nodiscard]] inline auto pack_columns(const std::vector<ThresholdedColumns>& parts, std::size_t rows,
                                       std::size_t width) -> ColumnDict {
  using Columns = ThresholdedColumns;
  ColumnDict columns;
  columns["score"] = join(parts, &Columns::score, {rows});
  columns["grade"] = join(parts, &Columns::grade, {rows});
  columns["confidence"] = join(parts, &Columns::confidence, {rows});
  columns["threshold"] = join(parts, &Columns::threshold, {rows});
  columns["expected"] = join(parts, &Columns::expected, {rows, width});
  columns["past"] = join(parts, &Columns::past, {rows, width});
  columns["attribution"] = join(parts, &Columns::attribution, {rows, width});
  columns["time_attribution"] = join(parts, &Columns::time_attribution, {rows});
  columns["relative_index"] = join(parts, &Columns::relative_index, {rows});
  columns["timestamp"] = join(parts, &Columns::timestamp, {rows});
  columns["anomaly_start"] = join(parts, &Columns::anomaly_start, {rows});
  columns["expected_timestamp"] = join(parts, &Columns::expected_timestamp, {rows});
  columns["imputed"] = join(parts, &Columns::imputed, {rows});
  columns["status_code"] = join(parts, &Columns::status, {rows});
  columns["correction_code"] = join(parts, &Columns::correction, {rows});
  return columns;
}

/// (value, low, high [horizon, input_dimensions], timestamp [horizon])
[[nodiscard]] inline auto pack_forecast(const Forecast& forecast) -> ForecastArrays {
  const auto table = [&](const std::vector<double>& values) {
    return to_array<double>(std::span(values), {forecast.horizon, forecast.input_dimensions});
  };
  return {table(forecast.value), table(forecast.low), table(forecast.high),
          to_array<std::int64_t>(std::span(forecast.timestamp), {forecast.horizon})};
}

}  // namespace adcore::python

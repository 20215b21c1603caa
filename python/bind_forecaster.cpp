// The forecaster: a thresholded forest that forecasts after every row and learns from how forecasts did.
#include <memory>
#include <string>
#include <vector>

#include "adcore/detect/forecaster.hpp"
#include "bindings.hpp"
#include "detector_rows.hpp"
#include "guarded.hpp"
#include "result_columns.hpp"

namespace adcore::python {
namespace {

using GuardedForecaster = Guarded<Forecaster>;

auto process(GuardedForecaster& forecaster, const DoubleArray& rows, const std::optional<Int64Array>& timestamps)
    -> ColumnDict {
  const auto config =
      without_gil([&] { return forecaster.ask([](const Forecaster& inner) { return inner.config().detector; }); });
  return process_in_turns(config, rows, timestamps, [&](const DetectorRows& part) {
    return forecaster.change([&](Forecaster& inner) { return inner.process(part.rows, part.timestamps); });
  });
}

auto forecast(const GuardedForecaster& forecaster) -> ForecastArrays {
  return pack_forecast(
      without_gil([&] { return forecaster.ask([](const Forecaster& inner) { return inner.forecast(); }); }));
}

/// One statistic of the errors, [horizon, input_dimensions].
template <auto statistic>
auto errors(const GuardedForecaster& forecaster) -> DoubleArray {
  std::size_t width = 0;
  std::size_t horizon = 0;
  const auto values = without_gil([&] {
    return forecaster.ask([&](const Forecaster& inner) {
      width = inner.config().detector.forest.input_dimensions;
      horizon = inner.config().horizon;
      std::vector<double> found;
      for (std::size_t i = 0; i < horizon * width; ++i)
        found.push_back((inner.errors().*statistic)(i / width, i % width));
      return found;
    });
  });
  return to_array<double>(std::span(values), {horizon, width});
}

auto make(const ForecasterConfig& config) -> std::unique_ptr<GuardedForecaster> {
  return without_gil([&] { return std::make_unique<GuardedForecaster>(std::make_unique<Forecaster>(config)); });
}

auto clone(const GuardedForecaster& forecaster) -> std::unique_ptr<GuardedForecaster> {
  return without_gil([&] {
    return std::make_unique<GuardedForecaster>(
        forecaster.ask([](const Forecaster& inner) { return std::make_unique<Forecaster>(inner); }));
  });
}

auto to_bytes(const GuardedForecaster& forecaster) -> py::bytes {
  return pack_bytes(
      without_gil([&] { return forecaster.ask([](const Forecaster& inner) { return inner.to_bytes(); }); }));
}

auto from_bytes(const py::bytes& bytes) -> std::unique_ptr<GuardedForecaster> {
  const auto data = view_bytes(bytes);
  return without_gil(
      [&] { return std::make_unique<GuardedForecaster>(std::make_unique<Forecaster>(Forecaster::from_bytes(data))); });
}

template <auto member>
auto fact(const GuardedForecaster& forecaster) {
  return without_gil([&] { return forecaster.ask([](const Forecaster& inner) { return (inner.*member)(); }); });
}

void bind_config(py::module_& module) {
  py::class_<ForecasterConfig>(module, "ForecasterConfig", "What a forecaster is made with.")
      .def(py::init<>())
      .def_readwrite("detector", &ForecasterConfig::detector)
      .def_readwrite("horizon", &ForecasterConfig::horizon)
      .def_property(
          "calibration", [](const ForecasterConfig& config) { return std::string(name_of(config.calibration)); },
          [](ForecasterConfig& config, const std::string& name) { config.calibration = calibration_from_name(name); })
      .def_readwrite("percentile", &ForecasterConfig::percentile)
      .def_readwrite("error_horizon", &ForecasterConfig::error_horizon)
      .def_readwrite("lower_limit", &ForecasterConfig::lower_limit)
      .def_readwrite("upper_limit", &ForecasterConfig::upper_limit);
}

}  // namespace

void bind_forecaster(py::module_& module) {
  bind_config(module);
  py::class_<GuardedForecaster>(module, "Forecaster", "A thresholded forest that forecasts after every row.")
      .def(py::init(&make), py::arg("config"))
      .def("process", &process, py::arg("rows"), py::arg("timestamps"), "The columns of a ThresholdedResult.")
      .def("forecast", &forecast, "(value, low, high, timestamp)")
      .def("mean_error", &errors<&ForecastErrors::mean_error>)
      .def("deviation", &errors<&ForecastErrors::deviation>)
      .def("hit_rate", &errors<&ForecastErrors::hit_rate>)
      .def_property_readonly("config", &fact<&Forecaster::config>)
      .def_property_readonly("is_ready", &fact<&Forecaster::is_ready>)
      .def("memory_bytes", &fact<&Forecaster::memory_bytes>)
      .def("clone", &clone)
      .def("to_bytes", &to_bytes)
      .def_static("from_bytes", &from_bytes, py::arg("bytes"));
}

}  // namespace adcore::python

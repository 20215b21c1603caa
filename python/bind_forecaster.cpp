// The forecaster: a thresholded forest that forecasts after every row and learns from how forecasts did.
#include <memory>
#include <string>
#include <vector>

#include "adcore/detect/forecaster.hpp"
#include "bindings.hpp"
#include "detector_rows.hpp"
#include "guarded_calls.hpp"
#include "result_columns.hpp"

namespace adcore::python {
namespace {

using GuardedForecaster = Guarded<Forecaster>;

auto process_forecaster(GuardedForecaster& forecaster, const DoubleArray& rows,
                        const std::optional<Int64Array>& timestamps) -> ColumnDict {
  const auto config = ask(forecaster, [](const Forecaster& inner) { return inner.config().detector; });
  return process_in_turns(config, rows, timestamps, [&](const DetectorRows& part) {
    return forecaster.change([&](Forecaster& inner) { return inner.process(part.rows, part.timestamps); });
  });
}

auto latest_forecast(const GuardedForecaster& forecaster) -> ForecastArrays {
  return pack_forecast(ask(forecaster, [](const Forecaster& inner) { return inner.forecast(); }));
}

/// One statistic of the errors, [horizon, input_dimensions].
template <auto statistic>
auto errors(const GuardedForecaster& forecaster) -> DoubleArray {
  std::size_t width = 0;
  std::size_t horizon = 0;
  const auto values = ask(forecaster, [&](const Forecaster& inner) {
    width = inner.config().detector.forest.input_dimensions;
    horizon = inner.config().horizon;
    std::vector<double> found;
    for (std::size_t i = 0; i < horizon * width; ++i)
      found.push_back((inner.errors().*statistic)(i / width, i % width));
    return found;
  });
  return to_array<double>(std::span(values), {horizon, width});
}

void bind_forecaster_config(py::module_& module) {
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
  bind_forecaster_config(module);
  py::class_<GuardedForecaster>(module, "Forecaster", "A thresholded forest that forecasts after every row.")
      .def(py::init(&make<GuardedForecaster, ForecasterConfig>), py::arg("config"))
      .def("process", &process_forecaster, py::arg("rows"), py::arg("timestamps"),
           "The columns of a ThresholdedResult.")
      .def("forecast", &latest_forecast, "(value, low, high, timestamp)")
      .def("mean_error", &errors<&ForecastErrors::mean_error>)
      .def("deviation", &errors<&ForecastErrors::deviation>)
      .def("hit_rate", &errors<&ForecastErrors::hit_rate>)
      .def_property_readonly("config", &fact<GuardedForecaster, &Forecaster::config>)
      .def_property_readonly("is_ready", &fact<GuardedForecaster, &Forecaster::is_ready>)
      .def("memory_bytes", &fact<GuardedForecaster, &Forecaster::memory_bytes>)
      .def("clone", &clone<GuardedForecaster>)
      .def("to_bytes", &to_bytes<GuardedForecaster>)
      .def_static("from_bytes", &from_bytes<GuardedForecaster>, py::arg("bytes"));
}

}  // namespace adcore::python

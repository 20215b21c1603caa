// The thresholded forest: rows and times in, columns of results out.
#include "bindings.hpp"

#include <memory>

#include "adcore/detect/thresholded_forest.hpp"
#include "detector_rows.hpp"
#include "guarded_calls.hpp"
#include "result_columns.hpp"

namespace adcore::python {
namespace {

using Detector = Guarded<ThresholdedForest>;

auto process_detector(Detector& detector, const DoubleArray& rows, const std::optional<Int64Array>& timestamps)
    -> ColumnDict {
  const auto config = fact<Detector, &ThresholdedForest::config>(detector);
  return process_in_turns(config, rows, timestamps, [&](const DetectorRows& part) {
    return detector.change([&](ThresholdedForest& inner) { return inner.process(part.rows, part.timestamps); });
  });
}

auto extrapolate_detector(const Detector& detector, std::size_t horizon, bool corrected, double centrality)
    -> ForecastArrays {
  return pack_forecast(
      ask(detector, [&](const ThresholdedForest& inner) { return inner.extrapolate(horizon, corrected, centrality); }));
}

}  // namespace

void bind_thresholded_forest(py::module_& module) {
  py::class_<Detector>(module, "ThresholdedForest", "A forest that says which rows are anomalies, and why.")
      .def(py::init(&make<Detector, ThresholdedForestConfig>), py::arg("config"))
      .def("process", &process_detector, py::arg("rows"), py::arg("timestamps"), "The columns of a ThresholdedResult.")
      .def("extrapolate", &extrapolate_detector, py::arg("horizon"), py::arg("corrected"), py::arg("centrality"),
           "(value, low, high, timestamp)")
      .def("set_time_decay", &call<Detector, &ThresholdedForest::set_time_decay, double>, py::arg("time_decay"))
      .def("set_z_factor", &call<Detector, &ThresholdedForest::set_z_factor, double>, py::arg("z_factor"))
      .def("set_lower_threshold", &call<Detector, &ThresholdedForest::set_lower_threshold, double>,
           py::arg("threshold"))
      .def_property_readonly("config", &fact<Detector, &ThresholdedForest::config>)
      .def_property_readonly("total_updates", &fact<Detector, &ThresholdedForest::total_updates>)
      .def_property_readonly("is_ready", &fact<Detector, &ThresholdedForest::is_ready>)
      .def("memory_bytes", &fact<Detector, &ThresholdedForest::memory_bytes>)
      .def("clone", &clone<Detector>)
      .def("to_bytes", &to_bytes<Detector>)
      .def_static("from_bytes", &from_bytes<Detector>, py::arg("bytes"));
}

}  // namespace adcore::python

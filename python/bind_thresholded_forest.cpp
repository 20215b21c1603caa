// The thresholded forest: rows and times in, columns of results out.
#include "bindings.hpp"

#include <memory>

#include "adcore/detect/thresholded_forest.hpp"
#include "detector_rows.hpp"
#include "guarded.hpp"
#include "result_columns.hpp"

namespace adcore::python {
namespace {

using Detector = Guarded<ThresholdedForest>;

auto process(Detector& detector, const DoubleArray& rows, const std::optional<Int64Array>& timestamps) -> ColumnDict {
  const auto config =
      without_gil([&] { return detector.ask([](const ThresholdedForest& inner) { return inner.config(); }); });
  return process_in_turns(config, rows, timestamps, [&](const DetectorRows& part) {
    return detector.change([&](ThresholdedForest& inner) { return inner.process(part.rows, part.timestamps); });
  });
}

auto extrapolate(const Detector& detector, std::size_t horizon, bool corrected, double centrality) -> ForecastArrays {
  return pack_forecast(without_gil([&] {
    return detector.ask(
        [&](const ThresholdedForest& inner) { return inner.extrapolate(horizon, corrected, centrality); });
  }));
}

auto make(const ThresholdedForestConfig& config) -> std::unique_ptr<Detector> {
  return without_gil([&] { return std::make_unique<Detector>(std::make_unique<ThresholdedForest>(config)); });
}

auto clone(const Detector& detector) -> std::unique_ptr<Detector> {
  return without_gil([&] {
    return std::make_unique<Detector>(
        detector.ask([](const ThresholdedForest& inner) { return std::make_unique<ThresholdedForest>(inner); }));
  });
}

auto to_bytes(const Detector& detector) -> py::bytes {
  return pack_bytes(
      without_gil([&] { return detector.ask([](const ThresholdedForest& inner) { return inner.to_bytes(); }); }));
}

auto from_bytes(const py::bytes& bytes) -> std::unique_ptr<Detector> {
  const auto data = view_bytes(bytes);
  return without_gil([&] {
    return std::make_unique<Detector>(std::make_unique<ThresholdedForest>(ThresholdedForest::from_bytes(data)));
  });
}

/// A property or getter that asks the detector one thing.
template <auto member>
auto fact(const Detector& detector) {
  return without_gil([&] { return detector.ask([](const ThresholdedForest& inner) { return (inner.*member)(); }); });
}

template <auto member>
void set(Detector& detector, double value) {
  without_gil([&] { detector.change([&](ThresholdedForest& inner) { (inner.*member)(value); }); });
}

}  // namespace

void bind_thresholded_forest(py::module_& module) {
  py::class_<Detector>(module, "ThresholdedForest", "A forest that says which rows are anomalies, and why.")
      .def(py::init(&make), py::arg("config"))
      .def("process", &process, py::arg("rows"), py::arg("timestamps"), "The columns of a ThresholdedResult.")
      .def("extrapolate", &extrapolate, py::arg("horizon"), py::arg("corrected"), py::arg("centrality"),
           "(value, low, high, timestamp)")
      .def("set_time_decay", &set<&ThresholdedForest::set_time_decay>, py::arg("time_decay"))
      .def("set_z_factor", &set<&ThresholdedForest::set_z_factor>, py::arg("z_factor"))
      .def("set_lower_threshold", &set<&ThresholdedForest::set_lower_threshold>, py::arg("threshold"))
      .def_property_readonly("config", &fact<&ThresholdedForest::config>)
      .def_property_readonly("total_updates", &fact<&ThresholdedForest::total_updates>)
      .def_property_readonly("is_ready", &fact<&ThresholdedForest::is_ready>)
      .def("memory_bytes", &fact<&ThresholdedForest::memory_bytes>)
      .def("clone", &clone)
      .def("to_bytes", &to_bytes)
      .def_static("from_bytes", &from_bytes, py::arg("bytes"));
}

}  // namespace adcore::python

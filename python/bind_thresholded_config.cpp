// What a thresholded forest is made with. Choices are spoken of by name.
#include "bindings.hpp"

#include <string>

#include "adcore/detect/config.hpp"

namespace adcore::python {
namespace {

using Config = ThresholdedForestConfig;
using ConfigClass = py::class_<Config>;

/// A property that is an enumerator in C++ and its name in Python.
template <auto member, auto from_name>
void bind_choice(ConfigClass& type, const char* name) {
  type.def_property(
      name, [](const Config& config) { return std::string(name_of(config.*member)); },
      [](Config& config, const std::string& value) { config.*member = from_name(value); });
}

void bind_choices(ConfigClass& type) {
  bind_choice<&Config::transform, transform_from_name>(type, "transform");
  bind_choice<&Config::mode, mode_from_name>(type, "mode");
  bind_choice<&Config::imputation, imputation_from_name>(type, "imputation");
  bind_choice<&Config::late_rows, late_policy_from_name>(type, "late_rows");
}

void bind_preprocessing(ConfigClass& type) {
  type.def_readwrite("transform_decay", &Config::transform_decay)
      .def_readwrite("start_normalization", &Config::start_normalization)
      .def_readwrite("stop_normalization", &Config::stop_normalization)
      .def_readwrite("clip", &Config::clip)
      .def_readwrite("weights", &Config::weights)
      .def_readwrite("time_weight", &Config::time_weight)
      .def_readwrite("normalize_time", &Config::normalize_time)
      .def_readwrite("fill_values", &Config::fill_values)
      .def_readwrite("use_imputed_fraction", &Config::use_imputed_fraction);
}

void bind_threshold(ConfigClass& type) {
  type.def_readwrite("z_factor", &Config::z_factor)
      .def_readwrite("lower_threshold", &Config::lower_threshold)
      .def_readwrite("initial_threshold", &Config::initial_threshold)
      .def_readwrite("score_differencing", &Config::score_differencing)
      .def_readwrite("anomaly_rate", &Config::anomaly_rate);
}

void bind_corrections(ConfigClass& type) {
  type.def_readwrite("auto_adjust", &Config::auto_adjust)
      .def_readwrite("alert_once", &Config::alert_once)
      .def_readwrite("noise_factor", &Config::noise_factor)
      .def_readwrite("maximum_attributors", &Config::maximum_attributors)
      .def_readwrite("sampling_support", &Config::sampling_support)
      .def_readwrite("ignore_near_expected_above", &Config::ignore_near_expected_above)
      .def_readwrite("ignore_near_expected_below", &Config::ignore_near_expected_below)
      .def_readwrite("ignore_near_expected_above_by_ratio", &Config::ignore_near_expected_above_by_ratio)
      .def_readwrite("ignore_near_expected_below_by_ratio", &Config::ignore_near_expected_below_by_ratio)
      .def_readwrite("minimum_relative_change", &Config::minimum_relative_change)
      .def_readwrite("minimum_absolute_change", &Config::minimum_absolute_change);
}

}  // namespace

void bind_thresholded_config(py::module_& module) {
  ConfigClass type(module, "ThresholdedForestConfig", "What a thresholded forest is made with.");
  type.def(py::init<>())
      .def_static("preset", &Config::preset, py::arg("name"), py::arg("input_dimensions"))
      .def_readwrite("forest", &Config::forest)
      .def_readwrite("compact", &Config::compact)
      .def("validate", &Config::validate);
  bind_choices(type);
  bind_preprocessing(type);
  bind_threshold(type);
  bind_corrections(type);
}

}  // namespace adcore::python

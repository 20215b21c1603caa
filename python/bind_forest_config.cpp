// What a forest is made with.
#include "adcore/forest/config.hpp"

#include "bindings.hpp"

namespace adcore::python {

void bind_forest_config(py::module_& module) {
  py::class_<ForestConfig>(module, "ForestConfig", "What a forest is made with.")
      .def(py::init<>())
      .def_readwrite("input_dimensions", &ForestConfig::input_dimensions)
      .def_readwrite("shingle_size", &ForestConfig::shingle_size)
      .def_readwrite("number_of_trees", &ForestConfig::number_of_trees)
      .def_readwrite("sample_size", &ForestConfig::sample_size)
      .def_readwrite("time_decay", &ForestConfig::time_decay)
      .def_readwrite("output_after", &ForestConfig::output_after)
      .def_readwrite("initial_accept_fraction", &ForestConfig::initial_accept_fraction)
      .def_readwrite("bounding_box_cache_fraction", &ForestConfig::bounding_box_cache_fraction)
      .def_readwrite("internal_shingling", &ForestConfig::internal_shingling)
      .def_readwrite("internal_rotation", &ForestConfig::internal_rotation)
      .def_readwrite("seed", &ForestConfig::seed)
      .def_property_readonly("dimensions", &ForestConfig::dimensions)
      .def_property_readonly("row_size", &ForestConfig::row_size)
      .def_property_readonly("resolved_time_decay", &ForestConfig::resolved_time_decay)
      .def_property_readonly("resolved_output_after", &ForestConfig::resolved_output_after)
      .def("validate", &ForestConfig::validate);
}

}  // namespace adcore::python

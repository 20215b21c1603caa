// adcore._core: the list of what C++ gives to Python. Every binding lives in bind_<noun>.cpp.
#include "bindings.hpp"

namespace adcore::python {

void bind_bucket(py::module_& module);
void bind_columns(py::module_& module);
void bind_entity_cache(py::module_& module);
void bind_errors(py::module_& module);
void bind_forecaster(py::module_& module);
void bind_forest(py::module_& module);
void bind_forest_bank(py::module_& module);
void bind_forest_config(py::module_& module);
void bind_score(py::module_& module);
void bind_job(py::module_& module);
void bind_state(py::module_& module);
void bind_tails(py::module_& module);
void bind_thresholded_config(py::module_& module);
void bind_thresholded_forest(py::module_& module);

}  // namespace adcore::python

// Objects that change hold a mutex of their own, so the interpreter lock is not needed to guard them.
PYBIND11_MODULE(_core, module, py::mod_gil_not_used()) {
  using namespace adcore::python;
  module.doc() = "The compiled half of adcore. Use the names that the package `adcore` exports instead.";
  bind_bucket(module);
  bind_columns(module);
  bind_errors(module);
  bind_forest_config(module);
  bind_forest(module);
  bind_forest_bank(module);
  bind_job(module);
  bind_state(module);
  bind_tails(module);
  bind_score(module);
  bind_thresholded_config(module);
  bind_thresholded_forest(module);
  bind_forecaster(module);
  bind_entity_cache(module);
  module.attr("__version__") = ADCORE_VERSION;
}

// adcore._core: the list of what C++ gives to Python. Every binding lives in bind_<noun>.cpp.
#include "bindings.hpp"

namespace adcore::python {

void bind_bucket(py::module_& module);
void bind_columns(py::module_& module);
void bind_errors(py::module_& module);

}  // namespace adcore::python

// Objects that change hold a mutex of their own, so the interpreter lock is not needed to guard them.
PYBIND11_MODULE(_core, module, py::mod_gil_not_used()) {
  using namespace adcore::python;
  module.doc() = "The compiled half of adcore. Use the names that the package `adcore` exports instead.";
  module.attr("__version__") = ADCORE_VERSION;
  bind_bucket(module);
  bind_columns(module);
  bind_errors(module);
}

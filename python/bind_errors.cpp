// C++ errors become the exceptions of adcore.errors.
#include "bindings.hpp"

#include <exception>
#include <pybind11/gil_safe_call_once.h>

#include "adcore/base/error.hpp"
#include "data_error.hpp"

namespace adcore::python {
namespace {

struct ErrorTypes {
  py::object invalid_argument;
  py::object invalid_state;
  py::object snapshot;
  py::object data;
};

auto import_error_types() -> ErrorTypes {
  const auto errors = py::module_::import("adcore.errors");
  return {errors.attr("InvalidArgumentError"), errors.attr("InvalidStateError"), errors.attr("SnapshotError"),
          errors.attr("DataError")};
}

auto error_types() -> const ErrorTypes& {
  PYBIND11_CONSTINIT static py::gil_safe_call_once_and_store<ErrorTypes> storage;
  return storage.call_once_and_store_result(import_error_types).get_stored();
}

void translate(std::exception_ptr pending) {
  try {
    if (pending) std::rethrow_exception(pending);
  } catch (const InvalidArgument& error) {
    py::set_error(error_types().invalid_argument, error.what());
  } catch (const InvalidState& error) {
    py::set_error(error_types().invalid_state, error.what());
  } catch (const SnapshotError& error) {
    py::set_error(error_types().snapshot, error.what());
  } catch (const DataError& error) {
    py::set_error(error_types().data, error.what());
  }
}

}  // namespace

void bind_errors(py::module_& /*module*/) { py::register_exception_translator(translate); }

}  // namespace adcore::python

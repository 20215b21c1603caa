// What a snapshot holds, before anything is made of it.
#include "bindings.hpp"

#include <string>

#include "adcore/state/reader.hpp"

namespace adcore::python {
namespace {

/// The four characters that the frame of a snapshot carries.
auto snapshot_kind(const py::bytes& bytes) -> py::bytes {
  auto kind = peek_kind(view_bytes(bytes));
  std::string name;
  for (int i = 0; i < 4; ++i, kind >>= 8U) name.push_back(static_cast<char>(kind & 0xffU));
  return name;
}

}  // namespace

void bind_state(py::module_& module) { module.def("snapshot_kind", &snapshot_kind, py::arg("snapshot")); }

}  // namespace adcore::python

// Many forests, fed with rows of all of them in one call.
#include <memory>

#include "adcore/forest/forest_bank.hpp"
#include "bank_rows.hpp"
#include "bindings.hpp"
#include "guarded_calls.hpp"
#include "guarded_forest.hpp"

namespace adcore::python {
namespace {

using GuardedBank = Guarded<ForestBank>;

/// All forests of a bank are made alike, up to their seeds; a damaged snapshot may hold none.
auto config_of(const GuardedBank& bank) -> ForestConfig {
  return ask(bank, [](const ForestBank& inner) {
    if (inner.size() == 0) throw_invalid_state("the bank holds no forests");
    return inner.forest(0).config();
  });
}

auto process_streams(GuardedBank& bank, const UInt32Array& streams, const DoubleArray& rows, std::size_t threads)
    -> DoubleArray {
  const ForestConfig config = config_of(bank);
  const auto size = fact<GuardedBank, &ForestBank::size>(bank);
  const BankRows batch = unpack_bank_rows(streams, rows);
  without_gil([&] { check(batch, config.row_size(), size); });
  auto scores = make_array<double>({batch.streams.size()});
  const auto out = mutable_view(scores);
  in_turns(batch.streams.size(), rows_per_turn(config.dimensions()), [&](std::size_t first, std::size_t count) {
    bank.change(
        [&](ForestBank& inner) { process_bank(inner, batch.part(first, count), out.subspan(first, count), threads); });
  });
  return scores;
}

auto make_bank(const ForestConfig& config, std::size_t number_of_forests, bool compact)
    -> std::unique_ptr<GuardedBank> {
  return without_gil([&] {
    const auto kind = compact ? ForestKind::compact : ForestKind::random_cut;
    return std::make_unique<GuardedBank>(std::make_unique<ForestBank>(config, number_of_forests, kind));
  });
}

/// A copy of one of the forests.
auto copy_of_forest(const GuardedBank& bank, std::size_t index) -> std::unique_ptr<GuardedForest> {
  return ask(bank,
             [&](const ForestBank& inner) { return std::make_unique<GuardedForest>(inner.forest(index).clone()); });
}

}  // namespace

void bind_forest_bank(py::module_& module) {
  py::class_<GuardedBank>(module, "ForestBank", "Many forests, fed with rows of all of them in one call.")
      .def(py::init(&make_bank), py::arg("config"), py::arg("number_of_forests"), py::arg("compact"))
      .def("process", &process_streams, py::arg("streams"), py::arg("rows"), py::arg("threads"))
      .def("forest", &copy_of_forest, py::arg("index"))
      .def_property_readonly("config", &config_of)
      .def("size", &fact<GuardedBank, &ForestBank::size>)
      .def("memory_bytes", &fact<GuardedBank, &ForestBank::memory_bytes>)
      .def("to_bytes", &to_bytes<GuardedBank>)
      .def_static("from_bytes", &from_bytes<GuardedBank>, py::arg("bytes"));
}

}  // namespace adcore::python

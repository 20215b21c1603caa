// Many forests, fed with rows of all of them in one call.
#include <memory>

#include "adcore/forest/forest_bank.hpp"
#include "bank_rows.hpp"
#include "bindings.hpp"
#include "guarded.hpp"
#include "guarded_forest.hpp"

namespace adcore::python {
namespace {

using GuardedBank = Guarded<ForestBank>;

/// All forests of a bank are made alike, up to their seeds; a damaged snapshot may hold none.
auto config_of(const GuardedBank& bank) -> ForestConfig {
  return without_gil([&] {
    return bank.ask([](const ForestBank& inner) {
      if (inner.size() == 0) throw_invalid_state("the bank holds no forests");
      return inner.forest(0).config();
    });
  });
}

template <auto member>
auto fact(const GuardedBank& bank) {
  return without_gil([&] { return bank.ask([](const ForestBank& inner) { return (inner.*member)(); }); });
}

auto process(GuardedBank& bank, const UInt32Array& streams, const DoubleArray& rows, std::size_t threads)
    -> DoubleArray {
  const ForestConfig config = config_of(bank);
  const auto size = fact<&ForestBank::size>(bank);
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

auto make(const ForestConfig& config, std::size_t number_of_forests, bool compact) -> std::unique_ptr<GuardedBank> {
  return without_gil([&] {
    const auto kind = compact ? ForestKind::compact : ForestKind::random_cut;
    return std::make_unique<GuardedBank>(std::make_unique<ForestBank>(config, number_of_forests, kind));
  });
}

/// A copy of one of the forests.
auto forest(const GuardedBank& bank, std::size_t index) -> std::unique_ptr<GuardedForest> {
  return without_gil([&] {
    return std::make_unique<GuardedForest>(
        bank.ask([&](const ForestBank& inner) { return inner.forest(index).clone(); }));
  });
}

auto to_bytes(const GuardedBank& bank) -> py::bytes {
  return pack_bytes(without_gil([&] { return bank.ask([](const ForestBank& inner) { return inner.to_bytes(); }); }));
}

auto from_bytes(const py::bytes& bytes) -> std::unique_ptr<GuardedBank> {
  const auto data = view_bytes(bytes);
  return without_gil(
      [&] { return std::make_unique<GuardedBank>(std::make_unique<ForestBank>(ForestBank::from_bytes(data))); });
}

}  // namespace

void bind_forest_bank(py::module_& module) {
  py::class_<GuardedBank>(module, "ForestBank", "Many forests, fed with rows of all of them in one call.")
      .def(py::init(&make), py::arg("config"), py::arg("number_of_forests"), py::arg("compact"))
      .def("process", &process, py::arg("streams"), py::arg("rows"), py::arg("threads"))
      .def("forest", &forest, py::arg("index"))
      .def_property_readonly("config", &config_of)
      .def("size", &fact<&ForestBank::size>)
      .def("memory_bytes", &fact<&ForestBank::memory_bytes>)
      .def("to_bytes", &to_bytes)
      .def_static("from_bytes", &from_bytes, py::arg("bytes"));
}

}  // namespace adcore::python

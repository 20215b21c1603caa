// Forests: adcore.RandomCutForest and adcore.CompactForest are thin Python classes around `_core.Forest`.
#include "bindings.hpp"

#include <memory>

#include "forest_rows.hpp"

namespace adcore::python {

void bind_forest_queries(py::class_<GuardedForest>& type);

namespace {

auto process(GuardedForest& forest, const DoubleArray& array, std::size_t threads) -> DoubleArray {
  const Rows rows = unpack_rows(forest, array, Purpose::kLearn);
  auto scores = make_array<double>({rows.count});
  const auto out = mutable_view(scores);
  in_turns(rows.count, rows_per_turn(forest.dimensions()), [&](std::size_t first, std::size_t count) {
    forest.change(
        [&](Forest& inner) { process_rows(inner, rows.part(first, count), out.subspan(first, count), threads); });
  });
  return scores;
}

void update(GuardedForest& forest, const DoubleArray& array) {
  const Rows rows = unpack_rows(forest, array, Purpose::kLearn);
  in_turns(rows.count, rows_per_turn(forest.dimensions()), [&](std::size_t first, std::size_t count) {
    forest.change([&](Forest& inner) { update_rows(inner, rows.part(first, count)); });
  });
}

auto to_bytes(const GuardedForest& forest) -> py::bytes {
  return pack_bytes(without_gil([&] { return forest.ask([](const Forest& inner) { return inner.to_bytes(); }); }));
}

auto from_bytes(const py::bytes& bytes) -> std::unique_ptr<GuardedForest> {
  const auto data = view_bytes(bytes);
  return without_gil([&] { return std::make_unique<GuardedForest>(forest_from_bytes(data)); });
}

auto make_forest(const ForestConfig& config, bool compact) -> std::unique_ptr<GuardedForest> {
  return without_gil([&] {
    return std::make_unique<GuardedForest>(compact ? make_compact_forest(config) : make_random_cut_forest(config));
  });
}

auto clone(const GuardedForest& forest) -> std::unique_ptr<GuardedForest> {
  return without_gil(
      [&] { return std::make_unique<GuardedForest>(forest.ask([](const Forest& inner) { return inner.clone(); })); });
}

template <auto member>
void set(GuardedForest& forest, double value) {
  without_gil([&] { forest.change([&](Forest& inner) { (inner.*member)(value); }); });
}

}  // namespace

void bind_forest(py::module_& module) {
  py::class_<GuardedForest> type(module, "Forest", "A random cut forest, resident or compact.");
  type.def(py::init(&make_forest), py::arg("config"), py::arg("compact"))
      .def("process", &process, py::arg("rows"), py::arg("threads"))
      .def("update", &update, py::arg("rows"))
      .def("set_time_decay", &set<&Forest::set_time_decay>, py::arg("time_decay"))
      .def("set_bounding_box_cache_fraction", &set<&Forest::set_bounding_box_cache_fraction>, py::arg("fraction"))
      .def("clone", &clone)
      .def("to_bytes", &to_bytes)
      .def_static("from_bytes", &from_bytes, py::arg("bytes"));
  bind_forest_queries(type);
}

}  // namespace adcore::python

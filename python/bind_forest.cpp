// Forests: adcore.RandomCutForest and adcore.CompactForest are thin Python classes around `_core.Forest`.
#include "bindings.hpp"

#include <memory>

#include "forest_rows.hpp"
#include "guarded_calls.hpp"

namespace adcore::python {

void bind_forest_queries(py::class_<GuardedForest>& type);

namespace {

auto process_forest(GuardedForest& forest, const DoubleArray& array, std::size_t threads) -> DoubleArray {
  const Rows rows = unpack_rows(forest, array, Purpose::kLearn);
  auto scores = make_array<double>({rows.count});
  const auto out = mutable_view(scores);
  in_turns(rows.count, rows_per_turn(forest.dimensions()), [&](std::size_t first, std::size_t count) {
    forest.change(
        [&](Forest& inner) { process_rows(inner, rows.part(first, count), out.subspan(first, count), threads); });
  });
  return scores;
}

void update_forest(GuardedForest& forest, const DoubleArray& array) {
  const Rows rows = unpack_rows(forest, array, Purpose::kLearn);
  in_turns(rows.count, rows_per_turn(forest.dimensions()), [&](std::size_t first, std::size_t count) {
    forest.change([&](Forest& inner) { update_rows(inner, rows.part(first, count)); });
  });
}

auto read_forest(const py::bytes& bytes) -> std::unique_ptr<GuardedForest> {
  return without_gil([data = view_bytes(bytes)] { return std::make_unique<GuardedForest>(forest_from_bytes(data)); });
}

auto make_forest(const ForestConfig& config, bool compact) -> std::unique_ptr<GuardedForest> {
  return without_gil([&] {
    return std::make_unique<GuardedForest>(compact ? make_compact_forest(config) : make_random_cut_forest(config));
  });
}

auto copy_forest(const GuardedForest& forest) -> std::unique_ptr<GuardedForest> {
  return ask(forest, [](const Forest& inner) { return std::make_unique<GuardedForest>(inner.clone()); });
}

}  // namespace

void bind_forest(py::module_& module) {
  py::class_<GuardedForest> type(module, "Forest", "A random cut forest, resident or compact.");
  type.def(py::init(&make_forest), py::arg("config"), py::arg("compact"))
      .def("process", &process_forest, py::arg("rows"), py::arg("threads"))
      .def("update", &update_forest, py::arg("rows"))
      .def("set_time_decay", &call<GuardedForest, &Forest::set_time_decay, double>, py::arg("time_decay"))
      .def("set_bounding_box_cache_fraction", &call<GuardedForest, &Forest::set_bounding_box_cache_fraction, double>,
           py::arg("fraction"))
      .def("clone", &copy_forest)
      .def("to_bytes", &to_bytes<GuardedForest>)
      .def_static("from_bytes", &read_forest, py::arg("bytes"));
  bind_forest_queries(type);
}

}  // namespace adcore::python

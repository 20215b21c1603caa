// The entity cache: rows of many entities in rounds, and checkpoints as one block of bytes.
#include "bindings.hpp"

#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "adcore/entity/entity_cache.hpp"
#include "guarded_calls.hpp"
#include "result_columns.hpp"

namespace adcore::python {
namespace {

using Cache = Guarded<EntityCache>;
using ByteArray = py::array_t<std::uint8_t, py::array::c_style>;
using UInt64Array = py::array_t<std::uint64_t, py::array::c_style>;
/// (ids, ends, bytes)
using CheckpointArrays = std::tuple<UInt64Array, UInt64Array, ByteArray>;

auto bytes_of(const ByteArray& array) -> std::span<const std::byte> { return std::as_bytes(view(array)); }

/// An array that owns the vector: nothing is copied.
template <class To, class From>
auto own_array(std::vector<From>&& values) -> py::array_t<To, py::array::c_style> {
  static_assert(sizeof(To) == sizeof(From));
  auto owned = std::make_unique<std::vector<From>>(std::move(values));
  auto* const data = reinterpret_cast<To*>(owned->data());
  const auto size = static_cast<py::ssize_t>(owned->size());
  const py::capsule owner(owned.get(), [](void* vector) { delete static_cast<std::vector<From>*>(vector); });
  static_cast<void>(owned.release());
  return {{size}, {static_cast<py::ssize_t>(sizeof(To))}, data, owner};
}

auto pack_checkpoints(Checkpoints&& taken) -> CheckpointArrays {
  return {own_array<std::uint64_t>(std::move(taken.ids)), own_array<std::uint64_t>(std::move(taken.ends)),
          own_array<std::uint8_t>(std::move(taken.bytes))};
}

auto unpack_rows(const UInt64Array& ids, const DoubleArray& values, const Int64Array& timestamps) -> EntityRows {
  return {view(ids), view(values), view(timestamps)};
}

auto begin_round(Cache& cache, const UInt64Array& ids, const DoubleArray& values, const Int64Array& timestamps)
    -> std::tuple<std::size_t, UInt64Array> {
  const EntityRows rows = unpack_rows(ids, values, timestamps);
  auto round = change(cache, [&](EntityCache& inner) { return inner.begin(rows); });
  return {round.rows, own_array<std::uint64_t>(std::move(round.missing))};
}

void restore_models(Cache& cache, const UInt64Array& ids, const UInt64Array& ends, const ByteArray& bytes,
                    std::size_t threads) {
  const auto entities = view(ids);
  const auto parts = view(ends);
  const auto data = bytes_of(bytes);
  change(cache, [&](EntityCache& inner) { inner.restore(entities, parts, data, threads); });
}

/// The columns are written to the arrays given, one entry per row; the rows of anomalies and their columns are
/// returned.
auto process_entities(Cache& cache, const UInt64Array& ids, const DoubleArray& values, const Int64Array& timestamps,
                      DoubleArray& score, DoubleArray& grade, DoubleArray& confidence, DoubleArray& threshold,
                      ByteArray& status, ByteArray& correction, std::size_t threads)
    -> std::tuple<UInt64Array, ColumnDict> {
  const EntityRows rows = unpack_rows(ids, values, timestamps);
  const EntityResults results{mutable_view(score),     mutable_view(grade),  mutable_view(confidence),
                              mutable_view(threshold), mutable_view(status), mutable_view(correction)};
  auto found = change(cache, [&](EntityCache& inner) { return inner.process(rows, results, threads); });
  const std::size_t width = found.columns.input_dimensions;
  const std::size_t count = found.row.size();
  std::vector<ThresholdedColumns> parts;
  parts.push_back(std::move(found.columns));
  return {own_array<std::uint64_t>(std::move(found.row)), pack_columns(parts, count, width)};
}

auto take_evicted(Cache& cache) -> CheckpointArrays {
  return pack_checkpoints(change(cache, [](EntityCache& inner) { return inner.take_evicted(); }));
}

auto take_checkpoints(Cache& cache, std::size_t models, std::size_t threads) -> CheckpointArrays {
  return pack_checkpoints(change(cache, [&](EntityCache& inner) { return inner.take_checkpoints(models, threads); }));
}

void mark_changed(Cache& cache, const UInt64Array& ids) {
  const auto entities = view(ids);
  change(cache, [&](EntityCache& inner) { inner.mark_changed(entities); });
}

auto take_model(Cache& cache, std::uint64_t entity) -> std::unique_ptr<Guarded<ThresholdedForest>> {
  return change(cache, [&](EntityCache& inner) {
    return std::make_unique<Guarded<ThresholdedForest>>(std::make_unique<ThresholdedForest>(inner.model(entity)));
  });
}

void bind_cache_config(py::module_& module) {
  py::class_<EntityCacheConfig>(module, "EntityCacheConfig", "What an entity cache is made with.")
      .def(py::init<>())
      .def_readwrite("model", &EntityCacheConfig::model)
      .def_readwrite("interval", &EntityCacheConfig::interval)
      .def_readwrite("byte_budget", &EntityCacheConfig::byte_budget)
      .def_readwrite("dedicated_models", &EntityCacheConfig::dedicated_models)
      .def_readwrite("chunk_bytes", &EntityCacheConfig::chunk_bytes)
      .def_property(
          "admission", [](const EntityCacheConfig& config) { return std::string(name_of(config.admission)); },
          [](EntityCacheConfig& config, const std::string& name) { config.admission = admission_from_name(name); })
      .def_readwrite("spill", &EntityCacheConfig::spill)
      .def_readwrite("spill_bytes", &EntityCacheConfig::spill_bytes)
      .def_readwrite("inactive_entities", &EntityCacheConfig::inactive_entities)
      .def_readwrite("doorkeeper_entities", &EntityCacheConfig::doorkeeper_entities)
      .def_readwrite("doorkeeper_intervals", &EntityCacheConfig::doorkeeper_intervals)
      .def("validate", &EntityCacheConfig::validate);
}

void bind_profile(py::module_& module) {
  using Profile = EntityProfile;
  py::class_<Profile>(module, "EntityProfile", "Counts of entities and bytes, all of one moment.")
      .def_readonly("entities", &Profile::entities)
      .def_readonly("inactive", &Profile::inactive)
      .def_readonly("active", &Profile::active)
      .def_readonly("awaited", &Profile::awaited)
      .def_readonly("starting", &Profile::starting)
      .def_readonly("ready", &Profile::ready)
      .def_readonly("dedicated", &Profile::dedicated)
      .def_readonly("shared", &Profile::shared)
      .def_readonly("changed", &Profile::changed)
      .def_readonly("byte_budget", &Profile::byte_budget)
      .def_readonly("memory_bytes", &Profile::memory_bytes)
      .def_readonly("model_bytes", &Profile::model_bytes)
      .def_readonly("rows", &Profile::rows)
      .def_readonly("hits", &Profile::hits)
      .def_readonly("misses", &Profile::misses)
      .def_readonly("refused", &Profile::refused)
      .def_readonly("started", &Profile::started)
      .def_readonly("restored", &Profile::restored)
      .def_readonly("evicted", &Profile::evicted)
      .def_readonly("checkpointed", &Profile::checkpointed)
      .def_readonly("passes", &Profile::passes)
      .def_readonly("forgotten", &Profile::forgotten)
      .def_readonly("most_updates", &Profile::most_updates);
}

}  // namespace

void bind_entity_cache(py::module_& module) {
  bind_cache_config(module);
  bind_profile(module);
  py::class_<Cache>(module, "EntityCache", "One model per entity, as many in memory as the budget allows.")
      .def(py::init(&make<Cache, EntityCacheConfig>), py::arg("config"))
      .def("begin", &begin_round, py::arg("ids"), py::arg("values"), py::arg("timestamps"), "(rows, missing)")
      .def("restore", &restore_models, py::arg("ids"), py::arg("ends"), py::arg("bytes"), py::arg("threads"))
      .def("process", &process_entities, py::arg("ids"), py::arg("values"), py::arg("timestamps"),
           py::arg("score").noconvert(), py::arg("grade").noconvert(), py::arg("confidence").noconvert(),
           py::arg("threshold").noconvert(), py::arg("status").noconvert(), py::arg("correction").noconvert(),
           py::arg("threads"), "(rows of anomalies, their columns)")
      .def("keep_restored", &call<Cache, &EntityCache::keep_restored>)
      .def("take_evicted", &take_evicted, "(ids, ends, bytes)")
      .def("take_checkpoints", &take_checkpoints, py::arg("models"), py::arg("threads"), "(ids, ends, bytes)")
      .def("mark_changed", &mark_changed, py::arg("ids"))
      .def("evict_unused", &call<Cache, &EntityCache::evict_unused, std::int64_t>, py::arg("timestamp"))
      .def("set_byte_budget", &call<Cache, &EntityCache::set_byte_budget, std::size_t>, py::arg("bytes"))
      .def("lowest_priority", &call<Cache, &EntityCache::lowest_priority, std::int64_t>, py::arg("timestamp"))
      .def("contains", &fact<Cache, &EntityCache::contains, std::uint64_t>, py::arg("entity"))
      .def("priority", &fact<Cache, &EntityCache::priority, std::uint64_t>, py::arg("entity"))
      .def("model", &take_model, py::arg("entity"))
      .def("profile", &fact<Cache, &EntityCache::profile>)
      .def("memory_bytes", &fact<Cache, &EntityCache::memory_bytes>)
      .def("model_bytes", &fact<Cache, &EntityCache::model_bytes>)
      .def_property_readonly("config", &fact<Cache, &EntityCache::config>);
}

}  // namespace adcore::python

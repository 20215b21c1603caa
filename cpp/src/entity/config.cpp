#include "adcore/entity/config.hpp"

#include <string>

#include "adcore/base/error.hpp"
#include "adcore/forest/compact_forest.hpp"

namespace adcore {

namespace {

void require(bool allowed, const char* name, const std::string& value, const char* range) {
  if (!allowed) throw_invalid_argument(name, value, range);
}

}  // namespace

auto name_of(Admission admission) noexcept -> std::string_view {
  switch (admission) {
    case Admission::all: return "all";
    case Admission::priority: return "priority";
    case Admission::doorkeeper: return "doorkeeper";
  }
  return "";
}

auto admission_from_name(std::string_view name) -> Admission {
  for (const auto admission : {Admission::all, Admission::priority, Admission::doorkeeper}) {
    if (name == name_of(admission)) return admission;
  }
  throw_invalid_argument("admission", "'" + std::string(name) + "'", "it must be one of 'all' 'priority' 'doorkeeper'");
}

auto compact_model_config() -> ThresholdedForestConfig {
  ThresholdedForestConfig config;
  config.compact = true;
  config.forest.number_of_trees = kCompactTrees;
  return config;
}

void EntityCacheConfig::validate() const {
  model.validate();
  require(model.compact, "compact", "false", "an entity cache has compact models");
  require(model.late_rows != LatePolicy::refuse, "late_rows", "'refuse'",
          "it must be 'learn' or 'skip': one late entity must not refuse the others");
  require(interval > 0, "interval", std::to_string(interval), "it must be at least 1 millisecond");
  require(doorkeeper_intervals > 0, "doorkeeper_intervals", std::to_string(doorkeeper_intervals),
          "it must be at least 1");
  constexpr std::size_t kMost = std::size_t{1} << 32U;
  require(inactive_entities < kMost / 2, "inactive_entities", std::to_string(inactive_entities),
          "it must be below 2^31");
  require(doorkeeper_entities >= 1 && doorkeeper_entities < kMost, "doorkeeper_entities",
          std::to_string(doorkeeper_entities), "it must be at least 1 and below 2^32");
  require(dedicated_models < kMost / 2, "dedicated_models", std::to_string(dedicated_models), "it must be below 2^31");
}

}  // namespace adcore

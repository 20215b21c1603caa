// What an entity cache is made with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "adcore/detect/config.hpp"

namespace adcore {

/// Which entities get a model.
enum class Admission : std::uint8_t {
  all,         ///< every one; where memory is short, the model of the lowest priority makes room
  priority,    ///< where memory is short, only one whose priority is above the lowest in memory
  doorkeeper,  ///< as priority, and only at its second sight within `doorkeeper_intervals`
};
[[nodiscard]] auto name_of(Admission admission) noexcept -> std::string_view;
/// The inverse of name_of. Throws InvalidArgument that lists the names allowed.
[[nodiscard]] auto admission_from_name(std::string_view name) -> Admission;

/// A thresholded forest with the compact forest underneath and kCompactTrees trees.
[[nodiscard]] auto compact_model_config() -> ThresholdedForestConfig;

struct EntityCacheConfig {
  /// Of every model; `compact` must be set. A model is seeded from forest.seed and the entity's id.
  ThresholdedForestConfig model = compact_model_config();
  /// Milliseconds from one row of an entity to the next.
  std::int64_t interval = 60'000;
  /// Bytes that the cache may hold, with all its tables and what waits to be taken.
  std::size_t byte_budget = std::size_t{1} << 30U;
  /// Models whose memory is this cache's own, from the start and whatever set_byte_budget() says: the dedicated part.
  std::size_t dedicated_models = 10;
  /// Memory for models comes and goes in parts of at most so many bytes, and of a 64th of the budget; one model at
  /// least.
  std::size_t chunk_bytes = std::size_t{4} << 20U;
  Admission admission = Admission::priority;
  /// Whether models may leave memory as checkpoints (take_evicted). If not, a model stays until it is forgotten.
  bool spill = true;
  /// Bytes of evicted models that wait to be taken, at most, give or take one model.
  std::size_t spill_bytes = std::size_t{64} << 20U;
  /// Entities without a model whose priority is remembered.
  std::size_t inactive_entities = 1'000'000;
  /// Distinct entities the doorkeeper can tell apart, nearly (1 in 100 passes at first sight).
  std::size_t doorkeeper_entities = 1'000'000;
  /// Intervals after which the doorkeeper forgets.
  std::int64_t doorkeeper_intervals = 60;

  /// Throws InvalidArgument that names the first field out of range.
  void validate() const;
};

}  // namespace adcore

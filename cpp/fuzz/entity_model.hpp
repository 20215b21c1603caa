// The model that the fuzzed checkpoints are of: small, but with every part.
#pragma once

#include <cstdint>

#include "adcore/entity/config.hpp"

namespace adcore::fuzz {

inline constexpr std::uint64_t kEntity = 7;

[[nodiscard]] inline auto entity_model() -> ThresholdedForestConfig {
  ThresholdedForestConfig config = compact_model_config();
  config.forest.input_dimensions = 1;
  config.forest.shingle_size = 2;
  config.forest.sample_size = 8;
  config.forest.output_after = 4;
  config.forest.number_of_trees = 2;
  config.auto_adjust = true;
  return config;
}

}  // namespace adcore::fuzz

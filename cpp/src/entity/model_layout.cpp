#include "adcore/entity/model_layout.hpp"

#include <algorithm>

#include "adcore/detect/thresholded_forest.hpp"
#include "adcore/forest/compact_forest.hpp"
#include "adcore/state/fields.hpp"

namespace adcore {

namespace {

auto round_up(std::size_t bytes, std::size_t to) noexcept -> std::size_t { return (bytes + to - 1) / to * to; }

}  // namespace

ModelLayout::ModelLayout(const ThresholdedForestConfig& config)
    : dimensions(config.forest_config().dimensions()),
      slots(config.forest.sample_size),
      width(config.forest.input_dimensions) {
  ThresholdedForest model(config);
  const CompactForest forest(config.forest_config());
  state_bytes = round_up(kCountBytes + size_of_fields(model) + size_of_fields(forest), sizeof(double));
  sample_bytes = keys_offset() - state_bytes + slots * sizeof(float);
  held_bytes = model.start_up().held_bytes();
  block_bytes = round_up(state_bytes + std::max(sample_bytes, held_bytes), 64);
}

}  // namespace adcore

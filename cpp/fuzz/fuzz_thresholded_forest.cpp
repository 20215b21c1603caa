// Snapshots of a ThresholdedForest.
#include "adcore/detect/thresholded_forest.hpp"
#include "fuzz/snapshot.hpp"

namespace {

constexpr std::size_t kMostWork = 1U << 20U;

void use(adcore::ThresholdedForest& forest) {
  adcore::fuzz::expect_round_trip(forest, adcore::ThresholdedForest::from_bytes);
  const auto& inner = forest.forest();
  if (inner.config().number_of_trees * inner.dimensions() > kMostWork) return;
  const std::vector<double> rows(3 * forest.config().forest.input_dimensions, 0.5);
  static_cast<void>(forest.process(rows));
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
  return adcore::fuzz::run_snapshot(data, size, adcore::ThresholdedForest::from_bytes, use);
}

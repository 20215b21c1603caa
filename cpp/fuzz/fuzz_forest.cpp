// Snapshots of the forests, of either kind.
#include "adcore/forest/forest.hpp"
#include "fuzz/snapshot.hpp"

namespace {

// Both are linear in the number of trees and the dimensions, which a hostile snapshot may state as it likes.
constexpr std::size_t kMostWork = 1U << 20U;

void use(const std::unique_ptr<adcore::Forest>& forest) {
  const auto written = forest->to_bytes();
  if (adcore::forest_from_bytes(written)->to_bytes() != written) std::abort();
  if (forest->config().number_of_trees * forest->dimensions() > kMostWork) return;
  const std::vector<float> point(forest->dimensions(), 0.5F);
  static_cast<void>(forest->score(point));
  const std::vector<float> row(forest->config().row_size(), 0.5F);
  for (int i = 0; i < 3; ++i) forest->update(row);
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
  return adcore::fuzz::run_snapshot(data, size, adcore::forest_from_bytes, use);
}

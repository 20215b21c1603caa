// Snapshots of a SeriesModel.
#include <cmath>

#include "adcore/series/series_model.hpp"
#include "fuzz/snapshot.hpp"

namespace {

// Whatever was read, values after it have probabilities.
void use(adcore::SeriesModel& model) {
  adcore::fuzz::expect_round_trip(model, adcore::SeriesModel::from_bytes);
  const adcore::SeriesConfig config;
  const auto next = model.last_time(config) / config.bucket_span;
  if (std::abs(static_cast<double>(next)) > 1e12) return;
  for (std::int64_t i = 1; i < 4; ++i) {
    const adcore::SeriesSample sample{.time = (next + i) * config.bucket_span, .value = static_cast<double>(i)};
    model.learn(config, sample, model.assess(config, sample));
  }
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
  return adcore::fuzz::run_snapshot(data, size, adcore::SeriesModel::from_bytes, use);
}

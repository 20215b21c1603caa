// Snapshots of a SeriesModel.
#include "adcore/series/series_model.hpp"
#include "fuzz/snapshot.hpp"

namespace {

constexpr adcore::SeriesConfig kConfig;

auto load(std::span<const std::byte> bytes) -> adcore::SeriesModel {
  return adcore::SeriesModel::from_bytes(bytes, kConfig);
}

// Whatever was read, values after it have probabilities.
void use(adcore::SeriesModel& model) {
  adcore::fuzz::expect_round_trip(model, load);
  for (std::int64_t i = 1; i < 4; ++i) {
    const adcore::SeriesSample sample{.time = model.last_time(kConfig) + kConfig.bucket_span,
                                      .value = static_cast<double>(i)};
    model.learn(kConfig, sample, model.assess(kConfig, sample));
  }
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
  return adcore::fuzz::run_snapshot(data, size, load, use);
}

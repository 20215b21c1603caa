// Snapshots of the scales of a job.
#include <array>
#include <cmath>

#include "adcore/score/normalizer_set.hpp"
#include "fuzz/snapshot.hpp"

namespace {

void use(adcore::NormalizerSet& set) {
  adcore::fuzz::expect_round_trip(set, adcore::NormalizerSet::from_bytes);
  constexpr std::size_t kRows = 4;
  const std::array<std::uint8_t, kRows> level{0, 2, 5, 5};
  const std::array<std::uint64_t, kRows> class_id{0, 3, 1, 1};
  const std::array<std::uint64_t, kRows> scope_id{0, 3, 7, 8};
  const std::array<double, kRows> log_probability{-5, -20, -4, -300};
  const adcore::ScoreRows rows{level, class_id, scope_id, log_probability};
  std::array<double, kRows> scores{};
  for (std::int64_t bucket = 0; bucket < 3; ++bucket) {
    static_cast<void>(set.update(bucket * 900'000, rows));
    set.score(rows, scores);
    for (const double score : scores) {
      if (!(score >= 0.0 && score <= 100.0)) std::abort();
    }
  }
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
  return adcore::fuzz::run_snapshot(data, size, adcore::NormalizerSet::from_bytes, use);
}

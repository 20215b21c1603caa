#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/base/random.hpp"
#include "adcore/score/detector_equalizer.hpp"
#include "adcore/score/raw_score.hpp"
#include "test_kind.hpp"

namespace adcore {
namespace {

constexpr std::int64_t kFiveMinutes = 300'000;

/// Detectors whose ln p is `stretch` times too low.
auto trained(const std::vector<double>& stretch, int buckets = 20'000) -> DetectorEqualizer {
  DetectorEqualizer equalizer(stretch.size(), kFiveMinutes);
  Random random(1);
  for (int i = 0; i < buckets; ++i) {
    for (std::size_t detector = 0; detector < stretch.size(); ++detector) {
      equalizer.learn(detector, -stretch[detector] * random.exponential());
    }
  }
  return equalizer;
}

auto written(const DetectorEqualizer& equalizer) -> std::vector<std::byte> {
  ByteWriter out(testing::kTestKind, 1);
  equalizer.write(out);
  return out.finish();
}

TEST(DetectorEqualizer, LeavesASingleDetectorAlone) {
  const auto equalizer = trained({1});
  for (const double log_p : {-0.5, -4.0, -300.0}) EXPECT_EQ(equalizer.corrected(0, log_p), log_p);
}

TEST(DetectorEqualizer, WaitsUntilEveryDetectorHasHadAFew) {
  DetectorEqualizer equalizer(2, kFiveMinutes);
  for (int i = 0; i < 50; ++i) equalizer.learn(0, -40);
  EXPECT_EQ(equalizer.corrected(0, -40), -40);
  equalizer.learn(1, -10);
  EXPECT_EQ(equalizer.corrected(0, -40), -40);
  equalizer.learn(1, -11);
  EXPECT_GT(equalizer.corrected(0, -40), -39);
}

TEST(DetectorEqualizer, HardlyMovesDetectorsThatAreAlike) {
  const auto equalizer = trained({1, 1, 1});
  for (const double log_p : {-3.5, -5.0, -7.0}) {
    for (std::size_t detector = 0; detector < 3; ++detector) {
      EXPECT_NEAR(equalizer.corrected(detector, log_p), log_p, 0.05 * -log_p);
    }
  }
}

TEST(DetectorEqualizer, TakesAHeavyTailBackToWhatIsUsual) {
  const auto equalizer = trained({1, 1, 10});
  // As rare as it: one in e^5 of those below 0.05 of the third is 10 times as far; both share the median of the others.
  EXPECT_NEAR(equalizer.corrected(2, -60), -60.0 / 10 - (kLogInsignificant / 10 - kLogInsignificant), 1.0);
  EXPECT_NEAR(equalizer.corrected(0, -8), -8, 0.8);
}

TEST(DetectorEqualizer, KeepsWhatIsNotUnusualAndBlendsToTheRest) {
  const auto equalizer = trained({1, 1, 10});
  EXPECT_EQ(equalizer.corrected(2, -1), -1);
  EXPECT_EQ(equalizer.corrected(2, kLogInsignificant), kLogInsignificant);
  EXPECT_NEAR(equalizer.corrected(2, kLogInsignificant - 1e-6), kLogInsignificant, 1e-5);
}

TEST(DetectorEqualizer, KeepsTheFirstGreatAnomalyOfADetector) {
  const auto equalizer = trained({1, 1, 10});
  EXPECT_LT(equalizer.corrected(0, -400), -300);
  // Of the third a tenth is left.
  EXPECT_NEAR(equalizer.corrected(2, -4000), -400, 150);
}

// In the blend from 0.05 to 1e-4 a tail that is far too heavy falls back: the field's rule.
TEST(DetectorEqualizer, KeepsTheOrderOfADetector) {
  const auto equalizer = trained({1, 3, 10}, 3000);
  for (std::size_t detector = 0; detector < 3; ++detector) {
    double before = 0;
    for (double log_p = kLogHighlyUnusual; log_p > -900; log_p -= 0.05) {
      const double corrected = equalizer.corrected(detector, log_p);
      EXPECT_LE(corrected, before + 1e-9) << detector << " " << log_p;
      before = corrected;
    }
  }
}

TEST(DetectorEqualizer, AgesSlowly) {
  DetectorEqualizer equalizer(2, 1'800'000);
  for (std::size_t detector = 0; detector < 2; ++detector) {
    for (int i = 0; i < 3; ++i) equalizer.learn(detector, detector == 0 ? -40 : -10);
  }
  equalizer.pass_to(0);
  EXPECT_NE(equalizer.corrected(0, -40), -40);
  // 3 e^(-0.05 * 0.0005 n) falls below 1.5 at n = 27 726.
  equalizer.pass_to(27'725LL * 1'800'000);
  EXPECT_NE(equalizer.corrected(0, -40), -40);
  equalizer.pass_to(27'727LL * 1'800'000);
  EXPECT_EQ(equalizer.corrected(0, -40), -40);
}

TEST(DetectorEqualizer, GoesOnFromASnapshot) {
  auto equalizer = trained({1, 4}, 500);
  equalizer.pass_to(7 * kFiveMinutes);
  const auto bytes = written(equalizer);
  ByteReader in(bytes, testing::kTestKind, 1);
  DetectorEqualizer restored(2, kFiveMinutes);
  restored.read(in);
  in.finish();
  EXPECT_EQ(written(restored), bytes);
  EXPECT_EQ(restored.corrected(1, -20), equalizer.corrected(1, -20));
}

TEST(DetectorEqualizer, RefusesABucketThatCannotBe) {
  ByteWriter out(testing::kTestKind, 1);
  out.put(true);
  out.put(std::int64_t{INT64_MAX});
  const auto bytes = out.finish();
  ByteReader in(bytes, testing::kTestKind, 1);
  DetectorEqualizer equalizer(0, kFiveMinutes);
  EXPECT_THROW(equalizer.read(in), SnapshotError);
}

}  // namespace
}  // namespace adcore

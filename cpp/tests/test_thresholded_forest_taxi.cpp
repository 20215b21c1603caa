// The published behaviour on the taxi rides of New York: 10 320 half hours, five known events. Counts of alerts differ
// by the seed; the ranges hold what three seeds of the field's implementation gave, and some room.
#include <gtest/gtest.h>

#include <array>

#include "adcore/detect/thresholded_forest.hpp"
#include "taxi_rides.hpp"

namespace adcore {
namespace {

struct Counts {
  double alerts = 0;
  double inside = 0;
  std::array<double, 5> windows{};
};

/// Means over three seeds.
auto count_alerts(const std::vector<double>& values, ThresholdedForestConfig config) -> Counts {
  constexpr std::array<std::array<std::size_t, 2>, 5> kWindows = {
      {{5839, 6045}, {7080, 7286}, {8423, 8629}, {8731, 8937}, {9977, 10183}}};
  Counts counts;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    config.forest.seed = seed;
    ThresholdedForest model(config);
    const auto columns = model.process(values);
    for (std::size_t i = 0; i < columns.rows; ++i) {
      if (columns.grade[i] == 0) continue;
      counts.alerts += 1.0 / 3;
      for (std::size_t w = 0; w < kWindows.size(); ++w) {
        if (i < kWindows[w][0] || i > kWindows[w][1]) continue;
        counts.inside += 1.0 / 3;
        counts.windows[w] += 1.0 / 3;
      }
    }
  }
  return counts;
}

class ThresholdedForestTaxi : public ::testing::Test {
 protected:
  void SetUp() override {
    values_ = testing::taxi_rides();
    if (values_.empty()) GTEST_SKIP() << "the series is not here: set ADCORE_SHARED to the folder that holds quality/";
    ASSERT_EQ(values_.size(), 10'320U);
  }
  std::vector<double> values_;
};

TEST_F(ThresholdedForestTaxi, NormalisedWithAutoAdjust) {
  ThresholdedForestConfig config;
  config.auto_adjust = true;
  const Counts counts = count_alerts(values_, config);  // published: 10 to 14 alerts, 5 to 7 of them inside
  EXPECT_GE(counts.alerts, 6);
  EXPECT_LE(counts.alerts, 20);
  EXPECT_GE(counts.inside, 4);
  EXPECT_GT(counts.windows[0], 0);
  EXPECT_GT(counts.windows[3], 0);
}

TEST_F(ThresholdedForestTaxi, Normalised) {
  const Counts counts = count_alerts(values_, ThresholdedForestConfig{});  // published: 95 to 122, 11 to 14 inside
  EXPECT_GE(counts.alerts, 75);
  EXPECT_LE(counts.alerts, 145);
  EXPECT_GE(counts.inside, 9);
}

TEST_F(ThresholdedForestTaxi, WithoutTransform) {
  ThresholdedForestConfig config;
  config.transform = TransformMethod::none;
  const Counts counts = count_alerts(values_, config);  // published: 58 to 65, 26 to 28 inside
  EXPECT_GE(counts.alerts, 35);
  EXPECT_LE(counts.alerts, 85);
  EXPECT_GE(counts.inside, 12);
  for (const std::size_t window : {0U, 3U, 4U}) EXPECT_GT(counts.windows[window], 0) << window;
}

}  // namespace
}  // namespace adcore

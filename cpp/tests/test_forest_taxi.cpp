// The published behaviour of the AWS forest on the taxi rides of New York, 10 320 half hours: over seeds, the mean of
// the scores is .794 +- .005, the 99th percentile 1.258 +- .024, the maximum 2.52 +- .05 at row 5 956 to 5 961. These
// bounds notice a wrong normaliser, damping, decay, cut law or deletion.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "forest_streams.hpp"
#include "taxi_rides.hpp"

namespace adcore {
namespace {

TEST(ForestTaxi, StatisticsOfTheScores) {
  const auto read = testing::taxi_rides();
  const std::vector<float> rides(read.begin(), read.end());
  if (rides.empty()) GTEST_SKIP() << "the series is not here: set ADCORE_SHARED to the folder that holds quality/";
  double mean_of_means = 0;
  double mean_of_p99 = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    ForestConfig config;
    config.shingle_size = 8;
    config.seed = seed;
    RandomCutForest forest(config);
    auto scores = testing::process(forest, rides, 10'320);
    const auto top = std::max_element(scores.begin() + 1000, scores.end()) - scores.begin();
    EXPECT_GE(top, 5953);
    EXPECT_LE(top, 5963);
    std::vector<double> late(scores.begin() + 1000, scores.end());
    std::sort(late.begin(), late.end());
    const double mean = testing::mean(late);
    EXPECT_GT(mean, 0.775);
    EXPECT_LT(mean, 0.815);
    EXPECT_NEAR(late[late.size() / 2], 0.81, 0.02);
    EXPECT_NEAR(late[late.size() * 99 / 100], 1.26, 0.09);
    EXPECT_GT(late.back(), 2.30);
    EXPECT_LT(late.back(), 2.75);
    mean_of_means += mean / 5;
    mean_of_p99 += late[late.size() * 99 / 100] / 5;
  }
  EXPECT_NEAR(mean_of_means, 0.793, 0.010);
  EXPECT_NEAR(mean_of_p99, 1.258, 0.04);
}

}  // namespace
}  // namespace adcore

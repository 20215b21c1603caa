#include <gtest/gtest.h>

#include <cmath>

#include "adcore/base/beta_quantile.hpp"
#include "adcore/base/beta_tail.hpp"
#include "adcore/score/ceilings.hpp"

namespace adcore {
namespace {

TEST(BetaQuantile, GoesBackToItsProbability) {
  for (const double a : {1.0 / 3, 0.9, 1.0, 7.0, 500.0, 1e6}) {
    for (const double b : {1.0 / 3, 1.0, 2.5, 130.0, 1e6}) {
      for (const double p : {1e-9, 0.15, 0.5, 0.85, 0.999}) {
        const double x = beta_quantile(a, b, p);
        if (x > 0.999) continue;  // where its last digit moves the probability by more
        EXPECT_NEAR(std::exp(log_beta_lower_tail(a, b, x)), p, 1e-9) << a << " " << b << " " << p;
      }
    }
  }
  EXPECT_DOUBLE_EQ(beta_quantile(1, 1, 0.3), 0.3);
  EXPECT_NEAR(beta_quantile(2, 1, 0.25), 0.5, 1e-13);
  EXPECT_EQ(beta_quantile(3, 4, 0), 0);
  EXPECT_EQ(beta_quantile(3, 4, 1), 1);
}

TEST(NoiseCeiling, IsOffWhereHalfOfAllScoresAreZero) {
  EXPECT_GE(noise_ceiling(0.001, 0, 0.5), 100);
  EXPECT_GE(noise_ceiling(0.001, 0, 0.9), 100);
  EXPECT_DOUBLE_EQ(noise_ceiling(0.5, 0.5, 0), 1);
  EXPECT_DOUBLE_EQ(noise_ceiling(1.5, 0.5, 0.2), 11);
  EXPECT_DOUBLE_EQ(noise_ceiling(0.1, 0.5, 0.25), 0);
  EXPECT_DOUBLE_EQ(noise_ceiling(0.5, 0.5, 0.375), 51);
}

TEST(RankCeiling, MapsPercentilesAsTheFieldDoes) {
  EXPECT_DOUBLE_EQ(score_of_percentile(0), 0);
  EXPECT_NEAR(score_of_percentile(70), 1, 1e-12);
  EXPECT_NEAR(score_of_percentile(96), 11.5, 1e-12);
  EXPECT_NEAR(score_of_percentile(98), 35, 1e-12);
  EXPECT_NEAR(score_of_percentile(99.5), 72.2, 0.03);
  EXPECT_NEAR(score_of_percentile(99.95), 95, 1e-9);
  EXPECT_NEAR(score_of_percentile(100), 100, 1e-12);
}

// The largest score so far among n.
TEST(RankCeiling, KeepsYoungJobsQuiet) {
  const auto of_the_largest = [](double n) { return rank_ceiling(n, n - 1); };
  EXPECT_NEAR(of_the_largest(20), 21, 0.6);
  EXPECT_NEAR(of_the_largest(50), 36, 0.6);
  EXPECT_NEAR(of_the_largest(100), 55, 0.6);
  EXPECT_NEAR(of_the_largest(200), 67, 0.6);
  EXPECT_NEAR(of_the_largest(1000), 90, 0.6);
  EXPECT_NEAR(of_the_largest(10'000), 98.6, 0.1);
}

TEST(RankCeiling, RisesWithTheRank) {
  double before = -1;
  for (double lower = 0; lower <= 300; lower += 1) {
    const double ceiling = rank_ceiling(300, lower);
    EXPECT_GT(ceiling, before);
    before = ceiling;
  }
}

TEST(LargestCeiling, IsTheFieldsOwn) {
  EXPECT_DOUBLE_EQ(largest_ceiling(0.1), 15);
  EXPECT_DOUBLE_EQ(largest_ceiling(0.25), 37.5);
  EXPECT_DOUBLE_EQ(largest_ceiling(0.5), 75);
  EXPECT_DOUBLE_EQ(largest_ceiling(0.6), 80);
  EXPECT_DOUBLE_EQ(largest_ceiling(0.9), 95);
  EXPECT_DOUBLE_EQ(largest_ceiling(1), 100);
}

TEST(AbsoluteCeiling, IsTheFieldsOwn) {
  EXPECT_NEAR(absolute_ceiling(std::log(0.05)), 5, 1e-12);
  EXPECT_NEAR(absolute_ceiling(std::log(0.035)), 10.45, 0.005);
  EXPECT_NEAR(absolute_ceiling(std::log(0.01)), 29.60, 0.005);
  EXPECT_NEAR(absolute_ceiling(std::log(0.001)), 64.80, 0.005);
  for (const double p : {1e-4, 1e-9, 1e-300}) EXPECT_NEAR(absolute_ceiling(std::log(p)), 100, 1e-12);
  EXPECT_EQ(absolute_ceiling(0), 0);
}

// A bucket influencer of the documentation of the API, to the last digit.
TEST(AbsoluteCeiling, OfThePublishedProbabilityIsThePublishedScore) {
  EXPECT_EQ(absolute_ceiling(std::log(1.7340849573442696e-4)), 91.58505459594764);
}

}  // namespace
}  // namespace adcore

#include <gtest/gtest.h>

#include <cmath>

#include "adcore/score/raw_score.hpp"

namespace adcore {
namespace {

TEST(RawScore, IsTheFieldsOwn) {
  EXPECT_NEAR(raw_score(std::log(0.035)), 0.000858861, 1e-9);
  EXPECT_NEAR(raw_score(std::log(0.01)), 0.008016032, 1e-9);
  EXPECT_NEAR(raw_score(std::log(0.001)), 0.09819639, 1e-8);
  EXPECT_NEAR(raw_score(std::log(1e-4)), 1, 1e-14);
  EXPECT_NEAR(raw_score(std::log(1e-5)), 2.0652174, 1e-7);
  EXPECT_NEAR(raw_score(std::log(1e-10)), 7.3913043, 1e-7);
  EXPECT_NEAR(raw_score(std::log(1e-20)), 18.0434783, 1e-7);
  EXPECT_NEAR(raw_score(std::log(1e-50)), 50, 1e-12);
  EXPECT_NEAR(raw_score(std::log(1e-100)), 59.7029856, 1e-7);
  EXPECT_NEAR(raw_score(std::log(1e-300)), 98.5149279, 1e-7);
  EXPECT_DOUBLE_EQ(raw_score(kLogLeast), 100);
}

// A bucket influencer of the documentation of the API.
TEST(RawScore, OfThePublishedProbabilityIsThePublishedOne) {
  EXPECT_NEAR(raw_score(std::log(1.7340849573442696e-4)), 0.5758246639716365, 1e-15);
}

TEST(RawScore, EndsAtZeroAndOneHundred) {
  for (const double p : {0.05, 0.3, 1.0}) EXPECT_EQ(raw_score(std::log(p)), 0);
  EXPECT_EQ(raw_score(-1e5), 100);
  EXPECT_EQ(raw_score(-HUGE_VAL), 100);
}

TEST(RawScore, GoesBackToItsProbability) {
  EXPECT_NEAR(std::exp(log_probability_of_raw_score(0.5)), 1.99600798e-4, 1e-12);
  EXPECT_NEAR(std::exp(log_probability_of_raw_score(10)), 3.5564803e-13, 1e-20);
  EXPECT_NEAR(std::exp(log_probability_of_raw_score(75)) / 1.4916681e-179, 1, 1e-7);
  EXPECT_DOUBLE_EQ(std::exp(log_probability_of_raw_score(0)), 0.525);
  for (double log_p = kLogLeast; log_p < kLogInsignificant; log_p += 0.37) {
    EXPECT_NEAR(log_probability_of_raw_score(raw_score(log_p)), log_p, 1e-12 * -log_p);
  }
}

TEST(RawScore, RisesAsTheProbabilityFalls) {
  double before = -1;
  for (double log_p = kLogInsignificant; log_p > kLogLeast; log_p -= 0.01) {
    const double score = raw_score(log_p);
    EXPECT_GT(score, before);
    before = score;
  }
}

TEST(RawScore, HasNoSteps) {
  for (const double p : {0.05, 1e-4, 1e-50}) {
    EXPECT_NEAR(raw_score(std::log(p) - 1e-9), raw_score(std::log(p) + 1e-9), 1e-7);
  }
}

}  // namespace
}  // namespace adcore

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "adcore/base/random.hpp"
#include "adcore/score/aggregation.hpp"
#include "adcore/score/extreme_probability.hpp"
#include "adcore/score/joint_probability.hpp"
#include "adcore/score/raw_score.hpp"
#include "score_values.hpp"

namespace adcore {
namespace {

using testing::logs;

/// P(U(1) <= p(1), ..., U(m) <= p(m)) by summing the multinomial law over all ways to put n values into the m + 1 cells
/// between the p's. `others` are still to be put into the cells from `cell` on, of length `rest` together.
auto slow_extreme(const std::vector<double>& p, std::size_t n) -> double {
  const std::size_t m = p.size();
  std::function<double(std::size_t, std::size_t)> sum = [&](std::size_t cell, std::size_t placed) -> double {
    if (placed < cell) return 0;  // p(cell) is not met
    const std::size_t others = n - placed;
    if (cell == m) return std::pow(1 - p[m - 1], static_cast<double>(others));
    const double width = p[cell] - (cell == 0 ? 0 : p[cell - 1]);
    double total = 0;
    double ways = 1;
    for (std::size_t k = 0; k <= others; ++k) {
      total += ways * std::pow(width, static_cast<double>(k)) * sum(cell + 1, placed + k);
      ways *= static_cast<double>(others - k) / static_cast<double>(k + 1);
    }
    return total;
  };
  return sum(0, 0);
}

auto extremes_of(const std::vector<double>& sorted, std::size_t size) -> Extremes {
  Extremes extremes;
  for (const double p : sorted) extremes.smallest[extremes.count++] = std::log(p);
  extremes.size = size;
  return extremes;
}

TEST(JointProbability, OfTwoIsAnExponential) {
  // z of 0.01 is 2.5758293; e^(-z^2) of both.
  EXPECT_NEAR(std::exp(log_joint_probability(logs({0.01, 0.01}))), 1.31371e-3, 1e-8);
}

TEST(JointProbability, OfOneIsItself) {
  for (const double log_p : {-0.5, -50.0, -5000.0}) {
    EXPECT_EQ(log_joint_probability(std::vector<double>{log_p}), log_p);
  }
  EXPECT_EQ(log_joint_probability({}), 0);
}

TEST(JointProbability, IsUniformWhenItsPartsAre) {
  Random random(5);
  constexpr int kTrials = 20'000;
  for (const std::size_t n : {2U, 3U, 20U}) {
    int below = 0;
    std::vector<double> log_ps(n);
    for (int i = 0; i < kTrials; ++i) {
      for (auto& log_p : log_ps) log_p = std::log(random.uniform());
      below += log_joint_probability(log_ps) < std::log(0.05) ? 1 : 0;
    }
    EXPECT_NEAR(below, kTrials / 20, 5 * std::sqrt(kTrials / 20.0)) << n;
  }
}

TEST(JointProbability, DoesNotUnderflow) {
  const std::vector<double> flood(1000, -650.0);
  const double joint = log_joint_probability(flood);
  EXPECT_LT(joint, -600'000);
  EXPECT_GT(joint, -650'000);
}

TEST(ExtremeProbability, OfOneIsItsComplementToTheNth) {
  const double log_p = std::log(1e-3);
  EXPECT_NEAR(log_extreme_probability(extremes_of({1e-3}, 50)), std::log1p(-std::pow(1 - 1e-3, 50)), 1e-13);
  EXPECT_NEAR(log_extreme_probability(std::vector<double>{log_p}, 1, 1), log_p, 1e-13);
  EXPECT_EQ(log_extreme_probability({}, 1, 5), 0);
}

TEST(ExtremeProbability, IsTheSumOverAllArrangements) {
  Random random(11);
  for (std::size_t n = 1; n <= 9; ++n) {
    for (std::size_t m = 1; m <= std::min<std::size_t>(n, 5); ++m) {
      for (int i = 0; i < 20; ++i) {
        std::vector<double> p(m);
        for (auto& value : p) value = std::pow(random.uniform(), 3);
        std::sort(p.begin(), p.end());
        const double expected = std::log(slow_extreme(p, n));
        EXPECT_NEAR(log_extreme_probability(extremes_of(p, n)), expected, 1e-10 * std::abs(expected) + 1e-12);
      }
    }
  }
}

TEST(ExtremeProbability, IsAsFrequentAsItSays) {
  const std::vector<double> p{0.004, 0.01, 0.05};
  constexpr int kTrials = 40'000;
  Random random(3);
  int seen = 0;
  std::vector<double> u(40);
  for (int i = 0; i < kTrials; ++i) {
    for (auto& value : u) value = random.uniform();
    std::sort(u.begin(), u.end());
    seen += u[0] <= p[0] && u[1] <= p[1] && u[2] <= p[2] ? 1 : 0;
  }
  const double expected = kTrials * std::exp(log_extreme_probability(extremes_of(p, u.size())));
  EXPECT_GT(expected, 400);
  EXPECT_NEAR(seen, expected, 5 * std::sqrt(expected));
}

TEST(ExtremeProbability, TakesEqualOnesAndThoseThatAreNoDoubles) {
  // Two of three at or below p: 3 p^2 - 2 p^3.
  EXPECT_NEAR(std::exp(log_extreme_probability(extremes_of({0.1, 0.1}, 3))), 0.028, 1e-15);
  Extremes tiny = extremes_of({0.1, 0.1}, 3);
  tiny.smallest[0] = tiny.smallest[1] = -5000;
  EXPECT_NEAR(log_extreme_probability(tiny), std::log(3) - 10'000, 1e-9);
  tiny.smallest[0] = -HUGE_VAL;
  EXPECT_EQ(log_extreme_probability(tiny), -HUGE_VAL);
  Extremes certain = extremes_of({1.0, 1.0}, 2);
  EXPECT_NEAR(log_extreme_probability(certain), 0, 1e-15);
}

TEST(ExtremeProbability, PicksTheSmallestInOrder) {
  const auto found = smallest_of(std::vector<double>{-1, -5, -3, -5, 0.0, -4}, 4);
  EXPECT_EQ(found.count, 4U);
  EXPECT_EQ(found.size, 6U);
  EXPECT_EQ(std::vector<double>(found.smallest.begin(), found.smallest.begin() + 4),
            (std::vector<double>{-5, -5, -4, -3}));
}

struct Vector {
  std::vector<double> log_ps;
  double raw, p;
};

TEST(Aggregation, OfDetectorsIsTheFieldsOwn) {
  const Vector vectors[] = {{logs({1e-3, 0.5}), 0.0297421, 2.557331e-3},
                            {logs({1e-3}), 0.0785571, 1e-3},
                            {logs({1e-6, 1e-4}), 3.43398, 8.11156e-8},
                            {logs({0.02, 0.9}), 0, 0.0512323},
                            {logs({0.04, 0.9}), 0, 0.0971612}};
  for (const auto& vector : vectors) {
    const auto found = aggregate(vector.log_ps, kOfDetectors);
    EXPECT_NEAR(found.raw_score, vector.raw, 1e-5 * vector.raw);
    EXPECT_NEAR(std::exp(found.log_probability), vector.p, 1e-5 * vector.p);
  }
}

TEST(Aggregation, OfMembersIsTheMostUnusualOne) {
  const auto found = aggregate(logs({1e-5, 0.7, 0.02}), kOfMembers);
  EXPECT_NEAR(std::exp(found.log_probability), 1 - std::pow(1 - 1e-5, 3), 1e-15);
}

TEST(Aggregation, AddsManyMildlyUnusualOnesUp) {
  EXPECT_LT(aggregate(std::vector<double>(20, std::log(0.05)), kOfSeries).log_probability, std::log(1e-5));
}

TEST(Aggregation, DilutesOneInACrowd) {
  std::vector<double> crowd(1000, std::log(0.5));
  crowd[17] = std::log(1e-4);
  EXPECT_GT(aggregate(crowd, kOfSeries).log_probability, std::log(0.1));
}

TEST(Aggregation, StillRanksFloods) {
  double before = 0;
  for (const std::size_t n : {1U, 10U, 100U, 150U}) {
    const auto found = aggregate(std::vector<double>(n, -700.0), kOfSeries);
    EXPECT_GT(found.raw_score, before);
    EXPECT_LE(found.raw_score, 100);
    EXPECT_GE(found.log_probability, kLogLeast);
    before = found.raw_score;
  }
}

TEST(Aggregation, DoesNotDependOnTheOrder) {
  const auto one = aggregate(logs({1e-3, 0.5, 0.02, 1e-9}), kOfSeries);
  const auto other = aggregate(logs({1e-9, 0.02, 1e-3, 0.5}), kOfSeries);
  EXPECT_NEAR(one.log_probability, other.log_probability, 1e-12);
}

TEST(Aggregation, OfNothingIsNothing) {
  EXPECT_EQ(aggregate({}, kOfSeries).raw_score, 0);
  EXPECT_EQ(aggregate({}, kOfSeries).log_probability, 0);
}

}  // namespace
}  // namespace adcore

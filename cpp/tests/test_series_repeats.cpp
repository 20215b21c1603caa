// Series that mostly repeat one value: what else happens now and then has a size that is remembered.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "adcore/series/repeat_family.hpp"
#include "series_streams.hpp"

namespace adcore::testing {
namespace {

constexpr std::size_t kFortnight = 14 * kHoursPerDay;

auto metric(double value) -> Residual { return {.value = value, .resolution = 1e-9}; }
auto count(double value) -> Residual { return {.value = value, .resolution = 0.4, .offset = 0.5}; }

auto learned(const std::vector<Residual>& values) -> RepeatFamily {
  RepeatFamily family;
  for (const auto& r : values) family.learn(r, 1, 0, 1, 1);
  return family;
}

// Zeros, with one to three now and then.
auto now_and_then(Random& random, double share) -> double {
  return random.uniform() < share ? 1 + std::floor(3 * std::pow(random.uniform(), 3)) : 0;
}

auto watch_of_zeros(std::uint64_t seed, std::size_t hours, double share) -> Watch {
  Random random(seed);
  Watch watch;
  for (std::size_t i = 0; i < hours; ++i) watch.step(now_and_then(random, share));
  return watch;
}

TEST(SeriesRepeats, a_burst_after_a_quiet_fortnight_is_found) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    auto watch = watch_of_zeros(80 + seed, 5 * kHoursPerWeek, 0.15);
    watch.run(std::vector<double>(kFortnight, 0.0));
    EXPECT_LT(watch.ask(3).upper, 10) << seed;
    double least_single = 0;
    double least = 0;
    for (const double value : {6.0, 9.0, 13.0, 19.0}) {  // what has begun must not hide what it becomes
      const auto seen = watch.step(value);
      least_single = std::min(least_single, seen.log_single);
      least = std::min(least, seen.log_probability);
    }
    EXPECT_LT(least_single, std::log(1e-6)) << seed;
    EXPECT_LT(least, std::log(1e-4)) << seed;
  }
}

TEST(SeriesRepeats, incidents_do_not_become_what_others_are) {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Random random(90 + seed);
    Watch watch;
    for (std::size_t i = 0; i < 12 * kHoursPerWeek; ++i) {
      const bool incident = i > 3 * kHoursPerWeek && i % kHoursPerWeek < 3;
      const double off = random.uniform() < 0.04 ? (random.uniform() < 0.5 ? -1 : 1) : 0;
      const auto seen = watch.step(500 + off + (incident ? 15 : 0));
      found += incident && i % kHoursPerWeek == 0 && seen.log_single < std::log(1e-5) ? 1 : 0;
    }
  }
  EXPECT_GE(found, 4 * 9 - 4);
}

TEST(SeriesRepeats, larger_values_that_stay_are_learned) {
  for (const double share : {0.2, 0.02}) {
    Random random(100);
    auto watch = watch_of_zeros(101, 8 * kHoursPerWeek, share);
    EXPECT_LT(watch.ask(40).log_single, std::log(1e-4)) << share;
    for (int others = 0; others < 60;) {
      const bool other = random.uniform() < share;
      watch.step(other ? 40 * std::exp(0.2 * normal(random)) : 0);
      others += other ? 1 : 0;
    }
    EXPECT_GT(watch.ask(40).log_single, std::log(1e-2)) << share;
  }
}

TEST(SeriesRepeats, the_first_other_values_after_few_are_not_yet_news) {
  Watch watch;
  watch.run(std::vector<double>(10, 0.0));
  EXPECT_GT(watch.ask(1).log_single, std::log(1e-4));
  watch.run(std::vector<double>(490, 0.0));
  EXPECT_LT(watch.ask(1).log_single, std::log(1e-6));
}

TEST(SeriesRepeats, either_side_has_a_share) {
  std::vector<Residual> values(200, metric(10));
  for (int i = 0; i < 20; ++i) values.push_back(metric(12));
  const auto family = learned(values);
  const auto above = family.tails(metric(12));
  const auto below = family.tails(metric(8));
  EXPECT_EQ(above.lower, 0);
  EXPECT_EQ(below.upper, 0);
  EXPECT_NEAR(above.upper, std::log(21.0 / 222 * 20.5 / 21), 0.1);
  EXPECT_NEAR(below.lower, std::log(21.0 / 222 * 0.5 / 21), 0.1);
  EXPECT_EQ(family.quantiles(metric(10)).lower, 10);
  EXPECT_GT(family.quantiles(metric(10)).upper, 12);
}

TEST(SeriesRepeats, masses_of_all_counts_are_no_more_than_one) {
  Random random(110);
  std::vector<Residual> values;
  for (int i = 0; i < 500; ++i) values.push_back(count(poisson(random, 0.5)));
  const auto family = learned(values);
  double sum = 0;
  for (int x = 0; x < 10'000; ++x) sum += std::exp(family.log_density(count(x)));
  EXPECT_LE(sum, 1 + 1e-9);
  EXPECT_GT(sum, 0.9);
}

}  // namespace
}  // namespace adcore::testing

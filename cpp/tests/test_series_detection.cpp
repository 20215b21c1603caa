// Planted anomalies are found.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "adcore/series/anomaly_shape.hpp"
#include "series_streams.hpp"

namespace adcore::testing {
namespace {

// Share of `series` series in which a value `deviations` off, put where it is learned what is usual, is below p.
auto recall(const Source& usual, const std::function<double(double, double)>& planted, SeriesKind kind, double p)
    -> double {
  constexpr int kSeries = 24;
  constexpr std::size_t kHours = 6 * kHoursPerWeek;
  double found = 0;
  for (int i = 0; i < kSeries; ++i) {
    Watch watch({.bucket_span = kHour, .kind = kind});
    watch.run(hourly(kHours + static_cast<std::size_t>(i) * 7, derive_seed(21, static_cast<std::uint64_t>(i)), usual));
    const auto before = watch.ask(0);
    const auto seen = watch.ask(planted(before.typical, (before.upper - before.lower) / 4));
    found += seen.log_probability < std::log(p) ? 1.0 / kSeries : 0;
  }
  return found;
}

auto up(double deviations) {
  return [deviations](double typical, double deviation) { return std::round(typical + deviations * deviation); };
}

TEST(SeriesDetection, spikes_over_noise) {
  const auto usual = [](Random& r, std::int64_t) { return 1000 + 50 * normal(r); };
  EXPECT_GE(recall(usual, up(6), SeriesKind::metric, 1e-4), 0.8);
  EXPECT_GE(recall(usual, up(8), SeriesKind::metric, 1e-6), 0.8);
  EXPECT_GE(recall(usual, up(-8), SeriesKind::metric, 1e-6), 0.8);
  EXPECT_EQ(recall(usual, up(1), SeriesKind::metric, 1e-2), 0);
}

TEST(SeriesDetection, spikes_over_an_office_week) {
  const auto usual = [](Random& r, std::int64_t t) { return 1000 + 500 * office(t) + 30 * normal(r); };
  EXPECT_GE(recall(usual, up(8), SeriesKind::metric, 1e-4), 0.7);
  EXPECT_GE(recall(usual, up(-8), SeriesKind::metric, 1e-4), 0.7);
}

TEST(SeriesDetection, a_spike_a_week_is_found_every_week) {
  // They are too few to prove heavy tails, and too many to be learned.
  constexpr std::size_t kWeeks = 12;
  std::size_t found = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    Random random(40 + seed);
    Watch watch;
    for (std::size_t i = 1; i < kWeeks * kHoursPerWeek; ++i) {
      const bool spike = i % kHoursPerWeek == 13 * (i / kHoursPerWeek) && i > 3 * kHoursPerWeek;
      const auto seen = watch.step(100 + (spike ? 50 : 0) + 5 * normal(random));
      found += spike && seen.log_probability < std::log(1e-5) ? 1U : 0U;
    }
  }
  EXPECT_GE(found, 8 * (kWeeks - 4));
}

TEST(SeriesDetection, levels_that_move_every_week_are_news_each_time) {
  // The day until a move is taken for one must neither widen what is usual nor pull the level along.
  constexpr int kMoves = 6;
  int found = 0;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Random random(60 + seed);
    Watch watch;
    double level = 100;
    for (std::size_t i = 0; i < (3 + kMoves) * kHoursPerWeek; ++i) {
      const auto week = i / kHoursPerWeek;
      const bool moves = week >= 3 && i % kHoursPerWeek == 20 + 7 * week;
      if (moves) level += week % 2 == 0 ? -30 : 30;
      const double daily = 20 * std::sin(2 * std::numbers::pi * static_cast<double>(i) / 24);
      const auto seen = watch.step(level + daily + 3 * normal(random));
      found += moves && seen.log_single < std::log(1e-7) ? 1 : 0;
    }
  }
  EXPECT_GE(found, 4 * kMoves - 2);
}

TEST(SeriesDetection, familiar_blips_do_not_excuse_a_spike_beyond_all_measure) {
  Random random(35);
  Watch watch;
  for (std::size_t i = 0; i < 6 * kHoursPerWeek; ++i) watch.step(100 + 5 * normal(random));
  const auto seen = watch.ask(150);
  EXPECT_LT(seen.log_single, std::log(1e-10));
  EXPECT_LT(seen.log_probability, 0.8 * seen.log_single);
}

TEST(SeriesDetection, anomalies_beyond_all_measure_do_not_make_the_next_one_familiar) {
  AnomalyShape shape;
  const auto learn = [&shape](double log_probability) {
    shape.learn(log_probability, 4);
    shape.learn(0, 0);
  };
  for (int i = 0; i < 60; ++i) learn(std::log(0.1) - 1);
  const double before = shape.corrected(-30, 4);
  for (int i = 0; i < 3; ++i) learn(-60);
  EXPECT_LT(shape.corrected(-30, 4), 0.85 * before);
  for (int i = 0; i < 60; ++i) learn(-60);  // until they are the rule
  EXPECT_GT(shape.corrected(-30, 4), 0.75 * before);
}

TEST(SeriesDetection, bursts_of_events) {
  const auto usual = [](Random& r, std::int64_t t) { return poisson(r, 200 * office(t)); };
  EXPECT_GE(recall(usual, up(10), SeriesKind::count, 1e-4), 0.7);
  const auto rare = [](Random& r, std::int64_t) { return poisson(r, 0.5); };
  EXPECT_GE(recall(rare, [](double, double) { return 20.0; }, SeriesKind::count, 1e-6), 0.9);
  EXPECT_EQ(recall(rare, [](double, double) { return 1.0; }, SeriesKind::count, 1e-2), 0);
}

TEST(SeriesDetection, a_constant_that_changes) {
  for (const auto kind : {SeriesKind::count, SeriesKind::metric}) {
    Watch watch({.bucket_span = kHour, .kind = kind});
    watch.run(std::vector<double>(500, 12.0));
    EXPECT_GT(watch.ask(12).log_probability, std::log(0.9));
    EXPECT_EQ(watch.ask(12.0005).log_probability, 0);  // 0.004 % of it is nothing
    EXPECT_LT(watch.ask(0).log_probability, std::log(1e-4));
    EXPECT_LT(watch.ask(100).log_probability, std::log(1e-4));
    EXPECT_LT(watch.ask(100).log_single, watch.ask(14).log_single);
  }
}

TEST(SeriesDetection, a_gap_between_two_modes) {
  Random random(31);
  Watch watch;
  for (int i = 0; i < 800; ++i) watch.step((random.uniform() < 0.3 ? 10 : 50) + normal(random));
  EXPECT_GT(watch.ask(10).log_probability, std::log(0.05));
  EXPECT_LT(watch.ask(30).log_probability, std::log(1e-4));
  EXPECT_TRUE(watch.ask(30).multimodal);
  EXPECT_NEAR(watch.ask(12).typical, 10, 3);
  EXPECT_NEAR(watch.ask(48).typical, 50, 3);
}

TEST(SeriesDetection, what_is_a_little_high_for_long) {
  Random random(32);
  Watch watch;
  for (std::size_t i = 0; i < 4 * kHoursPerWeek; ++i) watch.step(100 + 5 * normal(random));
  double least_single = 0;
  double least_multi = 0;
  double most_impact = -5;
  for (int i = 0; i < 12; ++i) {
    const auto seen = watch.step(100 + 10 + 5 * normal(random));
    least_single = std::min(least_single, seen.log_single);
    least_multi = std::min(least_multi, seen.log_multi);
    most_impact = std::max(most_impact, seen.multi_bucket_impact);
  }
  EXPECT_GT(least_single, std::log(1e-5));
  EXPECT_LT(least_multi, std::log(1e-3));
  EXPECT_GE(most_impact, 3);
}

TEST(SeriesDetection, a_usual_bucket_after_an_anomaly_is_none) {
  Random random(33);
  Watch watch;
  for (std::size_t i = 0; i < 4 * kHoursPerWeek; ++i) watch.step(100 + 5 * normal(random));
  for (int i = 0; i < 5; ++i) watch.step(200);
  const auto after = watch.ask(watch.ask(0).median);
  EXPECT_GT(after.log_probability, std::log(0.5));
  EXPECT_FALSE(std::isnan(after.log_multi));
}

TEST(SeriesDetection, the_length_of_an_anomaly_is_counted) {
  Random random(34);
  Watch watch;
  for (std::size_t i = 0; i < 2 * kHoursPerWeek; ++i) watch.step(100 + 5 * normal(random));
  watch.step(100);
  for (int length = 1; length <= 4; ++length) EXPECT_EQ(watch.step(160).anomaly_length, length);
  EXPECT_EQ(watch.step(40).anomaly_length, 1);
}

}  // namespace
}  // namespace adcore::testing

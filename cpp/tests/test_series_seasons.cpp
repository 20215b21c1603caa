// Seasons are found, clocks change, levels shift.
#include <gtest/gtest.h>

#include <vector>

#include "adcore/series/seasons.hpp"
#include "series_streams.hpp"

namespace adcore::testing {
namespace {

// Root of the mean squared distance between what was typical and the truth, over hours [first, last).
auto error_of(const std::vector<SeriesAssessment>& all, const std::vector<double>& truth, std::size_t first,
              std::size_t last) -> double {
  double sum = 0;
  for (std::size_t i = first; i < last; ++i) sum += std::pow(all[i].typical - truth[i], 2);
  return std::sqrt(sum / static_cast<double>(last - first));
}

auto office_values(std::size_t hours, std::uint64_t seed, std::size_t clock_change = ~std::size_t{0},
                   std::int64_t by = kHour) {
  std::size_t hour = 0;
  return hourly(hours, seed, [&hour, clock_change, by](Random& r, std::int64_t t) {
    return 100 + 50 * office(t + (hour++ >= clock_change ? by : 0)) + 3 * normal(r);
  });
}

TEST(SeriesSeasons, a_day_is_known_after_two) {
  const auto wave = [](std::int64_t t) {
    return 100 + 30 * std::sin(2 * std::numbers::pi * static_cast<double>(floor_mod(t, kMsPerDay)) / kMsPerDay);
  };
  const auto truth = hourly(6 * kHoursPerDay, 1, [&](Random&, std::int64_t t) { return wave(t); });
  const auto values = hourly(6 * kHoursPerDay, 1, [&](Random& r, std::int64_t t) { return wave(t) + 2 * normal(r); });
  Watch watch;
  const auto all = watch.run(values);
  EXPECT_GT(error_of(all, truth, 0, kHoursPerDay), 15);
  EXPECT_LT(error_of(all, truth, 2 * kHoursPerDay, 3 * kHoursPerDay), 3);
  EXPECT_LT(error_of(all, truth, 5 * kHoursPerDay, 6 * kHoursPerDay), 2);
}

TEST(SeriesSeasons, weekends_are_known_after_the_second) {
  const std::size_t hours = 6 * kHoursPerWeek;
  const auto truth = hourly(hours, 2, [](Random&, std::int64_t t) { return 100 + 50 * office(t); });
  Watch watch;
  const auto all = watch.run(office_values(hours, 2));
  const std::size_t third_saturday = 2 * kHoursPerWeek + 5 * kHoursPerDay;
  EXPECT_LT(error_of(all, truth, third_saturday, third_saturday + 48), 6);
  EXPECT_LT(error_of(all, truth, 5 * kHoursPerWeek, 6 * kHoursPerWeek), 3.5);
  EXPECT_EQ(count_below(all, third_saturday, third_saturday + 48, 1e-4), 0);
}

TEST(SeriesSeasons, a_weekend_that_looks_like_a_factor_is_still_found) {
  // A fifth more on two days of the week: shift and factor fit the first weekend equally well.
  const auto usual = [](std::int64_t t) {
    const double turn = 2 * std::numbers::pi * static_cast<double>(floor_mod(t, kMsPerDay)) / kMsPerDay;
    return 100 + 40 * std::sin(turn) + (floor_mod(t - kMonday, kMsPerWeek) / kMsPerDay >= 5 ? 20 : 0);
  };
  const std::size_t fourth_saturday = 3 * kHoursPerWeek + 5 * kHoursPerDay;
  std::size_t alarms = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Watch watch;
    const auto all = watch.run(hourly(5 * kHoursPerWeek + 60, 80 + seed,
                                      [&](Random& r, std::int64_t t) { return usual(t) + 2.2 * normal(r); }));
    alarms += count_below(all, fourth_saturday, fourth_saturday + 60, 1e-3);
    EXPECT_LT(watch.ask(usual(watch.time() + kHour / 2) + 60).log_probability, std::log(1e-4)) << seed;
  }
  EXPECT_LE(alarms, 3U);
}

TEST(SeriesSeasons, any_other_period_is_found) {
  constexpr std::int64_t kSpan = 300'000;
  for (const double period : {18.0, 37.0, 100.0}) {
    Random random(3);
    Watch watch({.bucket_span = kSpan});
    double squares = 0;
    for (int i = 0; i < 4000; ++i) {
      const double truth = 100 + 10 * std::sin(2 * std::numbers::pi * i / period);
      const auto seen = watch.step(truth + 2 * normal(random));
      if (i >= 3000) squares += std::pow(seen.typical - truth, 2);
    }
    EXPECT_LT(std::sqrt(squares / 1000), 2) << period;  // the wave itself has 7.1
  }
}

TEST(SeriesSeasons, none_is_found_in_noise) {
  Watch watch;
  Random random(4);
  for (std::size_t i = 0; i < 10 * kHoursPerWeek; ++i) {
    const auto seen = watch.step(100 + 5 * normal(random));
    if (i <= kHoursPerWeek) continue;
    EXPECT_NEAR(seen.typical, 100, 3.5) << i;
  }
}

TEST(SeriesSeasons, a_drift_is_followed) {
  Watch watch;
  Random random(5);
  for (int i = 0; i < 1500; ++i) {
    const auto seen = watch.step(0.05 * i + normal(random));
    if (i <= 500) continue;
    EXPECT_NEAR(seen.typical, 0.05 * i, 1.2) << i;
  }
}

TEST(SeriesSeasons, clocks_that_change_are_no_anomaly) {
  // Seven weeks, then a Sunday on which local time jumps ahead.
  const std::size_t change = 7 * kHoursPerWeek + 6 * kHoursPerDay + 1;
  std::size_t alarms = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    Watch watch;
    const auto all = watch.run(office_values(change + 2 * kHoursPerWeek, 60 + seed, change));
    alarms += count_below(all, change, change + 3 * kHoursPerDay, 1e-4);
    EXPECT_LE(count_below(all, change, change + 3 * kHoursPerDay, 1e-3), 3U) << seed;
    EXPECT_EQ(count_below(all, change + 3 * kHoursPerDay, all.size(), 1e-4), 0U) << seed;
  }
  EXPECT_LE(alarms, 1U);
}

TEST(SeriesSeasons, a_clock_that_is_set_is_followed_at_once) {
  const std::size_t change = 5 * kHoursPerWeek;
  for (const std::int64_t by : {3 * kHour, -5 * kHour, 3 * kHour - 2 * kMsPerWeek}) {
    const auto values = office_values(change + kHoursPerWeek, 9, change, by);
    Watch told;
    Watch untold;
    const auto until = values.begin() + static_cast<std::ptrdiff_t>(change);
    told.run({values.begin(), until});
    untold.run({values.begin(), until});
    told.model().shift_clock(by);
    const auto known = told.run({until, values.end()});
    const auto unknown = untold.run({until, values.end()});
    EXPECT_LE(count_below(known, 0, known.size(), 1e-3), 1U) << by;
    EXPECT_GE(count_below(unknown, 0, kHoursPerDay, 1e-3), 2U) << by;
    EXPECT_EQ(SeriesModel::from_bytes(told.model().to_bytes(), told.config()).to_bytes(), told.model().to_bytes());
  }
}

TEST(SeriesSeasons, without_the_clock_such_an_hour_is_an_anomaly) {
  // The same size of error at an hour where no clock explains it.
  Watch watch;
  watch.run(office_values(7 * kHoursPerWeek, 7));
  for (int i = 0; i < 14; ++i) watch.step(100 + 50 * office(watch.time() + kHour / 2));
  EXPECT_LT(watch.ask(watch.ask(0).typical - 40).log_probability, std::log(1e-6));
}

TEST(SeriesSeasons, a_shifted_level_alarms_at_once_and_is_accepted_in_a_day_and_a_half) {
  for (std::uint64_t seed = 8; seed < 14; ++seed) {
    for (const double shift : {40.0, -40.0}) {
      auto values = office_values(7 * kHoursPerWeek, seed);
      const std::size_t start = 6 * kHoursPerWeek + 34;
      for (std::size_t i = start; i < values.size(); ++i) values[i] += shift;
      Watch watch;
      const auto all = watch.run(values);
      EXPECT_GE(count_below(all, start, start + 3, 1e-4), 1U) << seed;
      EXPECT_EQ(count_below(all, start + 36, all.size(), 1e-4), 0U) << seed;
      for (std::size_t i = start + 48; i < all.size(); ++i) EXPECT_NEAR(all[i].typical, values[i], 25);
    }
  }
}

TEST(SeriesSeasons, an_outage_is_not_learned) {
  auto values = office_values(7 * kHoursPerWeek, 9);
  const std::size_t start = 6 * kHoursPerWeek + 34;
  for (std::size_t i = start; i < start + 6; ++i) values[i] = 0;
  Watch watch;
  const auto all = watch.run(values);
  EXPECT_GE(count_below(all, start, start + 6, 1e-4), 3U);
  EXPECT_EQ(count_below(all, start + 6, all.size(), 1e-4), 0U);
}

}  // namespace
}  // namespace adcore::testing

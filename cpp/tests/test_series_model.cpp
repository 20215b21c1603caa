// What holds for a series model whatever it is fed with.
#include "adcore/series/series_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "adcore/base/error.hpp"
#include "series_streams.hpp"

namespace adcore::testing {
namespace {

auto trained(SeriesConfig config, const Source& source, std::size_t hours = 4 * kHoursPerWeek, std::uint64_t seed = 1)
    -> Watch {
  Watch watch(config);
  watch.run(hourly(hours, seed, source));
  return watch;
}

const Source kNoise = [](Random& r, std::int64_t) { return 100 + 5 * normal(r); };
const Source kOffice = [](Random& r, std::int64_t t) { return 100 + 50 * office(t) + 3 * normal(r); };
const Source kSkewed = [](Random& r, std::int64_t) { return std::exp(3 + 0.7 * normal(r)); };
const Source kCounts = [](Random& r, std::int64_t t) { return poisson(r, 20 * office(t)); };

TEST(SeriesModel, is_one_small_block) {
  EXPECT_TRUE(std::is_trivially_copyable_v<SeriesModel>);
  EXPECT_LE(sizeof(SeriesModel), 4096U);
  EXPECT_LE(SeriesModel().to_bytes().size(), 4096U);
}

TEST(SeriesModel, says_nothing_before_three_values) {
  Watch watch;
  for (const double value : {5.0, 900.0, -3.0}) {
    EXPECT_FALSE(watch.model().informative());
    EXPECT_EQ(watch.step(value).log_probability, 0);
  }
  EXPECT_TRUE(watch.model().informative());
}

TEST(SeriesModel, one_side_reports_no_other) {
  for (const auto& source : {kNoise, kOffice, kSkewed}) {
    for (const auto side : {Side::low, Side::high}) {
      auto watch = trained({.bucket_span = kHour, .side = side}, source);
      Random random(7);
      for (int i = 0; i < 2000; ++i) {
        const double value = source(random, watch.time() + kHour / 2) + (i % 50 == 0 ? 60 * normal(random) : 0);
        const auto seen = watch.step(value);
        const bool other = side == Side::high ? value <= seen.typical : value >= seen.typical;
        ASSERT_TRUE(!other || seen.log_probability == 0) << value << " beside " << seen.typical;
      }
    }
  }
}

TEST(SeriesModel, one_sided_probability_is_that_of_both_sides_of_a_symmetric_series) {
  auto both = trained({.bucket_span = kHour}, kNoise);
  auto low = trained({.bucket_span = kHour, .side = Side::low}, kNoise);
  for (const double value : {90.0, 80.0, 70.0, 20.0}) {
    const double p = both.ask(value).log_single;
    EXPECT_NEAR(low.ask(value).log_single, p, 0.15 + 0.05 * std::abs(p)) << value;
  }
  EXPECT_EQ(low.ask(130).log_single, 0);
}

TEST(SeriesModel, further_out_is_never_likelier) {
  for (const auto& source : {kNoise, kOffice, kSkewed, kCounts}) {
    for (const auto kind : {SeriesKind::metric, SeriesKind::count}) {
      const auto watch = trained({.bucket_span = kHour, .kind = kind}, source);
      const auto start = watch.ask(0);
      double before = 0;
      double before_whole = 0;
      double step = 0.5;
      for (int i = 0; i < 65; ++i, step *= 1.3) {
        const double value = start.upper + std::ceil(step * (start.upper - start.lower) / 8);
        const auto seen = watch.ask(value);
        // Where an exact tail takes over from an ordinary one, they differ in the third digit.
        EXPECT_LE(seen.log_single, before + 2e-3) << value;
        EXPECT_LE(seen.log_probability, before_whole + 0.05) << value;
        before = seen.log_single;
        before_whole = seen.log_probability;
      }
      EXPECT_LT(before, std::log(1e-7));
    }
  }
}

TEST(SeriesModel, mirrored_series_have_mirrored_probabilities) {
  const auto up = trained({.bucket_span = kHour}, [](Random& r, std::int64_t) { return 5 * normal(r); });
  const auto down = trained({.bucket_span = kHour}, [](Random& r, std::int64_t) { return -5 * normal(r); });
  for (const double value : {1.0, 10.0, 15.0, 30.0}) {
    EXPECT_NEAR(up.ask(value).log_single, down.ask(-value).log_single,
                1e-6 + 1e-3 * std::abs(up.ask(value).log_single));
  }
}

TEST(SeriesModel, probabilities_are_finite_for_any_value) {
  for (const auto& source : {kNoise, kOffice, kSkewed, kCounts}) {
    for (const auto kind : {SeriesKind::metric, SeriesKind::count}) {
      auto watch = trained({.bucket_span = kHour, .kind = kind}, source);
      for (const double value : {0.0, -1.0, 1e-300, -1e300, 1e300, std::numeric_limits<double>::max(), 100.0, 101.0}) {
        const auto seen = watch.step(value);
        EXPECT_GE(seen.log_probability, -708.4);
        EXPECT_LE(seen.log_probability, 0);
        EXPECT_FALSE(std::isnan(seen.typical));
      }
      EXPECT_NO_THROW(watch.model().check(watch.config()));
    }
  }
}

TEST(SeriesModel, a_copy_from_bytes_goes_on_the_same) {
  for (const auto& source : {kNoise, kOffice, kCounts}) {
    for (const std::size_t hours : {0U, 2U, 30U, 400U, 1000U}) {
      auto watch = trained({.bucket_span = kHour, .kind = SeriesKind::count}, source, hours);
      auto copy = watch;
      copy.model() = SeriesModel::from_bytes(watch.model().to_bytes(), watch.config());
      Random random(3);
      for (int i = 0; i < 200; ++i) {
        const double value = source(random, watch.time()) + (i == 50 ? 500 : 0);
        ASSERT_EQ(watch.step(value).log_probability, copy.step(value).log_probability);
      }
      EXPECT_EQ(watch.model().to_bytes(), copy.model().to_bytes());
    }
  }
}

TEST(SeriesModel, damaged_bytes_are_refused) {
  const SeriesConfig config{.bucket_span = kHour};
  auto bytes = trained(config, kNoise).model().to_bytes();
  const auto read = [&](std::span<const std::byte> some) { static_cast<void>(SeriesModel::from_bytes(some, config)); };
  EXPECT_NO_THROW(read(bytes));
  EXPECT_THROW(read(std::span(bytes).first(bytes.size() - 1)), SnapshotError);
  bytes[200] ^= std::byte{1};
  EXPECT_THROW(read(bytes), SnapshotError);
}

TEST(SeriesModel, bytes_of_a_time_no_clock_says_are_refused) {
  SeriesModel model;
  model.pass({.bucket_span = 1}, kFarthestTime);
  EXPECT_NO_THROW(static_cast<void>(SeriesModel::from_bytes(model.to_bytes(), {.bucket_span = 1})));
  EXPECT_THROW(static_cast<void>(SeriesModel::from_bytes(model.to_bytes(), {.bucket_span = kHour})), SnapshotError);
}

TEST(SeriesModel, asking_changes_nothing) {
  const auto watch = trained({.bucket_span = kHour}, kOffice);
  auto asked = watch;
  const auto before = asked.model().to_bytes();
  for (int i = 0; i < 10; ++i) static_cast<void>(asked.ask(i * 50.0));
  static_cast<void>(asked.model().forecast(asked.config(), asked.time(), 100));
  EXPECT_EQ(asked.model().to_bytes(), before);
}

TEST(SeriesModel, what_is_expected_is_typical) {
  auto watch = trained({.bucket_span = kHour}, kOffice);
  const double expected = watch.model().expected(watch.config(), watch.time() + kHour / 2);
  EXPECT_NEAR(expected, watch.ask(expected).typical, 1e-9);
}

TEST(SeriesModel, a_forecast_holds_95_percent) {
  double inside = 0;
  constexpr std::size_t kAhead = 2 * kHoursPerWeek;
  constexpr int kSeries = 10;
  for (std::uint64_t seed = 0; seed < kSeries; ++seed) {
    const auto values = hourly(5 * kHoursPerWeek + kAhead, seed, kOffice);
    Watch watch;
    for (std::size_t i = 0; i < 5 * kHoursPerWeek; ++i) watch.step(values[i]);
    const auto points = watch.model().forecast(watch.config(), watch.time(), kAhead);
    ASSERT_EQ(points.size(), kAhead);
    for (std::size_t i = 0; i < kAhead; ++i) {
      const double value = values[5 * kHoursPerWeek + i];
      inside += value >= points[i].lower && value <= points[i].upper ? 1.0 / (kAhead * kSeries) : 0;
      EXPECT_EQ(points[i].time, watch.time() + static_cast<std::int64_t>(i) * kHour);
    }
  }
  EXPECT_GT(inside, 0.9);
  EXPECT_LT(inside, 0.999);
}

TEST(SeriesModel, bounds_of_a_forecast_widen) {
  auto watch = trained({.bucket_span = kHour}, kNoise);
  const auto points = watch.model().forecast(watch.config(), watch.time(), 1000);
  EXPECT_GT(points.back().upper - points.back().lower, points.front().upper - points.front().lower);
}

TEST(SeriesModel, values_never_negative_are_expected_so) {
  auto watch = trained({.bucket_span = kHour}, [](Random& r, std::int64_t) { return r.exponential(); });
  const auto seen = watch.ask(1);
  EXPECT_GE(seen.lower, 0);
  EXPECT_GE(seen.typical, 0);
  for (const auto& point : watch.model().forecast(watch.config(), watch.time(), 500)) EXPECT_GE(point.lower, 0);
}

TEST(SeriesModel, empty_buckets_of_sparse_series_say_nothing) {
  Watch sparse({.bucket_span = kHour, .kind = SeriesKind::count});
  Watch dense({.bucket_span = kHour, .kind = SeriesKind::count});
  Random random(5);
  for (int i = 0; i < 2000; ++i) {
    const double rare = random.uniform() < 0.03 ? 20 + std::floor(5 * normal(random)) : 0;
    const auto seen = sparse.step(rare, rare);
    EXPECT_TRUE(rare > 0 || i < 300 || seen.log_single == 0) << i;
    dense.step(20 + std::floor(5 * normal(random)), 20);
  }
  EXPECT_GT(sparse.ask(20).log_probability, std::log(0.01));
  const SeriesSample empty{.time = dense.time() + kHour / 2, .value = 0, .count = 0};
  EXPECT_LT(dense.model().assess(dense.config(), empty).log_probability, std::log(1e-3));
}

TEST(SeriesModel, fewer_records_make_a_value_less_sure) {
  Watch watch;
  Random random(6);
  for (std::size_t i = 0; i < 2 * kHoursPerWeek; ++i) watch.step(50 + normal(random), 100);
  const auto asked = [&](double count) {
    return watch.model().assess(watch.config(), {.time = watch.time() + kHour / 2, .value = 56, .count = count});
  };
  EXPECT_TRUE(asked(10).incomplete_bucket);
  EXPECT_FALSE(asked(100).incomplete_bucket);
  EXPECT_GT(asked(10).log_single, asked(100).log_single + 3);
  EXPECT_LT(asked(400).log_single, asked(100).log_single);
}

TEST(SeriesModel, a_population_is_pooled) {
  // Twenty members in every bucket; one of them is told from the others by their spread, not by time.
  const SeriesConfig config{.bucket_span = kHour, .pooled = true};
  SeriesModel model;
  Random random(8);
  for (int bucket = 0; bucket < 300; ++bucket) {
    for (int member = 0; member < 20; ++member) {
      const SeriesSample sample{.time = kMonday + bucket * kHour + kHour / 2, .value = 10 + normal(random)};
      const auto seen = model.assess(config, sample);
      EXPECT_TRUE(std::isnan(seen.log_multi));
      EXPECT_EQ(seen.multi_bucket_impact, -5);
      model.learn(config, sample, seen, 1.0 / 20);
    }
  }
  const auto ask = [&](double value) {
    return model.assess(config, {.time = kMonday + 300 * kHour, .value = value}).log_probability;
  };
  EXPECT_GT(ask(11), std::log(0.1));
  EXPECT_LT(ask(18), std::log(1e-6));
}

TEST(SeriesModel, gaps_age_the_model) {
  auto watch = trained({.bucket_span = kHour}, kNoise);
  const double before = watch.ask(115).log_single;
  watch.skip(5000);
  watch.model().pass(watch.config(), watch.time());
  EXPECT_EQ(watch.model().last_time(watch.config()), watch.time());
  for (int i = 0; i < 3; ++i) watch.step(100);
  EXPECT_TRUE(std::isnan(watch.ask(100).log_multi));  // the last buckets had no values
  EXPECT_GT(watch.ask(115).log_single, before - 1);
}

TEST(SeriesConfig, refuses_an_empty_bucket) {
  EXPECT_THROW(SeriesConfig{.bucket_span = 0}.validate(), InvalidArgument);
  EXPECT_NO_THROW(SeriesConfig{}.validate());
}

}  // namespace
}  // namespace adcore::testing

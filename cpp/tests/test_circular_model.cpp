#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/base/random.hpp"
#include "adcore/series/bucket_time.hpp"
#include "adcore/series/circular_model.hpp"
#include "adcore/state/fields.hpp"
#include "series_streams.hpp"

namespace adcore {
namespace {

using testing::normal;

/// Once a day, at one of the given hours in turn, give or take `minutes`.
auto daily(const std::vector<double>& hours, double minutes, int days) -> CircularModel {
  const CircularConfig config{.bucket_span = kMsPerHour, .period = kSecondsPerDay};
  CircularModel model;
  Random random(3);
  for (int day = 0; day < days; ++day) {
    const double hour = hours[static_cast<std::size_t>(day) % hours.size()];
    model.learn(config, day * kMsPerDay + static_cast<std::int64_t>(hour) * kMsPerHour,
                3600 * hour + 60 * minutes * normal(random));
  }
  return model;
}

auto at_hour(const CircularModel& model, double hour, std::int64_t day = 1000) -> CircularAssessment {
  return model.assess({.bucket_span = kMsPerHour, .period = kSecondsPerDay}, day * kMsPerDay, 3600 * hour);
}

TEST(CircularModel, KnowsNothingBeforeTheFirstValue) {
  const CircularModel model;
  EXPECT_EQ(at_hour(model, 3).log_probability, 0);
  EXPECT_FALSE(model.informative());
  EXPECT_TRUE(daily({9}, 10, 3).informative());
}

TEST(CircularModel, FindsTheUsualTime) {
  const auto model = daily({9}, 10, 60);
  const auto usual = at_hour(model, 9.05);
  EXPECT_NEAR(usual.typical, 9 * 3600, 300);
  EXPECT_GT(usual.log_probability, std::log(0.3));
  EXPECT_TRUE(usual.above);
  EXPECT_FALSE(usual.multimodal);
  EXPECT_LT(usual.lower, 9 * 3600 - 600);
  EXPECT_GT(usual.upper, 9 * 3600 + 600);
  const auto night = at_hour(model, 3);
  EXPECT_LT(night.log_probability, std::log(1e-12));
  EXPECT_FALSE(night.above);
}

// p of values drawn from the model itself is uniform, roughly.
TEST(CircularModel, IsCalibrated) {
  const auto model = daily({14}, 25, 300);
  Random random(10);
  int unusual = 0;
  for (int i = 0; i < 4000; ++i) {
    unusual += at_hour(model, 14 + 25.0 / 60 * normal(random)).log_probability < std::log(0.05) ? 1 : 0;
  }
  EXPECT_NEAR(unusual, 200, 70);
}

TEST(CircularModel, PassesMidnight) {
  const auto model = daily({0}, 20, 60);
  for (const double hour : {23.8, 0.2}) EXPECT_GT(at_hour(model, hour).log_probability, std::log(0.2));
  const auto seen = at_hour(model, 23.8);
  EXPECT_FALSE(seen.above);
  EXPECT_GT(seen.lower, seen.upper);
  EXPECT_LT(at_hour(model, 12).log_probability, std::log(1e-12));
  EXPECT_EQ(at_hour(model, 12).log_probability, at_hour(model, 36).log_probability);
}

TEST(CircularModel, FindsTwoUsualTimes) {
  const auto model = daily({8, 17}, 10, 120);
  EXPECT_TRUE(at_hour(model, 8).multimodal);
  EXPECT_NEAR(at_hour(model, 8.2).typical, 8 * 3600, 400);
  EXPECT_NEAR(at_hour(model, 16.8).typical, 17 * 3600, 400);
  EXPECT_LT(at_hour(model, 12.5).log_probability, std::log(1e-9));
}

TEST(CircularModel, OfEventsAtAllTimesFindsNoneUnusual) {
  const CircularConfig config{.bucket_span = kMsPerHour, .period = kSecondsPerDay};
  CircularModel model;
  for (int hour = 0; hour < 24 * 30; ++hour) model.learn(config, hour * kMsPerHour, 3600 * (hour % 24) + 1800);
  for (double hour = 0; hour < 24; hour += 0.25) {
    EXPECT_GT(at_hour(model, hour).log_probability, std::log(0.05)) << hour;
    EXPECT_FALSE(at_hour(model, hour).multimodal);
  }
}

TEST(CircularModel, KeepsAnOutlierApartFromTheUsualTime) {
  auto model = daily({9}, 10, 60);
  const double before = at_hour(model, 3).log_probability;
  const CircularConfig config{.bucket_span = kMsPerHour, .period = kSecondsPerDay};
  model.learn(config, 60 * kMsPerDay, 22 * 3600);
  EXPECT_NEAR(at_hour(model, 3).log_probability, before, 0.15 * std::abs(before));
  EXPECT_FALSE(at_hour(model, 3).multimodal);
  // What was seen once is less unusual the second time.
  EXPECT_GT(at_hour(model, 22).log_probability, std::log(1e-3));
}

TEST(CircularModel, ForgivesNewTimesEarlyOn) {
  const auto model = daily({9}, 5, 3);
  EXPECT_GT(at_hour(model, 21, 0).log_probability, std::log(0.5));
  EXPECT_LT(at_hour(model, 21, 30).log_probability, at_hour(model, 21, 1).log_probability - 1);
}

TEST(CircularModel, KnowsTheWeek) {
  const CircularConfig config{.bucket_span = kMsPerHour, .period = kSecondsPerWeek};
  CircularModel model;
  // Thursdays at 10:00, the tenth hour of the week.
  for (int week = 0; week < 20; ++week) model.learn(config, (week * 7 * 24 + 10) * kMsPerHour, 36'000);
  const std::int64_t later = 21 * 7 * kMsPerDay;
  EXPECT_GT(model.assess(config, later, 36'000).log_probability, std::log(0.5));
  EXPECT_LT(model.assess(config, later + kMsPerDay, 36'000 + 3 * 86'400).log_probability, std::log(1e-4));
}

TEST(CircularModel, OutlivesLongGaps) {
  auto model = daily({9}, 10, 60);
  const CircularConfig config{.bucket_span = kMsPerHour, .period = kSecondsPerDay};
  model.pass(config, 100'000 * kMsPerDay);
  EXPECT_TRUE(std::isfinite(at_hour(model, 3, 100'000).log_probability));
  model.learn(config, 100'001 * kMsPerDay, 20 * 3600);
  EXPECT_GT(at_hour(model, 20, 100'001).log_probability, std::log(0.3));
}

TEST(CircularModel, GoesOnFromItsFields) {
  auto model = daily({8, 17}, 30, 77);
  FieldSizer sizer;
  model.fields(sizer);
  std::vector<std::byte> bytes(sizer.bytes());
  FieldWriter writer(bytes.data());
  model.fields(writer);
  CircularModel restored;
  FieldReader reader(bytes.data());
  restored.fields(reader);
  EXPECT_NO_THROW(restored.check());
  for (double hour = 0; hour < 24; hour += 1) {
    EXPECT_EQ(at_hour(restored, hour).log_probability, at_hour(model, hour).log_probability);
  }
}

TEST(CircularModel, RefusesFieldsThatCannotBe) {
  auto model = daily({8, 17}, 30, 77);
  FieldSizer sizer;
  model.fields(sizer);
  std::vector<std::byte> bytes(sizer.bytes());
  FieldWriter writer(bytes.data());
  model.fields(writer);
  int refused = 0;
  for (std::size_t i = 3 * 8 + 4 + 7; i < bytes.size(); i += 8) {  // after three counts of buckets and one of clusters
    auto damaged = bytes;
    damaged[i] = std::byte{0x7f};  // no number
    damaged[i - 1] = std::byte{0xff};
    CircularModel restored;
    FieldReader reader(damaged.data());
    restored.fields(reader);
    EXPECT_THROW(restored.check(), SnapshotError) << i;
    ++refused;
  }
  EXPECT_EQ(refused, 17 * 3);
}

}  // namespace
}  // namespace adcore

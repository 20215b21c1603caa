#include "adcore/detect/pace.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "detect_streams.hpp"
#include "test_kind.hpp"

namespace adcore {
namespace {

constexpr auto kFirst = std::numeric_limits<std::int64_t>::min();
constexpr auto kLast = std::numeric_limits<std::int64_t>::max();

auto minutely(std::size_t rows) -> Pace {
  Pace pace(0.01);
  for (const auto timestamp : testing::minutes(rows)) pace.learn(timestamp, 0);
  return pace;
}

TEST(Pace, KnowsNothingAtTheStart) {
  const Pace pace(0.01);
  EXPECT_FALSE(pace.has_started());
  EXPECT_FALSE(pace.is_late(kFirst));
  EXPECT_EQ(pace.gap_to(7), 0);
  EXPECT_EQ(pace.timestamp_after(1), 0);
  EXPECT_EQ(pace.missing_rows(1'000'000), 0U);
}

TEST(Pace, LearnsTheUsualGap) {
  const Pace pace = minutely(20);
  EXPECT_DOUBLE_EQ(pace.mean_gap(), 60'000);
  EXPECT_DOUBLE_EQ(pace.gap_deviation(), 0);
  EXPECT_EQ(pace.timestamp_after(1), pace.latest() + 60'000);
  EXPECT_EQ(pace.timestamp_after(5), pace.latest() + 300'000);
}

TEST(Pace, CountsMissingRows) {
  const Pace pace = minutely(20);
  const auto after = [&](double gaps) { return pace.latest() + static_cast<std::int64_t>(gaps * 60'000); };
  EXPECT_EQ(pace.missing_rows(after(1)), 0U);
  EXPECT_EQ(pace.missing_rows(after(1.49)), 0U);
  EXPECT_EQ(pace.missing_rows(after(1.5)), 1U);
  EXPECT_EQ(pace.missing_rows(after(2)), 1U);
  EXPECT_EQ(pace.missing_rows(after(2.1)), 1U) << "a little late is not one row more";
  EXPECT_EQ(pace.missing_rows(after(11)), 10U);
}

TEST(Pace, AFilledGapDoesNotStretchIt) {
  Pace pace = minutely(20);
  const auto timestamp = pace.latest() + 600'000;
  pace.learn(timestamp, pace.missing_rows(timestamp));
  EXPECT_DOUBLE_EQ(pace.mean_gap(), 60'000);
}

TEST(Pace, LateRowsDoNotMoveIt) {
  Pace pace = minutely(20);
  const auto latest = pace.latest();
  for (const auto timestamp : {latest, latest - 1, kFirst}) {
    EXPECT_TRUE(pace.is_late(timestamp));
    EXPECT_EQ(pace.gap_to(timestamp), 0);
    EXPECT_EQ(pace.missing_rows(timestamp), 0U);
    pace.learn(timestamp, 0);
    EXPECT_EQ(pace.latest(), latest);
    EXPECT_DOUBLE_EQ(pace.mean_gap(), 60'000);
  }
}

TEST(Pace, KeepsNanosecondsExactly) {
  Pace pace(0.01);
  const std::int64_t start = 1'700'000'000'000'000'000;
  pace.learn(start, 0);
  EXPECT_EQ(pace.gap_to(start + 3), 3);
}

TEST(Pace, SurvivesTheWholeRangeOfTimestamps) {
  Pace pace(0.01);
  pace.learn(kFirst, 0);
  EXPECT_DOUBLE_EQ(pace.gap_to(kLast), 18446744073709551615.0);
  pace.learn(kLast, 0);
  EXPECT_EQ(pace.timestamp_after(1), kLast);
  EXPECT_EQ(add_saturating(kLast, 1e300), kLast);
  EXPECT_EQ(add_saturating(kFirst, -1e300), kFirst);
  EXPECT_EQ(add_saturating(5, 2.6), 8);
  EXPECT_EQ(add_saturating(1'700'000'000'000'000'001, 2), 1'700'000'000'000'000'003);
}

TEST(Pace, GoesOnFromASnapshot) {
  const Pace original = minutely(20);
  ByteWriter out(testing::kTestKind, 1);
  original.write(out);
  const auto bytes = out.finish();
  ByteReader in(bytes, testing::kTestKind, 1);
  Pace restored(0.01);
  restored.read(in);
  in.finish();
  EXPECT_EQ(restored.latest(), original.latest());
  EXPECT_EQ(restored.mean_gap(), original.mean_gap());
  EXPECT_EQ(restored.timestamp_after(2), original.timestamp_after(2));
}

}  // namespace
}  // namespace adcore

#include "adcore/detect/start_up.hpp"

#include <gtest/gtest.h>

#include "detect_streams.hpp"
#include "test_kind.hpp"

namespace adcore {
namespace {

using testing::kNan;

/// Holds one column and releases it.
auto release(const std::vector<double>& values, const std::vector<double>& fill = {}) -> Segment {
  StartUp start_up(values.size(), 1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool complete = start_up.hold({&values[i], 1}, static_cast<std::int64_t>(i));
    EXPECT_EQ(complete, i + 1 == values.size());
  }
  auto segment = start_up.release(fill, false, 10);
  EXPECT_TRUE(start_up.is_over());
  return segment;
}

TEST(StartUp, OfLengthZeroIsOverAtOnce) { EXPECT_TRUE(StartUp(0, 1).is_over()); }

TEST(StartUp, FillsMissingValuesOnTheLineBetweenNeighbours) {
  EXPECT_EQ(release({1, kNan, kNan, 4}).rows, (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(release({kNan, kNan, 3, 4}).rows, (std::vector<double>{3, 3, 3, 4}));
  EXPECT_EQ(release({1, 2, kNan, kNan}).rows, (std::vector<double>{1, 2, 2, 2}));
  EXPECT_EQ(release({kNan, 5, kNan}).rows, (std::vector<double>{5, 5, 5}));
  EXPECT_EQ(release({kNan, kNan, kNan}).rows, (std::vector<double>{0, 0, 0}));
}

TEST(StartUp, FillsWithFixedValuesWhereAsked) {
  EXPECT_EQ(release({kNan, 5, kNan, 7}, {9}).rows, (std::vector<double>{9, 5, 9, 7}));
}

TEST(StartUp, SaysHowMuchOfEachRowWasGiven) {
  StartUp start_up(2, 2);
  const std::vector<double> half = {1, kNan};
  const std::vector<double> none = {kNan, kNan};
  EXPECT_FALSE(start_up.hold(half, 0));
  EXPECT_TRUE(start_up.hold(none, 1));
  EXPECT_EQ(start_up.release({}, false, 10).present, (std::vector<double>{0.5, 0}));
}

TEST(StartUp, FillsRowsMissingInTime) {
  StartUp start_up(5, 1);
  const std::vector<double> values = {0, 1, 2, 6, 7};
  const std::vector<std::int64_t> times = {0, 10, 20, 60, 70};
  for (std::size_t i = 0; i < 5; ++i) (void)start_up.hold({&values[i], 1}, times[i]);
  const auto segment = start_up.release({}, true, 10);
  EXPECT_EQ(segment.rows, (std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(segment.timestamps, (std::vector<std::int64_t>{0, 10, 20, 30, 40, 50, 60, 70}));
  EXPECT_EQ(segment.present, (std::vector<double>{1, 1, 1, 0, 0, 0, 1, 1}));
}

TEST(StartUp, FillsAtMostSoManyRowsInARow) {
  StartUp start_up(4, 1);
  const double value = 1;
  for (const std::int64_t time : {0, 1, 2, 1'000'000}) (void)start_up.hold({&value, 1}, time);
  EXPECT_EQ(start_up.release({}, true, 6).timestamps.size(), 10U);
}

TEST(StartUp, KnowsItsLatestTimestampInAnyOrder) {
  StartUp start_up(9, 1);
  const double value = 1;
  for (const std::int64_t time : {5, 9, 7}) (void)start_up.hold({&value, 1}, time);
  EXPECT_EQ(start_up.latest(), 9);
}

TEST(StartUp, GoesOnFromASnapshotWithMissingValues) {
  StartUp original(4, 1);
  for (const double value : {1.0, kNan, 3.0}) (void)original.hold({&value, 1}, 7);
  ByteWriter out(testing::kTestKind, 1);
  original.write(out);
  const auto bytes = out.finish();
  ByteReader in(bytes, testing::kTestKind, 1);
  StartUp restored(4, 1);
  restored.read(in);
  in.finish();
  const double last = 4;
  EXPECT_TRUE(restored.hold({&last, 1}, 8));
  EXPECT_EQ(restored.release({}, false, 1).rows, (std::vector<double>{1, 2, 3, 4}));
}

}  // namespace
}  // namespace adcore

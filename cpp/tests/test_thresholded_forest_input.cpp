// What a thresholded forest does with rows that are late, without time, or not allowed.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "adcore/base/error.hpp"
#include "adcore/detect/thresholded_forest.hpp"
#include "detect_streams.hpp"

namespace adcore {
namespace {

TEST(ThresholdedForestInput, LateRowsAreLearnedSkippedOrRefused) {
  const auto values = testing::seasonal(300, 14);
  const auto timestamps = testing::minutes(300, 0);
  const auto trained = [&](LatePolicy policy) {
    ThresholdedForestConfig config;
    config.late_rows = policy;
    ThresholdedForest model(config);
    (void)model.process(values, timestamps);
    return model;
  };
  const double value = 100;
  for (const std::int64_t late : {timestamps.back(), timestamps[5], std::numeric_limits<std::int64_t>::min()}) {
    auto learning = trained(LatePolicy::learn);
    EXPECT_EQ(learning.process_row({&value, 1}, late).status, RowStatus::scored);
    EXPECT_EQ(learning.total_updates(), 301U);
    auto skipping = trained(LatePolicy::skip);
    const auto before = skipping.to_bytes();
    const auto skipped = skipping.process_row({&value, 1}, late);
    EXPECT_EQ(skipped.status, RowStatus::skipped);
    EXPECT_EQ(skipped.grade, 0);
    EXPECT_EQ(skipping.to_bytes(), before) << "a skipped row leaves no trace";
    auto refusing = trained(LatePolicy::refuse);
    EXPECT_THROW((void)refusing.process_row({&value, 1}, late), InvalidArgument);
    EXPECT_EQ(refusing.to_bytes(), trained(LatePolicy::refuse).to_bytes());
  }
}

TEST(ThresholdedForestInput, RefusesBadInputBeforeLearningAny) {
  ThresholdedForestConfig config;
  config.forest.input_dimensions = 2;
  config.late_rows = LatePolicy::refuse;
  ThresholdedForest model(config);
  (void)model.process(testing::seasonal_rows(100, 2, 15));
  const auto before = model.to_bytes();
  const auto refused = [&](std::vector<double> rows, const std::vector<std::int64_t>& timestamps, const char* words) {
    try {
      (void)model.process(rows, timestamps);
      ADD_FAILURE() << "accepted; expected: " << words;
    } catch (const InvalidArgument& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
    EXPECT_EQ(model.to_bytes(), before) << words;
  };
  const double infinity = std::numeric_limits<double>::infinity();
  refused({1, 2, 3}, {}, "multiple of input_dimensions = 2");
  refused({1, 2, 3, 4}, {1'000'000}, "one per row, 2");
  refused({1, 2, 3, infinity}, {}, "rows[1][1] = inf");
  refused({-infinity, 2}, {}, "rows[0][0]");
  refused({1, 2, 1e31, 4}, {}, "rows[1][0]");
  refused({1, 2, 3, 4}, {1'000'000, 999'999}, "timestamps[1]");
  EXPECT_EQ(model.process(std::vector<double>{}).rows, 0U);
}

TEST(ThresholdedForestInput, RowsWithoutTimestampsFollowTheUsualPace) {
  ThresholdedForest model{ThresholdedForestConfig{}};
  const auto first = model.process(testing::seasonal(100, 16));
  EXPECT_EQ(first.timestamp[0], 0);
  EXPECT_EQ(first.timestamp[99], 99);
  ThresholdedForest timed{ThresholdedForestConfig{}};
  (void)timed.process(testing::seasonal(100, 16), testing::minutes(100, 0));
  const auto next = timed.process(testing::seasonal(2, 17));
  EXPECT_EQ(next.timestamp, (std::vector<std::int64_t>{6'000'000, 6'060'000}));
}

TEST(ThresholdedForestInput, TimeAugmentedFindsAStrangeGap) {
  ThresholdedForestConfig config;
  config.mode = Mode::time_augmented;
  ThresholdedForest model(config);
  const auto values = testing::seasonal(1500, 19);
  Random random(19);
  std::vector<std::int64_t> timestamps;
  std::int64_t time = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    time += 60'000 + static_cast<std::int64_t>(2000 * testing::noise(random)) + (i == 1400 ? 300'000 : 0);
    timestamps.push_back(time);
  }
  const auto columns = model.process(values, timestamps);
  ASSERT_GT(columns.grade[1400], 0);
  EXPECT_GT(columns.time_attribution[1400], columns.attribution[1400]);
  EXPECT_EQ(columns.expected[1400], values[1400]) << "the value was all right";
  EXPECT_NEAR(static_cast<double>(columns.expected_timestamp[1400] - timestamps[1399]), 60'000, 10'000);
}

}  // namespace
}  // namespace adcore

#include "adcore/detect/thresholded_forest.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "adcore/base/error.hpp"
#include "detect_streams.hpp"

namespace adcore {
namespace {

using testing::kNan;

auto columns_equal(const ThresholdedColumns& a, const ThresholdedColumns& b, std::size_t offset = 0) -> bool {
  const auto same = [&](const std::vector<double>& x, const std::vector<double>& y, std::size_t width) {
    return std::equal(y.begin(), y.end(), x.begin() + static_cast<std::ptrdiff_t>(offset * width),
                      [](double p, double q) { return p == q || (std::isnan(p) && std::isnan(q)); });
  };
  return same(a.score, b.score, 1) && same(a.grade, b.grade, 1) && same(a.threshold, b.threshold, 1) &&
         same(a.confidence, b.confidence, 1) && same(a.expected, b.expected, a.input_dimensions) &&
         same(a.past, b.past, a.input_dimensions) && same(a.attribution, b.attribution, a.input_dimensions);
}

/// Rows with a grade.
auto alerts(const ThresholdedColumns& columns) -> std::vector<std::size_t> {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < columns.rows; ++i) {
    if (columns.grade[i] > 0) rows.push_back(i);
  }
  return rows;
}

TEST(ThresholdedForest, FindsASpikeAndExplainsIt) {
  auto values = testing::seasonal(1500, 1);
  const double usual = values[1400];
  values[1400] += 80;
  ThresholdedForest model{ThresholdedForestConfig{}};
  const auto columns = model.process(values, testing::minutes(values.size()));
  ASSERT_EQ(columns.rows, values.size());
  EXPECT_EQ(columns.grade[1400], 1);
  EXPECT_EQ(columns.correction[1400], static_cast<std::uint8_t>(Correction::none));
  EXPECT_GT(columns.score[1400], columns.threshold[1400]);
  EXPECT_EQ(columns.relative_index[1400], 0);
  EXPECT_EQ(columns.past[1400], values[1400]);
  EXPECT_NEAR(columns.expected[1400], usual, 6);
  EXPECT_GT(columns.attribution[1400], 0.5 * columns.score[1400]);
  EXPECT_LE(columns.attribution[1400], columns.score[1400] * (1 + 1e-9));
  EXPECT_EQ(columns.anomaly_start[1400], columns.timestamp[1400]);
  EXPECT_GT(columns.confidence[1400], 0.3);
}

TEST(ThresholdedForest, BlamesTheColumn) {
  auto rows = testing::seasonal_rows(1500, 3, 2);
  rows[1400 * 3 + 1] += 60;
  ThresholdedForestConfig config;
  config.forest.input_dimensions = 3;
  ThresholdedForest model(config);
  const auto columns = model.process(rows);
  ASSERT_GT(columns.grade[1400], 0);
  const auto share = [&](std::size_t column) { return columns.attribution[1400 * 3 + column]; };
  EXPECT_GT(share(1), 5 * (share(0) + share(2)));
  EXPECT_NEAR(columns.expected[1400 * 3 + 1], rows[1400 * 3 + 1] - 60, 5);
  EXPECT_EQ(columns.expected[1400 * 3], rows[1400 * 3]) << "a column that is not to blame is as it was";
}

TEST(ThresholdedForest, RowsWithoutAnAlertHaveNoExplanation) {
  ThresholdedForest model{ThresholdedForestConfig{}};
  const auto columns = model.process(testing::seasonal(1000, 3));
  for (std::size_t i = 0; i < columns.rows; ++i) {
    ASSERT_EQ(std::isnan(columns.past[i]), columns.grade[i] == 0) << i;
    ASSERT_EQ(columns.attribution[i] > 0, columns.grade[i] > 0) << i;
  }
}

TEST(ThresholdedForest, WarmsUpThenScores) {
  ThresholdedForest model{ThresholdedForestConfig{}};
  const auto columns = model.process(testing::seasonal(200, 4));
  const auto first =
      std::find(columns.status.begin(), columns.status.end(), static_cast<std::uint8_t>(RowStatus::scored));
  const auto ready = static_cast<std::size_t>(first - columns.status.begin());
  EXPECT_GT(ready, 60U);
  EXPECT_LT(ready, 90U);
  for (std::size_t i = 0; i < columns.rows; ++i) {
    ASSERT_EQ(columns.score[i] > 0, i >= ready) << i;
    ASSERT_EQ(columns.status[i], static_cast<std::uint8_t>(i >= ready ? RowStatus::scored : RowStatus::warming_up));
  }
  EXPECT_TRUE(model.is_ready());
}

TEST(ThresholdedForest, AnySplitIntoCallsGivesTheSameBits) {
  for (const auto method : testing::kMethods) {
    ThresholdedForestConfig config;
    config.transform = method;
    config.auto_adjust = true;
    auto values = testing::seasonal(900, 5);
    values[600] += 90;
    values[700] = kNan;
    const auto timestamps = testing::minutes(values.size());
    ThresholdedForest whole(config);
    const auto expected = whole.process(values, timestamps);
    ASSERT_GT(expected.grade[600], 0) << name_of(method);
    ThresholdedForest split(config);
    Random random(6);
    for (std::size_t at = 0; at < values.size();) {
      const auto count = std::min<std::size_t>(values.size() - at, random.next() % 50);
      const auto part = split.process(std::span<const double>(values).subspan(at, count),
                                      std::span<const std::int64_t>(timestamps).subspan(at, count));
      ASSERT_TRUE(columns_equal(expected, part, at)) << name_of(method) << " at " << at;
      at += count;
    }
    EXPECT_EQ(whole.to_bytes(), split.to_bytes()) << name_of(method);
  }
}

TEST(ThresholdedForest, ProcessRowIsProcess) {
  const auto rows = testing::seasonal_rows(600, 2, 7);
  ThresholdedForestConfig config;
  config.forest.input_dimensions = 2;
  ThresholdedForest one(config);
  ThresholdedForest two(config);
  const auto columns = one.process(rows, testing::minutes(600, 0));
  ThresholdedColumns collected;
  collected.input_dimensions = 2;
  for (std::size_t i = 0; i < 600; ++i) {
    collected.append(two.process_row(std::span(rows).subspan(2 * i, 2), static_cast<std::int64_t>(60'000 * i)));
  }
  EXPECT_TRUE(columns_equal(columns, collected));
  EXPECT_GT(*std::max_element(columns.score.begin(), columns.score.end()), 0.5);
}

TEST(ThresholdedForest, CopiesGoTheirOwnWay) {
  const auto values = testing::seasonal(800, 8);
  ThresholdedForest original{ThresholdedForestConfig{}};
  (void)original.process(std::span(values).first(500));
  ThresholdedForest copy(original);
  (void)copy.process(std::vector<double>(100, 1e6));
  ThresholdedForest fresh{ThresholdedForestConfig{}};
  (void)fresh.process(std::span(values).first(500));
  EXPECT_TRUE(
      columns_equal(original.process(std::span(values).subspan(500)), fresh.process(std::span(values).subspan(500))));
  copy = original;
  EXPECT_EQ(copy.to_bytes(), original.to_bytes());
}

TEST(ThresholdedForest, FindsAnAnomalyWithEveryTransform) {
  for (const auto method : testing::kMethods) {
    ThresholdedForestConfig config;
    config.transform = method;
    auto values = testing::seasonal(1500, 9);
    values[1400] += 80;
    ThresholdedForest model(config);
    const auto columns = model.process(values);
    EXPECT_GT(columns.grade[1400], 0.5) << name_of(method);
    EXPECT_NEAR(columns.expected[1400], values[1400] - 80, 15) << name_of(method);
    EXPECT_LT(alerts(columns).size(), 60U) << name_of(method);
  }
}

TEST(ThresholdedForest, ReportsALateDetectionAtItsStart) {
  // Relative indices point into the shingle, and values and times are those of the row to blame.
  auto values = testing::seasonal(3000, 10);
  for (std::size_t i = 1000; i < 3000; i += 250) {
    for (std::size_t k = 0; k < 6; ++k) values[i + k] = 100;
  }
  const auto timestamps = testing::minutes(values.size());
  ThresholdedForest model{ThresholdedForestConfig{}};
  const auto columns = model.process(values, timestamps);
  std::size_t late = 0;
  for (const std::size_t i : alerts(columns)) {
    ASSERT_LE(columns.relative_index[i], 0);
    ASSERT_GT(columns.relative_index[i], -8);
    const std::size_t blamed = i - static_cast<std::size_t>(-columns.relative_index[i]);
    ASSERT_EQ(columns.past[i], values[blamed]) << i;
    ASSERT_EQ(columns.anomaly_start[i], timestamps[blamed]) << i;
    late += columns.relative_index[i] < 0 ? 1 : 0;
  }
  EXPECT_GT(late, 0U) << "the case does not occur in this stream";
}

TEST(ThresholdedForest, IgnoresWhatIsNearTheExpected) {
  auto values = testing::seasonal(1500, 11);
  values[1400] += 30;
  values[1450] -= 30;
  const auto graded = [&](auto change) {
    ThresholdedForestConfig config;
    change(config);
    ThresholdedForest model(config);
    const auto columns = model.process(values);
    return std::pair{columns.grade[1400] > 0, columns.grade[1450] > 0};
  };
  EXPECT_EQ(graded([](auto&) {}), (std::pair{true, true}));
  EXPECT_EQ(graded([](auto& c) { c.ignore_near_expected_above = {40}; }), (std::pair{false, true}));
  EXPECT_EQ(graded([](auto& c) { c.ignore_near_expected_below = {40}; }), (std::pair{true, false}));
  EXPECT_EQ(graded([](auto& c) { c.ignore_near_expected_above_by_ratio = {0.4}; }), (std::pair{false, true}));
  EXPECT_EQ(graded([](auto& c) { c.ignore_near_expected_below_by_ratio = {0.6}; }), (std::pair{true, false}));
  EXPECT_EQ(graded([](auto& c) { c.ignore_near_expected_above = {10}; }), (std::pair{true, true}));
}

TEST(ThresholdedForest, AlertOnceReportsARunOnce) {
  auto values = testing::seasonal(1500, 12);
  for (std::size_t i = 0; i < 6; ++i) values[1400 + i] += 60 + 40 * static_cast<double>(i);
  const auto run = [&](bool once) {
    ThresholdedForestConfig config;
    config.alert_once = once;
    ThresholdedForest model(config);
    const auto columns = model.process(values);
    return std::count_if(columns.grade.begin() + 1400, columns.grade.begin() + 1406, [](double g) { return g > 0; });
  };
  EXPECT_GT(run(false), 1);
  EXPECT_EQ(run(true), 1);
}

TEST(ThresholdedForest, AutoAdjustCallsANewLevelDrift) {
  auto values = testing::seasonal(1400, 13);
  Random random(13);
  for (int i = 0; i < 100; ++i) values.push_back(300 + testing::noise(random));
  ThresholdedForestConfig config;
  config.auto_adjust = true;
  ThresholdedForest model(config);
  const auto columns = model.process(values);
  EXPECT_GT(columns.grade[1400], 0);
  EXPECT_LE(std::count_if(columns.grade.begin() + 1440, columns.grade.end(), [](double g) { return g > 0; }), 3);
}

TEST(ThresholdedForest, SettingsChangeWhileRunning) {
  auto values = testing::seasonal(1500, 18);
  values[1400] += 80;
  ThresholdedForest model{ThresholdedForestConfig{}};
  (void)model.process(std::span(values).first(1400));
  ThresholdedForest deaf(model);
  deaf.set_lower_threshold(100);
  EXPECT_EQ(deaf.process(std::span(values).subspan(1400, 1)).grade[0], 0);
  EXPECT_EQ(deaf.config().lower_threshold, 100);
  ThresholdedForest strict(model);
  strict.set_z_factor(6);
  ThresholdedForest usual(model);
  EXPECT_GT(strict.process(std::span(values).subspan(1400, 1)).threshold[0],
            usual.process(std::span(values).subspan(1400, 1)).threshold[0]);
  EXPECT_THROW(model.set_z_factor(-1), InvalidArgument);
  EXPECT_EQ(model.config().z_factor, 3);
  EXPECT_THROW(model.set_time_decay(-1), InvalidArgument);
  model.set_time_decay(0.01);
  EXPECT_EQ(model.config().forest.time_decay, 0.01);
}

TEST(ThresholdedForest, CountsItsMemory) {
  ThresholdedForest model{ThresholdedForestConfig{}};
  (void)model.process(testing::seasonal(1000, 22));
  EXPECT_GT(model.memory_bytes(), model.forest().memory_bytes());
  EXPECT_LT(model.memory_bytes(), model.forest().memory_bytes() + 10'000);
}

}  // namespace
}  // namespace adcore

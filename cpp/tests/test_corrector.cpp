#include "adcore/detect/corrector.hpp"

#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "adcore/detect/thresholded_forest.hpp"
#include "detect_streams.hpp"

namespace adcore {
namespace {

/// How often each correction was made.
auto corrections(const std::vector<double>& values, const ThresholdedForestConfig& config)
    -> std::map<Correction, int> {
  ThresholdedForest model(config);
  const auto columns = model.process(values);
  std::map<Correction, int> counts;
  for (const std::uint8_t correction : columns.correction) ++counts[static_cast<Correction>(correction)];
  return counts;
}

/// A season with now and then a second, lower one that is known by then.
auto two_regimes() -> std::vector<double> {
  auto values = testing::seasonal(3000, 1);
  for (std::size_t i = 300; i < values.size(); i += 160) {
    for (std::size_t k = 0; k < 12; ++k) values[i + k] *= 0.7;
  }
  return values;
}

/// One that goes to a new level and stays.
auto new_level() -> std::vector<double> {
  auto values = testing::seasonal(1500, 2);
  for (std::size_t i = 1000; i < values.size(); ++i) values[i] += 200;
  return values;
}

TEST(Corrector, AdaptsOnlyWhereAsked) {
  ThresholdedForestConfig plain;
  ThresholdedForestConfig adaptive;
  adaptive.auto_adjust = true;
  EXPECT_EQ(corrections(two_regimes(), plain)[Correction::conditional_forecast], 0);
  EXPECT_GT(corrections(two_regimes(), adaptive)[Correction::conditional_forecast], 0);
  EXPECT_EQ(corrections(new_level(), plain)[Correction::data_drift], 0);
  EXPECT_GT(corrections(new_level(), adaptive)[Correction::data_drift], 0);
}

TEST(Corrector, MoreSupportIsHarderToFind) {
  ThresholdedForestConfig little;
  little.auto_adjust = true;
  little.sampling_support = 0;
  ThresholdedForestConfig much = little;
  much.sampling_support = 0.2;
  EXPECT_GE(corrections(two_regimes(), little)[Correction::conditional_forecast],
            corrections(two_regimes(), much)[Correction::conditional_forecast]);
}

TEST(Corrector, AlertsOnceOnlyWhereAsked) {
  ThresholdedForestConfig config;
  EXPECT_EQ(corrections(new_level(), config)[Correction::alert_once], 0);
  config.alert_once = true;
  EXPECT_GT(corrections(new_level(), config)[Correction::alert_once], 0);
}

TEST(Corrector, NoiseCountsAsExpected) {
  ThresholdedForestConfig strict;
  strict.noise_factor = 0;
  ThresholdedForestConfig lenient;
  lenient.noise_factor = 4;
  const auto values = two_regimes();
  EXPECT_LT(corrections(values, strict)[Correction::forecast], corrections(values, lenient)[Correction::forecast]);
}

TEST(Corrector, ForgivesManyColumnsToBlame) {
  // All ten columns are to blame: an alert, but no expected value.
  auto rows = testing::seasonal_rows(1200, 10, 3);
  for (std::size_t i = 0; i < 10; ++i) rows[1100 * 10 + i] *= 4;
  ThresholdedForestConfig config;
  config.forest.input_dimensions = 10;
  ThresholdedForest model(config);
  (void)model.process(std::span(rows).first(11'000));
  const auto detection = model.process_row(std::span(rows).subspan(11'000, 10), 1100);
  EXPECT_GT(detection.grade, 0);
  EXPECT_TRUE(detection.expected.empty());
  EXPECT_EQ(detection.attribution.size(), 10U);
  EXPECT_EQ(detection.past, std::vector<double>(rows.begin() + 11'000, rows.begin() + 11'010));
}

TEST(Corrector, SharesOfTheBlamedRowSumToLessThanTheScore) {
  auto rows = testing::seasonal_rows(1200, 3, 4);
  rows[1100 * 3] *= 5;
  ThresholdedForestConfig config;
  config.forest.input_dimensions = 3;
  ThresholdedForest model(config);
  const auto columns = model.process(rows);
  ASSERT_GT(columns.grade[1100], 0);
  const auto* shares = &columns.attribution[1100 * 3];
  EXPECT_LE(std::accumulate(shares, shares + 3, 0.0), columns.score[1100] * (1 + 1e-9));
  EXPECT_GT(std::accumulate(shares, shares + 3, 0.0), 0.5 * columns.score[1100]);
}

}  // namespace
}  // namespace adcore

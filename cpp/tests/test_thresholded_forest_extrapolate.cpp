#include <gtest/gtest.h>

#include <array>

#include "adcore/base/error.hpp"
#include "adcore/detect/thresholded_forest.hpp"
#include "detect_streams.hpp"

namespace adcore {
namespace {

TEST(ThresholdedForestExtrapolate, ExtrapolatesTheSeason) {
  for (const auto method : testing::kMethods) {
    ThresholdedForestConfig config;
    config.transform = method;
    ThresholdedForest model(config);
    const auto values = testing::seasonal(3000, 20, 0.5);
    (void)model.process(std::span(values).first(2900), testing::minutes(2900, 0));
    const auto forecast = model.extrapolate(24);
    ASSERT_EQ(forecast.value.size(), 24U);
    double error = 0;
    for (std::size_t i = 0; i < 24; ++i) {
      error += std::abs(forecast.value[i] - values[2900 + i]) / 24;
      ASSERT_LE(forecast.low[i], forecast.value[i]);
      ASSERT_GE(forecast.high[i], forecast.value[i]);
      ASSERT_EQ(forecast.timestamp[i], static_cast<std::int64_t>(60'000 * (2900 + i)));
    }
    EXPECT_LT(error, 8) << name_of(method) << ": the season has an amplitude of 20";
  }
}

TEST(ThresholdedForestExtrapolate, ForecastsAsIfTheLastAnomalyHadNotBeen) {
  auto values = testing::seasonal(2000, 21, 0.5);
  values.back() += 300;
  ThresholdedForest model{ThresholdedForestConfig{}};
  const auto columns = model.process(values);
  ASSERT_GT(columns.grade.back(), 0);
  const auto truth = testing::seasonal(2010, 21, 0.5);
  const auto error = [&](const Forecast& forecast) {
    double sum = 0;
    for (std::size_t i = 0; i < 8; ++i) sum += std::abs(forecast.value[i] - truth[2000 + i]) / 8;
    return sum;
  };
  EXPECT_LT(error(model.extrapolate(8, true)), 8);
  EXPECT_LE(error(model.extrapolate(8, true)), error(model.extrapolate(8, false)));
}

TEST(ThresholdedForestExtrapolate, ExtrapolateStatesItsLimits) {
  ThresholdedForest model{ThresholdedForestConfig{}};
  EXPECT_EQ(model.extrapolate(3).value, (std::vector<double>{0, 0, 0})) << "nothing is known yet";
  EXPECT_THROW((void)model.extrapolate(0), InvalidArgument);
  EXPECT_THROW((void)model.extrapolate(100'001), InvalidArgument);
  EXPECT_THROW((void)model.extrapolate(1, true, 1.5), InvalidArgument);
  ThresholdedForestConfig config;
  config.forest.shingle_size = 1;
  EXPECT_THROW((void)ThresholdedForest(config).extrapolate(1), InvalidArgument);
}

}  // namespace
}  // namespace adcore

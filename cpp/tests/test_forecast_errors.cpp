#include "adcore/detect/forecast_errors.hpp"

#include <gtest/gtest.h>

#include "detect_streams.hpp"

namespace adcore {
namespace {

auto errors_config(std::size_t horizon) -> ForecastErrorsConfig {
  ForecastErrorsConfig config;
  config.horizon = horizon;
  config.error_horizon = 1000;
  return config;
}

auto forecast_of(const std::vector<double>& value, double width = 0) -> Forecast {
  Forecast forecast;
  forecast.horizon = value.size();
  forecast.value = value;
  for (const double centre : value) {
    forecast.low.push_back(centre - width);
    forecast.high.push_back(centre + width);
  }
  forecast.timestamp.assign(value.size(), 0);
  return forecast;
}

void observe(ForecastErrors& errors, double actual, double spread = 1) { errors.observe({&actual, 1}, {&spread, 1}); }

TEST(ForecastErrors, ScoresEveryForecastOfARow) {
  ForecastErrors errors(errors_config(3));
  errors.store(forecast_of({1, 2, 3}), forecast_of({1, 2, 3}, 0.5));
  observe(errors, 10);  // one step after: 1 was forecast
  EXPECT_DOUBLE_EQ(errors.mean_error(0, 0), 9);
  EXPECT_DOUBLE_EQ(errors.mean_error(1, 0), 0);
  errors.store(forecast_of({4, 5, 6}), forecast_of({4, 5, 6}, 0.5));
  observe(errors, 2);  // the newest said 4, the one before 2
  EXPECT_NEAR(errors.mean_error(0, 0), (9 * 0.999 - 2) / 1.999, 1e-12);
  EXPECT_DOUBLE_EQ(errors.mean_error(1, 0), 0);
  EXPECT_DOUBLE_EQ(errors.hit_rate(1, 0), 1);
  EXPECT_DOUBLE_EQ(errors.hit_rate(0, 0), 0);
  EXPECT_EQ(errors.forecasts(), 2U);
}

TEST(ForecastErrors, UsesTheSpreadUntilErrorsAreKnown) {
  ForecastErrors errors(errors_config(1));
  double first = 0;
  for (int i = 0; i < 40; ++i) {
    observe(errors, 0, 7);
    if (i == 0) first = errors.interval_high(0, 0);
    errors.store(forecast_of({0}), forecast_of({0}));
  }
  EXPECT_DOUBLE_EQ(first, 1.3 * 7);
  EXPECT_DOUBLE_EQ(errors.interval_high(0, 0), 0) << "every forecast was right";
  EXPECT_DOUBLE_EQ(errors.hit_rate(0, 0), 1);
}

TEST(ForecastErrors, SimpleCalibrationRemovesABias) {
  // The raw forecast is always 5 too low; the calibrated one must not be.
  ForecastErrors errors(errors_config(1));
  Random random(1);
  Forecast calibrated = forecast_of({0});
  for (int i = 0; i < 500; ++i) {
    observe(errors, 5 + 0.5 * testing::noise(random));
    const Forecast raw = forecast_of({0});
    calibrated = raw;
    errors.calibrate(Calibration::simple, calibrated);
    errors.store(raw, calibrated);
  }
  EXPECT_NEAR(calibrated.value[0], 5, 0.2);
  EXPECT_GT(calibrated.low[0], 3);
  EXPECT_LT(calibrated.high[0], 7);
  Forecast minimal = forecast_of({0});
  errors.calibrate(Calibration::minimal, minimal);
  EXPECT_EQ(minimal.value[0], 0);
  EXPECT_GT(minimal.high[0], 5);
  Forecast none = forecast_of({0});
  errors.calibrate(Calibration::none, none);
  EXPECT_EQ(none.high[0], 0);
}

TEST(ForecastErrors, TheIntervalHoldsAboutAsOftenAsPromised) {
  for (const double percentile : {0.1, 0.3}) {
    auto config = errors_config(1);
    config.percentile = percentile;
    ForecastErrors errors(config);
    Random random(2);
    int hits = 0;
    for (int i = 0; i < 4000; ++i) {
      const double actual = testing::noise(random);
      const Forecast raw = forecast_of({0});
      Forecast calibrated = raw;
      errors.calibrate(Calibration::simple, calibrated);
      if (i >= 1000) hits += actual >= calibrated.low[0] && actual <= calibrated.high[0] ? 1 : 0;
      errors.store(raw, calibrated);
      observe(errors, actual);
    }
    EXPECT_NEAR(hits / 3000.0, 1 - percentile, 0.03) << percentile;
    EXPECT_NEAR(errors.hit_rate(0, 0), 1 - percentile, 0.05) << percentile;
  }
}

TEST(ForecastErrors, TheIntervalHoldsForSkewedErrorsOnBothSides) {
  ForecastErrors errors(errors_config(1));
  Random random(3);
  int below = 0;
  int above = 0;
  for (int i = 0; i < 6000; ++i) {
    const double actual = random.exponential();
    const Forecast raw = forecast_of({0.3});
    Forecast calibrated = raw;
    errors.calibrate(Calibration::simple, calibrated);
    if (i >= 2000) {
      below += actual < calibrated.low[0] ? 1 : 0;
      above += actual > calibrated.high[0] ? 1 : 0;
    }
    errors.store(raw, calibrated);
    observe(errors, actual);
  }
  EXPECT_NEAR(below / 4000.0, 0.05, 0.02);
  EXPECT_NEAR(above / 4000.0, 0.05, 0.02);
}

TEST(ForecastErrors, NothingLeavesTheLimits) {
  auto config = errors_config(2);
  config.lower_limit = {0};
  config.upper_limit = {10};
  const ForecastErrors errors(config);
  Forecast forecast = forecast_of({-5, 15}, 3);
  errors.calibrate(Calibration::minimal, forecast);
  EXPECT_EQ(forecast.value, (std::vector<double>{0, 10}));
  EXPECT_EQ(forecast.low, (std::vector<double>{0, 10}));
  EXPECT_EQ(forecast.high, (std::vector<double>{0, 10}));
}

TEST(ForecastErrors, AMissingValueIsNotScored) {
  ForecastErrors errors(errors_config(1));
  errors.store(forecast_of({1}), forecast_of({1}));
  observe(errors, testing::kNan);
  EXPECT_EQ(errors.mean_error(0, 0), 0);
  EXPECT_EQ(errors.hit_rate(0, 0), 0);
}

}  // namespace
}  // namespace adcore

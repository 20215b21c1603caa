#include "adcore/detect/forecaster.hpp"

#include <gtest/gtest.h>

#include <string>

#include "adcore/base/error.hpp"
#include "detect_streams.hpp"

namespace adcore {
namespace {

auto small_forecaster(std::size_t horizon) -> ForecasterConfig {
  ForecasterConfig config;
  config.detector.forest.number_of_trees = 20;
  config.detector.forest.sample_size = 128;
  config.horizon = horizon;
  return config;
}

TEST(Forecaster, DetectsAsAThresholdedForest) {
  const auto values = testing::seasonal(400, 1);
  const auto config = small_forecaster(2);
  Forecaster forecaster(config);
  ThresholdedForest plain(config.detector);
  const auto a = forecaster.process(values);
  const auto b = plain.process(values);
  EXPECT_EQ(a.score, b.score);
  EXPECT_EQ(a.grade, b.grade);
}

TEST(Forecaster, BeatsThePersistenceForecast) {
  const auto values = testing::seasonal(1600, 2);
  Forecaster forecaster(small_forecaster(6));
  double ours = 0;
  double persistence = 0;
  double inside = 0;
  int count = 0;
  for (std::size_t i = 0; i + 6 < values.size(); ++i) {
    (void)forecaster.process_row({&values[i], 1}, static_cast<std::int64_t>(60'000 * i));
    if (i < 1100) continue;
    const auto& forecast = forecaster.forecast();
    const double actual = values[i + 6];
    ours += std::abs(forecast.value[5] - actual);
    persistence += std::abs(values[i] - actual);
    inside += actual >= forecast.low[5] && actual <= forecast.high[5] ? 1 : 0;
    ++count;
    ASSERT_EQ(forecast.timestamp[5], static_cast<std::int64_t>(60'000 * (i + 6)));
  }
  EXPECT_LT(ours, 0.6 * persistence);
  EXPECT_GT(inside / count, 0.8);
  EXPECT_GT(forecaster.errors().hit_rate(5, 0), 0.8);
}

TEST(Forecaster, SaysNothingBeforeItIsReady) {
  Forecaster forecaster(small_forecaster(3));
  (void)forecaster.process(testing::seasonal(20, 3));
  EXPECT_FALSE(forecaster.is_ready());
  EXPECT_EQ(forecaster.forecast().value, (std::vector<double>{0, 0, 0}));
}

TEST(Forecaster, GoesOnFromASnapshot) {
  const auto values = testing::seasonal(300, 4);
  Forecaster original(small_forecaster(3));
  (void)original.process(std::span(values).first(200));
  auto restored = Forecaster::from_bytes(original.to_bytes());
  EXPECT_EQ(restored.forecast().value, original.forecast().value);
  (void)original.process(std::span(values).subspan(200));
  (void)restored.process(std::span(values).subspan(200));
  EXPECT_EQ(restored.forecast().value, original.forecast().value);
  EXPECT_EQ(restored.forecast().low, original.forecast().low);
  EXPECT_EQ(restored.to_bytes(), original.to_bytes());
}

TEST(Forecaster, NamesTheFieldThatIsOutOfRange) {
  const auto refused = [](auto change, const char* field) {
    ForecasterConfig config;
    change(config);
    try {
      config.validate();
      ADD_FAILURE() << field << " was accepted";
    } catch (const InvalidArgument& error) {
      EXPECT_NE(std::string(error.what()).find(field), std::string::npos) << error.what();
    }
  };
  refused([](auto& c) { c.horizon = 0; }, "horizon");
  refused([](auto& c) { c.horizon = 2000; }, "horizon");
  refused([](auto& c) { c.percentile = 0.5; }, "percentile");
  refused(
      [](auto& c) {
        c.horizon = 20;
        c.error_horizon = 10;
      },
      "error_horizon");
  refused([](auto& c) { c.detector.mode = Mode::streaming_impute; }, "mode");
  refused([](auto& c) { c.detector.forest.shingle_size = 1; }, "shingle_size");
  refused([](auto& c) { c.lower_limit = {1, 2}; }, "lower_limit");
  refused(
      [](auto& c) {
        c.lower_limit = {2};
        c.upper_limit = {1};
      },
      "lower_limit[0]");
  refused([](auto& c) { c.detector.z_factor = -1; }, "z_factor");
}

}  // namespace
}  // namespace adcore

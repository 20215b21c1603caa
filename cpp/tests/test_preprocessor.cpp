#include "adcore/detect/preprocessor.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "detect_streams.hpp"

namespace adcore {
namespace {

using testing::kNan;

auto config_of(TransformMethod transform, std::size_t columns = 1, std::size_t shingle_size = 4)
    -> ThresholdedForestConfig {
  ThresholdedForestConfig config;
  config.forest.input_dimensions = columns;
  config.forest.shingle_size = shingle_size;
  config.forest.number_of_trees = 20;
  config.forest.sample_size = 64;
  config.transform = transform;
  return config;
}

/// A preprocessor and the forest it feeds.
struct Fed {
  explicit Fed(const ThresholdedForestConfig& config)
      : forest(make_random_cut_forest(config.forest_config())), preprocessor(config) {}

  void feed(std::span<const double> row, std::int64_t timestamp) {
    if (preprocessor.is_starting()) return preprocessor.hold(row, timestamp, *forest);
    preprocessor.complete(row, timestamp, *forest);
    preprocessor.learn(*forest);
  }
  void feed(double value, std::int64_t timestamp) { feed({&value, 1}, timestamp); }
  void feed_all(const std::vector<double>& values, std::int64_t step = 60'000) {
    for (const double value : values) feed(value, step * static_cast<std::int64_t>(count++));
  }
  [[nodiscard]] auto newest(std::size_t age = 0) const -> double { return preprocessor.history().row(age)[0]; }

  std::unique_ptr<Forest> forest;
  Preprocessor preprocessor;
  std::size_t count = 0;
};

TEST(Preprocessor, PlainTransformsStartAtOnce) {
  for (const auto transform : {TransformMethod::none, TransformMethod::weighted, TransformMethod::difference}) {
    EXPECT_FALSE(Fed(config_of(transform)).preprocessor.is_starting()) << name_of(transform);
  }
}

TEST(Preprocessor, HoldsTheFirstRowsAndReplaysThem) {
  auto config = config_of(TransformMethod::normalize);
  config.transform_decay = 0;
  Fed fed(config);
  for (int i = 0; i < 9; ++i) {
    fed.feed_all({static_cast<double>(i)});
    ASSERT_TRUE(fed.preprocessor.is_starting());
    ASSERT_EQ(fed.forest->total_updates(), 0U);
  }
  fed.feed_all({9});
  EXPECT_FALSE(fed.preprocessor.is_starting());
  EXPECT_EQ(fed.forest->total_updates(), 10U);
  EXPECT_EQ(fed.preprocessor.steps(), 10U);
  // Mean 4.5, deviation sqrt(8.25): the last row is 4.5 / (1 + 2.8723).
  EXPECT_FLOAT_EQ(fed.forest->shingle().back(), static_cast<float>(4.5 / (1 + std::sqrt(8.25))));
}

TEST(Preprocessor, FillsMissingValuesAsAsked) {
  struct Case {
    ImputationMethod method;
    double expected;
  };
  for (const auto& [method, expected] :
       {Case{ImputationMethod::previous, 7}, Case{ImputationMethod::zero, 0}, Case{ImputationMethod::fixed_values, 3},
        Case{ImputationMethod::linear, 7}, Case{ImputationMethod::next, 7}, Case{ImputationMethod::forest, 7}}) {
    auto config = config_of(TransformMethod::none);
    config.imputation = method;
    config.fill_values = {3};
    Fed fed(config);
    fed.feed_all({5, 7, kNan});  // the forest is not ready: as the previous row
    EXPECT_EQ(fed.newest(), expected) << name_of(method);
    EXPECT_EQ(fed.preprocessor.imputed(), 1U);
    EXPECT_TRUE(fed.preprocessor.is_wholly_missing());
  }
}

TEST(Preprocessor, AMissingFirstRowIsZero) {
  Fed fed(config_of(TransformMethod::none));
  fed.feed_all({kNan, 4});
  EXPECT_EQ(fed.newest(1), 0);
}

TEST(Preprocessor, TheForestFillsWhatItHoldsLikely) {
  auto config = config_of(TransformMethod::normalize, 2);
  Fed fed(config);
  // The second column is twice the first; the first is high or low at random.
  Random random(1);
  for (std::int64_t i = 0; i < 1000; ++i) {
    const double base = random.uniform() < 0.5 ? 10 : 30;
    const std::vector<double> row = {base + 0.1 * testing::noise(random), 2 * base + 0.1 * testing::noise(random)};
    fed.feed(row, i);
  }
  for (const double base : {10.0, 30.0}) {
    const std::vector<double> row = {base, kNan};
    fed.preprocessor.complete(row, 1000, *fed.forest);
    EXPECT_EQ(fed.preprocessor.row()[0], base);
    EXPECT_NEAR(fed.preprocessor.row()[1], 2 * base, 1.5);
    EXPECT_EQ(fed.preprocessor.imputed(), 1U);
    EXPECT_FALSE(fed.preprocessor.is_wholly_missing());
  }
}

TEST(Preprocessor, StandardModeIgnoresGaps) {
  Fed fed(config_of(TransformMethod::none));
  for (const std::int64_t time : {0, 1, 2, 3, 1000, 1001}) fed.feed(1, time);
  EXPECT_EQ(fed.preprocessor.steps(), 6U);
}

TEST(Preprocessor, StreamingImputeFillsGaps) {
  struct Case {
    ImputationMethod method;
    std::vector<double> expected;  // newest first, the row after the gap included
  };
  const std::vector<Case> cases = {{ImputationMethod::previous, {40, 20, 20, 20, 20}},
                                   {ImputationMethod::next, {40, 40, 40, 40, 20}},
                                   {ImputationMethod::linear, {40, 35, 30, 25, 20}},
                                   {ImputationMethod::zero, {40, 0, 0, 0, 20}},
                                   {ImputationMethod::fixed_values, {40, 3, 3, 3, 20}}};
  for (const auto& [method, expected] : cases) {
    auto config = config_of(TransformMethod::none, 1, 5);
    config.mode = Mode::streaming_impute;
    config.imputation = method;
    config.fill_values = {3};
    Fed fed(config);
    fed.feed_all(std::vector<double>(12, 20.0), 10);
    fed.feed(40, 150);  // 110 + 4 * 10: three rows are missing
    EXPECT_EQ(fed.preprocessor.steps(), 16U) << name_of(method);
    EXPECT_EQ(fed.preprocessor.imputed(), 3U);
    for (std::size_t age = 0; age < 5; ++age)
      EXPECT_NEAR(fed.newest(age), expected[age], 1e-9) << name_of(method) << age;
    EXPECT_EQ(fed.preprocessor.history().timestamp(1), 140);
    EXPECT_EQ(fed.preprocessor.history().timestamp(3), 120);
    EXPECT_DOUBLE_EQ(fed.preprocessor.pace().mean_gap(), 10);
  }
}

TEST(Preprocessor, AVastGapCostsLittle) {
  auto config = config_of(TransformMethod::normalize);
  config.mode = Mode::streaming_impute;
  Fed fed(config);
  fed.feed_all(testing::seasonal(200, 1), 60'000);
  const auto before = fed.preprocessor.steps();
  fed.feed(100, std::int64_t{1} << 60U);
  EXPECT_EQ(fed.preprocessor.steps(), before + 2 * 4 + 1);
  fed.feed(100, (std::int64_t{1} << 60U) + 60'000);
  EXPECT_EQ(fed.preprocessor.imputed(), 0U) << "the pace is what it was";
}

TEST(Preprocessor, AMostlyImputedShingleIsNotLearned) {
  // With nothing but missing rows after the start, the sample of the trees must not fill up with copies.
  auto config = config_of(TransformMethod::none);
  config.forest.output_after = 20;
  Fed fed(config);
  fed.feed_all({1, 2, 3, 4});
  fed.feed_all(std::vector<double>(100, kNan));
  EXPECT_EQ(fed.forest->total_updates(), 104U) << "the shingle moves on";
  EXPECT_FALSE(fed.forest->is_ready());
  fed.feed_all(testing::seasonal(40, 2));
  EXPECT_TRUE(fed.forest->is_ready());
}

TEST(Preprocessor, ADeadColumnDoesNotStopTheOthers) {
  auto config = config_of(TransformMethod::normalize, 2);
  Fed fed(config);
  const auto values = testing::seasonal(200, 3);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::vector<double> row = {values[i], kNan};
    fed.feed(row, static_cast<std::int64_t>(i));
  }
  EXPECT_TRUE(fed.forest->is_ready());
}

TEST(Preprocessor, TimeAugmentedAddsTheGap) {
  auto config = config_of(TransformMethod::none, 1, 2);
  config.mode = Mode::time_augmented;
  config.normalize_time = false;
  config.time_weight = 2;
  Fed fed(config);
  fed.feed_all(std::vector<double>(10, 5.0), 10);
  fed.feed(5, 97);  // 7 after 90
  const auto shingle = fed.forest->shingle();
  ASSERT_EQ(shingle.size(), 4U);
  EXPECT_EQ(shingle[1], 20);
  EXPECT_EQ(shingle[3], 14);
  fed.feed(5, 50);  // late: no time has passed
  EXPECT_EQ(fed.forest->shingle()[3], 0);
  EXPECT_EQ(fed.preprocessor.invert_time(14, 90), 97);
}

TEST(Preprocessor, TimeIsNormalisedAndBack) {
  auto config = config_of(TransformMethod::none, 1, 2);
  config.mode = Mode::time_augmented;
  Fed fed(config);
  Random random(4);
  std::int64_t time = 0;
  for (int i = 0; i < 300; ++i) fed.feed(5, time += 50 + static_cast<std::int64_t>(20 * random.uniform()));
  const double value = 5;
  fed.preprocessor.complete({&value, 1}, time + 90, *fed.forest);
  const auto scaled = static_cast<double>(fed.preprocessor.scaled()[1]);
  EXPECT_GT(scaled, 1);
  EXPECT_LT(scaled, 5);
  EXPECT_EQ(fed.preprocessor.invert_time(scaled, time), time + 90);
}

TEST(Preprocessor, KnowsLateRowsDuringAndAfterTheStart) {
  Fed fed(config_of(TransformMethod::normalize));
  EXPECT_FALSE(fed.preprocessor.is_late(-5));
  fed.feed(1, 100);
  EXPECT_TRUE(fed.preprocessor.is_late(100));
  EXPECT_TRUE(fed.preprocessor.is_late(99));
  EXPECT_FALSE(fed.preprocessor.is_late(101));
  EXPECT_EQ(fed.preprocessor.next_timestamp(), 101);
  for (std::int64_t i = 1; i < 20; ++i) fed.feed(1, 100 + 10 * i);
  EXPECT_TRUE(fed.preprocessor.is_late(290));
  EXPECT_EQ(fed.preprocessor.next_timestamp(), 300);
}

TEST(Preprocessor, StopNormalizationFreezesTheStatistics) {
  auto config = config_of(TransformMethod::normalize);
  config.stop_normalization = 100;
  Fed fed(config);
  fed.feed_all(testing::seasonal(100, 5));
  const double shift = fed.preprocessor.transform().shift(0, {});
  fed.feed_all(std::vector<double>(200, 500.0));
  EXPECT_EQ(fed.preprocessor.transform().shift(0, {}), shift);
}

TEST(Preprocessor, TheFrameMapsTheForestBackToTheCaller) {
  for (const auto transform : {TransformMethod::none, TransformMethod::normalize, TransformMethod::difference,
                               TransformMethod::normalize_difference, TransformMethod::subtract_moving_average}) {
    Fed fed(config_of(transform));
    fed.feed_all(testing::seasonal(300, 6));
    const double value = 123;
    fed.preprocessor.complete({&value, 1}, 10'000'000'000, *fed.forest);
    Frame frame;
    fed.preprocessor.frame(frame);
    const double back = frame.scale[0] * static_cast<double>(fed.preprocessor.scaled()[0]) + frame.shift[0];
    EXPECT_NEAR(back, 123, 1e-3) << name_of(transform);
    EXPECT_GT(frame.step_deviation[0], 0);
    EXPECT_NEAR(frame.precision[0], 1e-4 * fed.preprocessor.transform().statistics(0).value.mean(), 1e-12);
  }
}

}  // namespace
}  // namespace adcore

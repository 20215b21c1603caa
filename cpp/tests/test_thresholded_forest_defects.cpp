// Faults that users of other implementations reported, each as a test: bad input must neither harm a model nor alert.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

#include "adcore/detect/thresholded_forest.hpp"
#include "detect_streams.hpp"

namespace adcore {
namespace {

using testing::kNan;

constexpr std::array kImputations = {ImputationMethod::previous, ImputationMethod::zero, ImputationMethod::fixed_values,
                                     ImputationMethod::linear,   ImputationMethod::next, ImputationMethod::forest};

/// Every transform, with shingles of 1 and 8, with and without auto_adjust.
auto variants(std::size_t columns) -> std::vector<ThresholdedForestConfig> {
  std::vector<ThresholdedForestConfig> all;
  for (const auto method : testing::kMethods) {
    for (const std::size_t shingle_size : {1, 8}) {
      for (const bool auto_adjust : {false, true}) {
        ThresholdedForestConfig config;
        config.forest.input_dimensions = columns;
        config.forest.shingle_size = shingle_size;
        config.transform = method;
        config.auto_adjust = auto_adjust;
        all.push_back(config);
      }
    }
  }
  return all;
}

auto describe(const ThresholdedForestConfig& config) -> std::string {
  return std::string(name_of(config.transform)) + ", shingle " + std::to_string(config.forest.shingle_size) +
         (config.auto_adjust ? ", auto_adjust" : "");
}

auto is_sane(const Detection& d) -> bool {
  return std::isfinite(d.score) && d.score >= 0 && d.grade >= 0 && d.grade <= 1 && d.confidence >= 0 &&
         d.confidence <= 1 && std::isfinite(d.threshold);
}

TEST(ThresholdedForestDefects, AConstantSeriesNeverAlerts) {
  for (const double value : {0.0, 5.0, -1e-9, 1e30}) {
    for (const auto& config : variants(1)) {
      ThresholdedForest model(config);
      for (std::int64_t i = 0; i < 500; ++i) {
        const auto detection = model.process_row({&value, 1}, i);
        ASSERT_TRUE(is_sane(detection));
        ASSERT_EQ(detection.grade, 0) << describe(config) << " value " << value << " row " << i;
      }
    }
  }
}

// Constant rows, then one value up by 1e-4: the score is that of any new value, 8 = log2 of the sample, because the
// forest has nothing to compare the distance with. The precision of the values says that nothing changed.
TEST(ThresholdedForestDefects, AnEpsilonAfterAConstantSeriesIsNoAnomaly) {
  for (const auto& config : variants(3)) {
    ThresholdedForest model(config);
    std::vector<double> row = {5, 10, 2};
    for (std::int64_t i = 0; i < 600; ++i) (void)model.process_row(row, i);
    row[2] = 2.0001;
    const auto epsilon = model.process_row(row, 600);
    EXPECT_GT(epsilon.score, 4) << "the case is the one described";
    EXPECT_EQ(epsilon.grade, 0) << describe(config);
    EXPECT_EQ(epsilon.correction, Correction::noise) << describe(config);
    row[2] = 3;
    EXPECT_GT(model.process_row(row, 601).grade, 0) << describe(config) << ": a step of half the value is one";
  }
}

TEST(ThresholdedForestDefects, AnEpsilonAfterAnAnomalyIsNoAnomaly) {
  for (const auto& config : variants(3)) {
    ThresholdedForest model(config);
    std::vector<double> row = {5, 10, 2};
    for (std::int64_t i = 0; i < 600; ++i) (void)model.process_row(row, i);
    row[2] = 3;
    EXPECT_EQ(model.process_row(row, 600).grade, 1) << describe(config);
    row[2] = 2.0001;
    EXPECT_EQ(model.process_row(row, 601).grade, 0) << describe(config);
    row[2] = 2;
    EXPECT_EQ(model.process_row(row, 602).grade, 0) << describe(config);
  }
}

TEST(ThresholdedForestDefects, PrecisionFollowsTheMagnitude) {
  // Values of 1e-6 are not noise by themselves: a series of small numbers has anomalies as any other.
  for (const double unit : {1e-6, 1.0, 1e6}) {
    auto values = testing::seasonal(1200, 3);
    values[1100] += 80;
    for (double& value : values) value *= unit;
    ThresholdedForestConfig config;
    config.transform = TransformMethod::none;
    config.minimum_absolute_change = 0;
    ThresholdedForest model(config);
    EXPECT_GT(model.process(values).grade[1100], 0) << "unit " << unit;
  }
}

TEST(ThresholdedForestDefects, ASecondSpikeSoonAfterTheFirstIsFound) {
  for (const auto method : testing::kMethods) {
    for (const std::size_t shingle_size : {4, 8}) {
      for (std::uint64_t seed = 1; seed <= 2; ++seed) {
        auto values = testing::seasonal(800, seed);
        values[700] += 60;
        values[702] += 60;
        ThresholdedForestConfig config;
        config.forest.shingle_size = shingle_size;
        config.forest.seed = seed;
        config.transform = method;
        ThresholdedForest model(config);
        const auto columns = model.process(values);
        EXPECT_GT(columns.grade[700], 0) << describe(config) << " seed " << seed;
        EXPECT_GT(columns.grade[702], 0) << describe(config) << " seed " << seed;
      }
    }
  }
}

TEST(ThresholdedForestDefects, TheEchoOfASpikeIsNotReportedAgain) {
  for (const auto method : testing::kMethods) {
    auto values = testing::seasonal(1500, 4);
    values[1400] += 100;
    ThresholdedForestConfig config;
    config.transform = method;
    ThresholdedForest model(config);
    const auto columns = model.process(values);
    EXPECT_GT(columns.grade[1400], 0) << name_of(method);
    for (std::size_t i = 1401; i < 1408; ++i) {
      EXPECT_EQ(columns.grade[i], 0) << name_of(method) << " row " << i;
      EXPECT_GT(columns.score[i], columns.threshold[i]) << "the shingle still holds it, " << name_of(method);
    }
  }
}

TEST(ThresholdedForestDefects, ATenfoldSpikeIsNotGradedLower) {
  for (const auto method : testing::kMethods) {
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
      ThresholdedForestConfig config;
      config.forest.seed = seed;
      config.transform = method;
      ThresholdedForest model(config);
      const auto values = testing::seasonal(1001, seed);
      (void)model.process(std::span(values).first(1000));
      double last_grade = 0;
      for (double spike = 15; spike < 1e9; spike *= 10) {
        ThresholdedForest copy(model);
        const double value = values[1000] + spike;
        const auto detection = copy.process_row({&value, 1}, 1000);
        EXPECT_GE(detection.grade, last_grade) << name_of(method) << " seed " << seed << " spike " << spike;
        last_grade = detection.grade;
      }
      EXPECT_EQ(last_grade, 1) << name_of(method) << " seed " << seed;
    }
  }
}

TEST(ThresholdedForestDefects, OneMissingValueDoesNotHarmTheModel) {
  for (const auto method : testing::kMethods) {
    for (const auto imputation : kImputations) {
      ThresholdedForestConfig config;
      config.transform = method;
      config.imputation = imputation;
      config.fill_values = {100};
      auto values = testing::seasonal(700, 5);
      values[400] = kNan;
      values[600] += 80;
      ThresholdedForest model(config);
      const auto columns = model.process(values);
      for (std::size_t i = 0; i < columns.rows; ++i) ASSERT_TRUE(std::isfinite(columns.score[i])) << i;
      EXPECT_GT(columns.grade[600], 0) << name_of(method) << ", " << name_of(imputation);
      EXPECT_EQ(columns.imputed[400], 1U);
      if (imputation == ImputationMethod::forest) {
        EXPECT_EQ(columns.grade[400], 0) << name_of(method);
      }
    }
  }
}

TEST(ThresholdedForestDefects, NothingButMissingValuesIsNoAnomaly) {
  for (const auto mode : {Mode::standard, Mode::time_augmented, Mode::streaming_impute}) {
    for (const auto imputation : {ImputationMethod::previous, ImputationMethod::linear, ImputationMethod::forest}) {
      ThresholdedForestConfig config;
      config.mode = mode;
      config.imputation = imputation;
      ThresholdedForest model(config);
      const auto values = testing::seasonal(600, 6);
      (void)model.process(values, testing::minutes(600, 0));
      const double before = model.preprocessor().confidence();
      double confidence = 1;
      for (std::int64_t i = 600; i < 900; ++i) {
        const auto detection = model.process_row({&kNan, 1}, 60'000 * i);
        ASSERT_TRUE(is_sane(detection));
        ASSERT_EQ(detection.grade, 0) << name_of(mode) << ", " << name_of(imputation) << " row " << i;
        confidence = detection.confidence;
      }
      EXPECT_LT(confidence, 0.7 * before) << "a model that sees nothing is not confident";
      const auto after = model.process(values, std::vector<std::int64_t>());
      EXPECT_GT(after.confidence.back(), 0.5) << name_of(mode);
    }
  }
}

TEST(ThresholdedForestDefects, AStreamThatStartsWithMissingValuesRecovers) {
  ThresholdedForestConfig config;
  config.forest.input_dimensions = 2;
  ThresholdedForest model(config);
  (void)model.process(std::vector<double>(100, kNan));
  auto rows = testing::seasonal_rows(800, 2, 7);
  rows[2 * 700] += 60;
  const auto columns = model.process(rows);
  EXPECT_GT(columns.grade[700], 0);
}

TEST(ThresholdedForestDefects, HugeValuesDoNotBlindTheModel) {
  for (const auto method :
       {TransformMethod::normalize, TransformMethod::subtract_moving_average, TransformMethod::normalize_difference}) {
    auto values = testing::seasonal(2500, 8);
    values[1000] = 1e30;
    values[1200] = -1e30;
    values[2400] += 80;
    ThresholdedForestConfig config;
    config.transform = method;
    ThresholdedForest model(config);
    const auto columns = model.process(values);
    EXPECT_EQ(columns.grade[1000], 1) << name_of(method);
    EXPECT_EQ(columns.grade[1200], 1) << name_of(method);
    if (method != TransformMethod::subtract_moving_average) {  // not clipped: 1e30 stays in the sample
      EXPECT_GT(columns.grade[2400], 0) << name_of(method);
    }
  }
}

TEST(ThresholdedForestDefects, AnyRowsInAnyOrderStaySane) {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    Random random(seed);
    ThresholdedForestConfig config;
    config.forest.input_dimensions = 1 + seed % 3;
    config.forest.shingle_size = 2 + seed % 4;
    config.forest.number_of_trees = 10;
    config.forest.sample_size = 32;
    config.forest.seed = seed;
    config.transform = testing::kMethods[seed % testing::kMethods.size()];
    config.mode = static_cast<Mode>(seed % 3);
    config.imputation = kImputations[seed % kImputations.size()];
    config.fill_values.assign(config.forest.input_dimensions, 1.0);
    config.late_rows = seed % 2 == 0 ? LatePolicy::learn : LatePolicy::skip;
    config.auto_adjust = seed % 4 < 2;
    config.alert_once = seed % 5 == 0;
    ThresholdedForest model(config);
    for (int i = 0; i < 600; ++i) {
      std::vector<double> row;
      for (std::size_t c = 0; c < config.forest.input_dimensions; ++c) {
        const double kind = random.uniform();
        const double magnitude = std::pow(10.0, 60 * random.uniform() - 30);
        row.push_back(kind < 0.2 ? kNan : kind < 0.3 ? magnitude : kind < 0.4 ? -magnitude : testing::noise(random));
      }
      const bool wild = random.uniform() < 0.1;
      const auto timestamp = wild ? static_cast<std::int64_t>(random.next()) : 1000 * i;
      const auto detection = model.process_row(row, timestamp);
      ASSERT_TRUE(is_sane(detection)) << "seed " << seed << " row " << i;
      for (const auto* values : {&detection.expected, &detection.past, &detection.attribution}) {
        for (const double value : *values) ASSERT_TRUE(std::isfinite(value)) << "seed " << seed << " row " << i;
      }
    }
    EXPECT_TRUE(ThresholdedForest::from_bytes(model.to_bytes()).to_bytes() == model.to_bytes()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace adcore

#include "adcore/detect/config.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "adcore/base/error.hpp"
#include "adcore/detect/forecast_errors.hpp"
#include "detect_streams.hpp"

namespace adcore {
namespace {

using Change = std::function<void(ThresholdedForestConfig&)>;

TEST(ThresholdedForestConfig, DefaultsAreValid) {
  ThresholdedForestConfig config;
  EXPECT_NO_THROW(config.validate());
  EXPECT_EQ(config.forest.shingle_size, 8U);
  EXPECT_DOUBLE_EQ(config.resolved_transform_decay(), 1.0 / 256);
}

TEST(ThresholdedForestConfig, TimeIsOneMoreColumnOfTheForest) {
  ThresholdedForestConfig config;
  config.forest.input_dimensions = 3;
  EXPECT_EQ(config.forest_config().input_dimensions, 3U);
  config.mode = Mode::time_augmented;
  EXPECT_EQ(config.forest_config().input_dimensions, 4U);
  EXPECT_EQ(config.forest.input_dimensions, 3U);
}

TEST(ThresholdedForestConfig, NamesTheFieldThatIsOutOfRange) {
  const double nan = testing::kNan;
  const std::vector<std::pair<std::string, Change>> wrong = {
      {"z_factor", [](auto& c) { c.z_factor = 0; }},
      {"z_factor", [=](auto& c) { c.z_factor = nan; }},
      {"lower_threshold", [](auto& c) { c.lower_threshold = -1; }},
      {"initial_threshold", [](auto& c) { c.initial_threshold = -1; }},
      {"score_differencing", [](auto& c) { c.score_differencing = 1.5; }},
      {"anomaly_rate", [](auto& c) { c.anomaly_rate = 0; }},
      {"transform_decay", [](auto& c) { c.transform_decay = 1; }},
      {"start_normalization", [](auto& c) { c.start_normalization = 0; }},
      {"stop_normalization", [](auto& c) { c.stop_normalization = 5; }},
      {"clip", [](auto& c) { c.clip = 0; }},
      {"weights", [](auto& c) { c.weights = {1, 2}; }},
      {"weights", [](auto& c) { c.weights = {-1}; }},
      {"weights",
       [](auto& c) {
         c.weights = {1};
         c.transform = TransformMethod::none;
       }},
      {"time_weight", [](auto& c) { c.time_weight = -1; }},
      {"use_imputed_fraction", [](auto& c) { c.use_imputed_fraction = 0; }},
      {"fill_values", [](auto& c) { c.imputation = ImputationMethod::fixed_values; }},
      {"fill_values", [=](auto& c) { c.fill_values = {nan}; }},
      {"shingle_size",
       [](auto& c) {
         c.mode = Mode::streaming_impute;
         c.forest.shingle_size = 1;
       }},
      {"noise_factor", [](auto& c) { c.noise_factor = -1; }},
      {"maximum_attributors", [](auto& c) { c.maximum_attributors = 0; }},
      {"sampling_support", [](auto& c) { c.sampling_support = 0.3; }},
      {"ignore_near_expected_above", [](auto& c) { c.ignore_near_expected_above = {1, 2}; }},
      {"ignore_near_expected_below", [](auto& c) { c.ignore_near_expected_below = {-1}; }},
      {"ignore_near_expected_above_by_ratio", [=](auto& c) { c.ignore_near_expected_above_by_ratio = {nan}; }},
      {"minimum_relative_change", [](auto& c) { c.minimum_relative_change = 1; }},
      {"minimum_absolute_change", [](auto& c) { c.minimum_absolute_change = -1; }},
      {"internal_shingling", [](auto& c) { c.forest.internal_shingling = false; }},
      {"internal_rotation", [](auto& c) { c.forest.internal_rotation = true; }},
      {"input_dimensions", [](auto& c) { c.forest.input_dimensions = 0; }},
  };
  for (const auto& [field, change] : wrong) {
    ThresholdedForestConfig config;
    change(config);
    try {
      config.validate();
      ADD_FAILURE() << field << " was accepted";
    } catch (const InvalidArgument& error) {
      EXPECT_NE(std::string(error.what()).find(field), std::string::npos) << error.what();
    }
  }
}

TEST(ThresholdedForestConfig, HasPresetsByName) {
  const auto opensearch = ThresholdedForestConfig::preset("opensearch", 2);
  EXPECT_EQ(opensearch.forest.input_dimensions, 2U);
  EXPECT_TRUE(opensearch.auto_adjust);
  EXPECT_TRUE(opensearch.alert_once);
  EXPECT_EQ(opensearch.transform, TransformMethod::normalize);
  EXPECT_EQ(opensearch.mode, Mode::streaming_impute);
  EXPECT_EQ(opensearch.forest.resolved_output_after(), 32U);
  EXPECT_DOUBLE_EQ(opensearch.forest.resolved_time_decay(), 1.0 / 2560);
  EXPECT_EQ(opensearch.anomaly_rate, 0.005);
  EXPECT_EQ(ThresholdedForestConfig::preset("aws", 1).transform, TransformMethod::none);
  EXPECT_FALSE(ThresholdedForestConfig::preset("aws", 1).auto_adjust);
  const auto single = ThresholdedForestConfig::preset("default", 1);
  EXPECT_EQ(single.transform, TransformMethod::none);
  EXPECT_TRUE(single.auto_adjust);
  EXPECT_TRUE(single.alert_once);
  EXPECT_EQ(ThresholdedForestConfig::preset("default", 2).transform, TransformMethod::normalize);
  for (const char* name : {"default", "aws", "opensearch"}) {
    EXPECT_NO_THROW(ThresholdedForestConfig::preset(name, 3).validate()) << name;
  }
  EXPECT_THROW((void)ThresholdedForestConfig::preset("best", 1), InvalidArgument);
}

TEST(Options, EveryNameLeadsBack) {
  for (const char* name :
       {"none", "weighted", "difference", "normalize", "normalize_difference", "subtract_moving_average"}) {
    EXPECT_EQ(name_of(transform_from_name(name)), name);
  }
  for (const char* name : {"standard", "time_augmented", "streaming_impute"}) {
    EXPECT_EQ(name_of(mode_from_name(name)), name);
  }
  for (const char* name : {"previous", "zero", "fixed_values", "linear", "next", "forest"}) {
    EXPECT_EQ(name_of(imputation_from_name(name)), name);
  }
  for (const char* name : {"learn", "skip", "refuse"}) EXPECT_EQ(name_of(late_policy_from_name(name)), name);
  for (const char* name : {"none", "minimal", "simple"}) EXPECT_EQ(name_of(calibration_from_name(name)), name);
  EXPECT_EQ(name_of(Correction::anomaly_in_shingle), "anomaly_in_shingle");
  EXPECT_EQ(name_of(Correction::alert_once), "alert_once");
  EXPECT_EQ(name_of(RowStatus::skipped), "skipped");
}

TEST(Options, AnUnknownNameListsTheKnownOnes) {
  try {
    (void)transform_from_name("normalise");
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(std::string(error.what()),
              "transform = 'normalise' is not allowed: it must be one of 'none' 'weighted' 'difference' 'normalize' "
              "'normalize_difference' 'subtract_moving_average'");
  }
}

}  // namespace
}  // namespace adcore

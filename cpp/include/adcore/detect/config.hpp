// What a thresholded forest is made with. A configuration as constructed follows the field (AWS random cut forest 4.3),
// except that the shingle is 8, values are normalised and the seed is fixed; presets give whole settings by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "adcore/detect/options.hpp"
#include "adcore/forest/config.hpp"

namespace adcore {

/// The forest of a thresholded forest by default: 8 rows a point.
[[nodiscard]] inline auto shingled_forest_config() -> ForestConfig {
  ForestConfig config;
  config.shingle_size = 8;
  return config;
}

struct ThresholdedForestConfig {
  /// The forest underneath; `input_dimensions` counts the caller's values, without the time of Mode::time_augmented.
  ForestConfig forest = shingled_forest_config();
  /// True: CompactForest, small. False: RandomCutForest, fast.
  bool compact = false;

  // -- preprocessing
  TransformMethod transform = TransformMethod::normalize;
  Mode mode = Mode::standard;
  /// Rate at which the statistics of the transform forget, per row; unset means 1 / sample_size.
  std::optional<double> transform_decay;
  /// Rows that are held back to know their mean and deviation before the first is learned, 1 to 10 000.
  std::size_t start_normalization = 10;
  /// Rows after which the statistics of the transform are frozen; unset means never.
  std::optional<std::uint64_t> stop_normalization;
  /// Normalised values are kept within +-clip, in (0, 1e6].
  double clip = 100;
  /// [input_dimensions], each >= 0; empty means 1. 0 hides a column from the forest. Not with TransformMethod::none.
  std::vector<double> weights;
  /// Weight of the time column of Mode::time_augmented.
  double time_weight = 1;
  /// Whether that column is normalised; if not, it is in milliseconds.
  bool normalize_time = true;
  ImputationMethod imputation = ImputationMethod::forest;
  /// [input_dimensions], for ImputationMethod::fixed_values.
  std::vector<double> fill_values;
  /// A shingle is learned while the imputed part of its values is less than this fraction, in (0, 1].
  double use_imputed_fraction = 0.5;
  LatePolicy late_rows = LatePolicy::learn;

  // -- threshold
  /// Deviations above the mean score that are an anomaly, > 0.
  double z_factor = 3;
  /// No score below this is an anomaly; unset means 0.8, lowered with the mean score when auto_adjust is set.
  std::optional<double> lower_threshold;
  /// The threshold until the scores' statistics are known.
  double initial_threshold = 1.5;
  /// Between the long-term deviation of scores (1) and the deviation of their differences (0).
  double score_differencing = 0.5;
  /// Expected fraction of anomalies: the rate at which the statistics of score differences forget.
  double anomaly_rate = 0.01;

  // -- corrections
  /// Lets the threshold and the corrections adapt to drift: conditional_forecast and data_drift.
  bool auto_adjust = false;
  /// Reports a run of anomalies once.
  bool alert_once = false;
  /// Standard deviations of the usual step that count as noise.
  double noise_factor = 1;
  /// An expected value is given when at most this many values of a row are to blame.
  std::size_t maximum_attributors = 5;
  /// Fraction of the trees whose sample must lie near for conditional_forecast, in [0, 0.2].
  double sampling_support = 0.1;
  /// A value is no anomaly within this distance of the one expected, [input_dimensions] each, >= 0; empty means 0.
  std::vector<double> ignore_near_expected_above;
  std::vector<double> ignore_near_expected_below;
  /// The same as a fraction of the value's magnitude.
  std::vector<double> ignore_near_expected_above_by_ratio;
  std::vector<double> ignore_near_expected_below_by_ratio;
  /// Changes smaller than this fraction of the column's mean, or than this amount, never grade: they are within the
  /// precision of the data. Without this an epsilon after a constant series would be an anomaly of grade 1.
  double minimum_relative_change = 1e-4;
  double minimum_absolute_change = 1e-9;

  /// The configuration of the forest underneath: with the time column, internally shingled.
  [[nodiscard]] auto forest_config() const -> ForestConfig;
  [[nodiscard]] auto resolved_transform_decay() const noexcept -> double {
    return transform_decay.value_or(1.0 / static_cast<double>(forest.sample_size));
  }

  /// Throws InvalidArgument that names the first field out of range.
  void validate() const;

  /// Settings that are known by a name: "default" (alerts once per incident: auto_adjust, alert_once, and no transform
  /// of a single column; docs/thresholding.md has the figures), "aws" (random cut forest 4.3: no transform),
  /// "opensearch" (OpenSearch anomaly detection 2.15: shingle 8, normalised, scores after 32 rows, missing rows filled
  /// with the one before, anomaly rate 0.005, auto_adjust, alert_once).
  /// Throws InvalidArgument for another name.
  [[nodiscard]] static auto preset(std::string_view name, std::size_t input_dimensions) -> ThresholdedForestConfig;
};

}  // namespace adcore

#include "adcore/detect/config.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

void require(bool allowed, const char* name, double value, const char* range) {
  if (!allowed) throw_invalid_argument(name, value, range);  // NaN compares false with everything, and ends here
}

void require_positive(const char* name, double value) {
  require(value > 0 && std::isfinite(value), name, value, "it must be a finite number greater than 0");
}

void require_not_negative(const char* name, double value) {
  require(value >= 0 && std::isfinite(value), name, value, "it must be a finite number of at least 0");
}

void require_rate(const char* name, double value) {
  require(value >= 0 && value < 1, name, value, "it must be at least 0 and less than 1");
}

void require_fraction(const char* name, double value) {
  require(value >= 0 && value <= 1, name, value, "it must be between 0 and 1");
}

void require_length(const char* name, std::span<const double> values, std::size_t length) {
  if (values.empty() || values.size() == length) return;
  throw_invalid_argument(std::string(name) + " of length", static_cast<double>(values.size()),
                         "it must have one value per input dimension, " + std::to_string(length));
}

void require_column(const char* name, std::span<const double> values, std::size_t length) {
  require_length(name, values, length);
  for (const double value : values) {
    require(value >= 0 && value <= kMaximumMagnitude, name, value, "each value must be between 0 and 1e30");
  }
}

void validate_preprocessing(const ThresholdedForestConfig& config) {
  const std::size_t width = config.forest.input_dimensions;
  if (config.transform_decay) require_rate("transform_decay", *config.transform_decay);
  require(config.start_normalization >= 1 && config.start_normalization <= 10'000, "start_normalization",
          static_cast<double>(config.start_normalization), "it must be between 1 and 10000");
  require(!config.stop_normalization || *config.stop_normalization >= config.start_normalization, "stop_normalization",
          static_cast<double>(config.stop_normalization.value_or(0)), "it must not be below start_normalization");
  require(config.clip > 0 && config.clip <= 1e6, "clip", config.clip, "it must be greater than 0 and at most 1e6");
  require_column("weights", config.weights, width);
  require(config.weights.empty() || config.transform != TransformMethod::none, "weights of length",
          static_cast<double>(config.weights.size()), "transform 'none' takes no weights; 'weighted' does");
  require(config.time_weight >= 0 && config.time_weight <= 1e6, "time_weight", config.time_weight,
          "it must be between 0 and 1e6");
  require(config.use_imputed_fraction > 0 && config.use_imputed_fraction <= 1, "use_imputed_fraction",
          config.use_imputed_fraction, "it must be greater than 0 and at most 1");
}

void validate_imputation(const ThresholdedForestConfig& config) {
  require_length("fill_values", config.fill_values, config.forest.input_dimensions);
  for (const double value : config.fill_values) {
    require(std::abs(value) <= kMaximumMagnitude, "fill_values", value, "each value must be between -1e30 and 1e30");
  }
  require(config.imputation != ImputationMethod::fixed_values || !config.fill_values.empty(), "fill_values of length",
          0, "imputation 'fixed_values' needs one value per input dimension");
  require(config.mode != Mode::streaming_impute || config.forest.shingle_size > 1, "shingle_size",
          static_cast<double>(config.forest.shingle_size), "mode 'streaming_impute' needs at least 2");
}

void validate_threshold(const ThresholdedForestConfig& config) {
  require_positive("z_factor", config.z_factor);
  if (config.lower_threshold) require_not_negative("lower_threshold", *config.lower_threshold);
  require_not_negative("initial_threshold", config.initial_threshold);
  require_fraction("score_differencing", config.score_differencing);
  require(config.anomaly_rate > 0 && config.anomaly_rate < 1, "anomaly_rate", config.anomaly_rate,
          "it must be greater than 0 and less than 1");
}

void validate_corrections(const ThresholdedForestConfig& config) {
  const std::size_t width = config.forest.input_dimensions;
  require_not_negative("noise_factor", config.noise_factor);
  require(config.maximum_attributors >= 1, "maximum_attributors", static_cast<double>(config.maximum_attributors),
          "it must be at least 1");
  require(config.sampling_support >= 0 && config.sampling_support <= 0.2, "sampling_support", config.sampling_support,
          "it must be between 0 and 0.2");
  require_column("ignore_near_expected_above", config.ignore_near_expected_above, width);
  require_column("ignore_near_expected_below", config.ignore_near_expected_below, width);
  require_column("ignore_near_expected_above_by_ratio", config.ignore_near_expected_above_by_ratio, width);
  require_column("ignore_near_expected_below_by_ratio", config.ignore_near_expected_below_by_ratio, width);
  require_rate("minimum_relative_change", config.minimum_relative_change);
  require_not_negative("minimum_absolute_change", config.minimum_absolute_change);
}

}  // namespace

auto ThresholdedForestConfig::forest_config() const -> ForestConfig {
  ForestConfig inner = forest;
  if (mode == Mode::time_augmented) inner.input_dimensions += 1;
  return inner;
}

void ThresholdedForestConfig::validate() const {
  forest_config().validate();
  require(forest.internal_shingling, "internal_shingling", 0, "a thresholded forest makes its shingles itself");
  require(!forest.internal_rotation, "internal_rotation", 1, "a thresholded forest does not rotate its shingles");
  validate_preprocessing(*this);
  validate_imputation(*this);
  validate_threshold(*this);
  validate_corrections(*this);
}

auto ThresholdedForestConfig::preset(std::string_view name, std::size_t input_dimensions) -> ThresholdedForestConfig {
  ThresholdedForestConfig config;
  config.forest.input_dimensions = input_dimensions;
  if (name == "default") {
    // One column needs no common scale; several do, or the largest hides the others.
    config.transform = input_dimensions == 1 ? TransformMethod::none : TransformMethod::normalize;
    config.auto_adjust = true;
    config.alert_once = true;
    return config;
  }
  if (name == "aws") {
    config.forest.initial_accept_fraction = 1.0;
    config.transform = TransformMethod::none;
    config.normalize_time = false;
    return config;
  }
  if (name == "opensearch") {
    config.forest.output_after = 32;
    config.mode = Mode::streaming_impute;
    config.imputation = ImputationMethod::previous;
    config.anomaly_rate = 0.005;
    config.auto_adjust = true;
    config.alert_once = true;
    return config;
  }
  throw_invalid_argument("preset", "'" + std::string(name) + "'", "it must be one of 'default' 'aws' 'opensearch'");
}

}  // namespace adcore

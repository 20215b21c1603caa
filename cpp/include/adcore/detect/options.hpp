// The choices a thresholded forest offers, and their names. Every enumerator has one name, the same in C++, Python,
// snapshots of configurations and documents.
#pragma once

#include <cstdint>
#include <string_view>

namespace adcore {

/// What is done to a value before the forest sees it. `statistics` are discounted over the stream.
enum class TransformMethod : std::uint8_t {
  none,                     ///< the value
  weighted,                 ///< weight * value
  difference,               ///< weight * (value - previous value)
  normalize,                ///< weight * (value - mean) / (1 + deviation), clipped
  normalize_difference,     ///< normalize on the differences
  subtract_moving_average,  ///< weight * (value - mean)
};

enum class Mode : std::uint8_t {
  standard,          ///< rows are learned as they come; time is reported, not used
  time_augmented,    ///< the time since the previous row is one more value of the row
  streaming_impute,  ///< rows missing in time are filled in
};

/// Where the value of a missing entry, or of a row missing in time, is taken from.
enum class ImputationMethod : std::uint8_t {
  previous,      ///< the row before
  zero,          ///< 0
  fixed_values,  ///< `fill_values`
  linear,        ///< on the line to the next row; as previous where there is no next row yet
  next,          ///< the next row; as previous where there is no next row yet
  forest,        ///< what the forest holds likely; as previous until the forest is ready
};

/// What happens to a row whose timestamp is not later than every timestamp before it.
enum class LatePolicy : std::uint8_t {
  learn,   ///< it counts as arriving now, with no time passed; the order of arrival is the order of the stream
  skip,    ///< it is neither scored nor learned, and its status says so
  refuse,  ///< InvalidArgument, before any row of the call is learned
};

/// Why a score above the threshold is no alert, or `none`.
enum class Correction : std::uint8_t {
  none,
  noise,                 ///< within the noise or the precision of the values
  anomaly_in_shingle,    ///< an echo of an anomaly reported before that is still part of the shingle
  conditional_forecast,  ///< enough of the sample lies that close, given the rest of the shingle (auto_adjust)
  forecast,              ///< near the expected value, or within what the caller asked to ignore
  data_drift,            ///< the same new behaviour goes on (auto_adjust)
  alert_once,            ///< the same run of anomalies was reported before (alert_once)
};

enum class RowStatus : std::uint8_t {
  warming_up,  ///< learned, but the forest gives no score yet
  scored,
  skipped,  ///< late (LatePolicy::skip)
};

[[nodiscard]] auto name_of(TransformMethod method) noexcept -> std::string_view;
[[nodiscard]] auto name_of(Mode mode) noexcept -> std::string_view;
[[nodiscard]] auto name_of(ImputationMethod method) noexcept -> std::string_view;
[[nodiscard]] auto name_of(LatePolicy policy) noexcept -> std::string_view;
[[nodiscard]] auto name_of(Correction correction) noexcept -> std::string_view;
[[nodiscard]] auto name_of(RowStatus status) noexcept -> std::string_view;

/// The inverse of name_of. Throw InvalidArgument that lists the names allowed.
[[nodiscard]] auto transform_from_name(std::string_view name) -> TransformMethod;
[[nodiscard]] auto mode_from_name(std::string_view name) -> Mode;
[[nodiscard]] auto imputation_from_name(std::string_view name) -> ImputationMethod;
[[nodiscard]] auto late_policy_from_name(std::string_view name) -> LatePolicy;

}  // namespace adcore

// What can be computed of the values of one bucket.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace adcore {

/// Every function skips missing values. "Empty" is what a bucket without any present value gives:
/// 0 for the functions that count or add up, missing (NaN) for all others.
enum class BucketFunction : std::uint8_t {
  sum,                        ///< compensated sum in arrival order; empty 0
  non_null_sum,               ///< the same sum; empty missing
  mean,                       ///< sum / number of values
  min,                        ///< smallest value
  max,                        ///< largest value
  value_count,                ///< number of values present; empty 0
  count,                      ///< number of rows, whether the value is present or not; empty 0
  variance,                   ///< population variance (Welford), 0 for a single value
  cardinality,                ///< number of distinct values, see distinct_counter.hpp; empty 0
  percentile,                 ///< see quantile_sketch.hpp; the median is percentile 50
  median_absolute_deviation,  ///< median of |value - median|, see quantile_sketch.hpp
  weighted_mean,              ///< sum(weight value) / sum(weight) over the rows that have both
};

inline constexpr std::uint8_t kNumberOfBucketFunctions = 12;

/// The name used in Python and in files: the enumerator's own.
[[nodiscard]] auto to_string(BucketFunction function) noexcept -> std::string_view;
/// The function of a name; also `avg` (mean), `varp` (variance) and `weighted_avg` (weighted_mean).
[[nodiscard]] auto bucket_function_from(std::string_view name) noexcept -> std::optional<BucketFunction>;
/// What a bucket without values gives: 0 or NaN.
[[nodiscard]] auto empty_value(BucketFunction function) noexcept -> double;

}  // namespace adcore

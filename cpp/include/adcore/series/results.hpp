// What goes into a SeriesModel and what comes out.
#pragma once

#include <cstdint>
#include <limits>

namespace adcore {

struct SeriesSample {
  /// ms since the epoch: the middle of the bucket for counts and sums, the mean time of the records otherwise.
  std::int64_t time = 0;
  /// Finite; beyond 1e16 all values are alike. Functions whose values start at 1 (non_zero_count, distinct_count, ...)
  /// are passed less 1.
  double value = 0;
  /// Records behind the value, for functions whose variance depends on it (mean, median, varp); 1 for all others.
  /// 0 says that the bucket is empty and counts as `value` (0 for count and sum): such samples lose weight where
  /// nearly all buckets are empty.
  double count = 1;
};

/// ln of the least normal double.
inline constexpr double kLeastLogProbability = -708.3964185322641;

/// How unusual a value is and why. Probabilities are natural logarithms, in [ln 2.2e-308, 0].
struct SeriesAssessment {
  /// Of the whole: single bucket, the last buckets together, their shape, and the shape of the anomaly.
  double log_probability = 0;
  double log_single = 0;
  /// NaN before 9 of the last 12 buckets have values, and where the samples are pooled.
  double log_multi = 0;
  /// NaN where the order of the buckets is not looked at, or little is known of it.
  double log_shape = std::numeric_limits<double>::quiet_NaN();
  /// -5 (this bucket alone) to 5 (the last buckets together); -5 where there is no log_multi.
  double multi_bucket_impact = -5;
  /// What the model expects; of several modes the one nearest to the value.
  double typical = 0;
  /// 95 % of values lie between `lower` and `upper`.
  double lower = 0;
  double median = 0;
  double upper = 0;
  /// Buckets that the present anomaly lasts, with this one; at least 1.
  int anomaly_length = 1;
  /// How many powers of ten the length and the size of the anomaly made it rarer (> 0) or more common (< 0).
  int characteristics_impact = 0;
  /// The variance at this time of day or week is above its mean.
  bool high_variance = false;
  /// Fewer records behind the value than usual.
  bool incomplete_bucket = false;
  /// The residuals have more than one mode.
  bool multimodal = false;
  /// The value lies above `typical`.
  bool above = false;
  /// What learn() needs to know besides: the two-sided p of the bucket as a normal deviate, below 0 for
  /// values below the median; the whole's ln p before it was calibrated; and that the value is as
  /// expected an hour before or after, as when the clocks change.
  double score = 0;
  double log_uncalibrated = 0;
  bool by_other_clock = false;
  /// What the window of the last buckets got from WindowShape; NaN where nothing.
  double unlikeness = std::numeric_limits<double>::quiet_NaN();
};

struct ForecastPoint {
  std::int64_t time = 0;  // start of the bucket, ms
  double lower = 0;       // 95 % of values lie between lower and upper
  double value = 0;
  double upper = 0;
};

}  // namespace adcore

// Two probabilities of one bucket, its own and that of the last buckets, as one.
#pragma once

namespace adcore {

/// ln p of two correlated ln p's, of which the second is of `buckets` buckets: their normal scores as a pair.
[[nodiscard]] auto combined_log_probability(double log_single, double log_multi, int buckets) noexcept -> double;

/// Which of the two makes an anomaly: -5 the single bucket, 5 the last buckets together.
[[nodiscard]] auto multi_bucket_impact(double log_single, double log_multi) noexcept -> double;

}  // namespace adcore

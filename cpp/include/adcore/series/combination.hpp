// Two probabilities of one bucket, its own and that of the last buckets, as one.
#pragma once

namespace adcore {

/// How the normal scores of a bucket and of the last `buckets` buckets go along with each other.
[[nodiscard]] auto correlation_with_mean(int buckets) noexcept -> double;

/// ln p of two ln p's whose normal scores have this correlation, as a pair.
[[nodiscard]] auto combined_log_probability(double log_a, double log_b, double correlation) noexcept -> double;

/// Which of the two makes an anomaly: -5 the single bucket, 5 the last buckets together.
[[nodiscard]] auto multi_bucket_impact(double log_single, double log_multi) noexcept -> double;

}  // namespace adcore

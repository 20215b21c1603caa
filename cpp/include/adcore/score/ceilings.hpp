// The four ceilings under which a raw score becomes a score of 0 to 100. See docs/scoring.md.
#pragma once

namespace adcore {

/// Scores near the usual one are noise. Off (100 or more) where at least half of all scores are 0.
[[nodiscard]] auto noise_ceiling(double raw_score, double median, double fraction_of_zeros) noexcept -> double;

/// Few scores may be high: by the fraction of earlier scores that were lower. Of `count` scores the fraction is known
/// only so well, and the mean over its 15 % and 85 % quantiles counts: what keeps young jobs quiet.
[[nodiscard]] auto rank_ceiling(double count, double lower) noexcept -> double;

/// The part of rank_ceiling() that is a convention: percentiles to scores, by straight lines.
[[nodiscard]] auto score_of_percentile(double percentile) noexcept -> double;

/// Relative to the largest score of the scope.
[[nodiscard]] auto largest_ceiling(double ratio) noexcept -> double;

/// What a probability is worth anywhere: 5 at 0.05, 100 from 1e-4 down.
[[nodiscard]] auto absolute_ceiling(double log_probability) noexcept -> double;

}  // namespace adcore

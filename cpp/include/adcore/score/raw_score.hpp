// From a probability to a score that people can add and compare, and back.
#pragma once

namespace adcore {

/// Probabilities from here up say nothing at all.
inline constexpr double kLogInsignificant = -2.995732273553991;  // ln 0.05
/// Only probabilities below this one reach results and scores of 0 to 100.
inline constexpr double kLogReported = -3.3524072174927233;  // ln 0.035
/// From here down the absolute ceiling of a score is 100.
inline constexpr double kLogHighlyUnusual = -9.210340371976182;  // ln 1e-4
/// The least normal double: what probabilities are cut at where they leave log space.
inline constexpr double kLogLeast = -708.3964185322641;  // ln 2.2250738585072014e-308

/// 0 for p >= 0.05, from there rising with falling p: as 1 / p up to 1 at p = 1e-4, then as ln p up to 50 at p = 1e-50
/// and 100 at p = 2.2e-308. Continuous and monotone.
[[nodiscard]] auto raw_score(double log_probability) noexcept -> double;

/// raw_score(), but 0 for what is not reported.
[[nodiscard]] inline auto reported_score(double log_probability) noexcept -> double {
  return log_probability > kLogReported ? 0.0 : raw_score(log_probability);
}

/// The inverse, for scores of 0 to 100; ln 0.525, in the middle of what it may be, for 0.
[[nodiscard]] auto log_probability_of_raw_score(double score) noexcept -> double;

}  // namespace adcore

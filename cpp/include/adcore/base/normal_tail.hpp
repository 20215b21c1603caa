// Tails of the standard normal distribution, and their inverse, in log space.
#pragma once

namespace adcore {

/// ln(1 - Phi(z)), any z.
[[nodiscard]] auto log_normal_upper_tail(double z) noexcept -> double;

/// The z with ln(1 - Phi(z)) = log_tail, log_tail <= 0: +inf for -inf, -inf for 0.
[[nodiscard]] auto normal_quantile_of_log_tail(double log_tail) noexcept -> double;

}  // namespace adcore

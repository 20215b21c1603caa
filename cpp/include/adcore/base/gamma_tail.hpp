// Tails of the gamma distribution (the regularised incomplete gamma functions) in log space.
#pragma once

namespace adcore {

/// ln Q(a, x), a > 0, x >= 0.
[[nodiscard]] auto log_gamma_upper_tail(double a, double x) noexcept -> double;

/// ln P(a, x), a > 0, x >= 0.
[[nodiscard]] auto log_gamma_lower_tail(double a, double x) noexcept -> double;

}  // namespace adcore

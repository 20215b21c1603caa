// Tails of the beta distribution (the regularised incomplete beta function) in log space: those of Student's t, the
// binomial and the negative binomial are special cases.
#pragma once

namespace adcore {

/// ln I_x(a, b), a > 0, b > 0, 0 <= x <= 1.
[[nodiscard]] auto log_beta_lower_tail(double a, double b, double x) noexcept -> double;

/// The same where y = 1 - x is known better than the subtraction would make it: next to x = 1 all depends on y. The
/// upper tail is log_beta_lower_tail(b, a, y, x).
[[nodiscard]] auto log_beta_lower_tail(double a, double b, double x, double y) noexcept -> double;

}  // namespace adcore

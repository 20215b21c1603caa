// The logarithm of the gamma function: the same digits on every machine, and no global sign as std::lgamma has.
#pragma once

namespace adcore {

inline constexpr double kLogTwoPi = 1.8378770664093455;

/// ln Gamma(x), x > 0. Exact to some 1e-15 of itself, also next to its zeros at 1 and 2.
[[nodiscard]] auto log_gamma(double x) noexcept -> double;

/// ln Gamma(1 + a), |a| <= 1/2, without rounding 1 + a.
[[nodiscard]] auto log_gamma_1p(double a) noexcept -> double;

/// ln Gamma(x) - ((x - 1/2) ln x - x + ln(2 pi) / 2), x > 0: what Stirling's formula lacks. Where the large terms of
/// several gamma functions cancel, only these are left.
[[nodiscard]] auto stirling_error(double x) noexcept -> double;

}  // namespace adcore

// Arithmetic on probabilities that are known by their logarithm, where the probability itself would underflow.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

namespace adcore {

/// ln(1 - e^log_x), log_x <= 0. Above -ln 2 the difference is formed by expm1, below by log1p (Maechler, "Accurately
/// computing log(1 - exp(-|a|))", 2012): each is exact where the other loses digits.
[[nodiscard]] inline auto log_one_minus_exp(double log_x) noexcept -> double {
  return log_x > -std::numbers::ln2 ? std::log(-std::expm1(log_x)) : std::log1p(-std::exp(log_x));
}

/// ln(e^a + e^b).
[[nodiscard]] inline auto log_add_exp(double a, double b) noexcept -> double {
  const double larger = std::max(a, b);
  if (std::isinf(larger)) return larger;
  return larger + std::log1p(std::exp(std::min(a, b) - larger));
}

/// ln(1 + v) - v is of second order in a small v; v - ln(1 + v), v > -1, without losing it.
[[nodiscard]] auto log1p_remainder(double v) noexcept -> double;

/// e^v - 1 - v, likewise.
[[nodiscard]] auto expm1_remainder(double v) noexcept -> double;

}  // namespace adcore

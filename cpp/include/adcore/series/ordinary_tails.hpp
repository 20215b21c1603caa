// Tails as normal deviates, for values that are nothing special: nine of ten need no more than three digits of their
// probability, and get them in a tenth of the time.
#pragma once

#include <cmath>

namespace adcore {

/// Beyond this deviate (p about 1e-3) the exact tail is worth its time.
inline constexpr double kOrdinaryScore = 3;

/// z with P(Y >= y) = 1 - Phi(z) for Y of gamma distribution with this shape, at least kOrdinaryShape.
/// Barndorff-Nielsen, "Approximate interval probabilities", 1990.
inline constexpr double kOrdinaryShape = 16;
[[nodiscard]] inline auto gamma_score(double shape, double y) noexcept -> double {
  const double root = std::sqrt(shape);
  const double off = (y - shape) / shape;
  if (std::abs(off) * root < 0.01) return off * root + 1 / (3 * root);
  const double w = std::copysign(std::sqrt(2 * shape * (off - std::log1p(off))), off);
  return w + std::log(off * root / w) / w;
}

/// z with P(X <= x) = Phi(z) for a negative binomial X with this size and `share` = mean / (mean + size). Peizer and
/// Pratt, "A normal approximation for binomial, F, beta and other common, related tail probabilities", 1968.
[[nodiscard]] auto negative_binomial_score(double x, double size, double share) noexcept -> double;

}  // namespace adcore

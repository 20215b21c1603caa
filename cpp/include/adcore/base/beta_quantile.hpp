// Quantiles of the beta distribution.
#pragma once

namespace adcore {

/// The x with I_x(a, b) = probability, a > 0, b > 0, 0 <= probability <= 1; to some 1e-12 of itself.
[[nodiscard]] auto beta_quantile(double a, double b, double probability) noexcept -> double;

}  // namespace adcore

#include "adcore/base/log_space.hpp"

namespace adcore {

auto log1p_remainder(double v) noexcept -> double {
  if (v > 0.5 || v < -0.4) return v - std::log1p(v);
  // ln(1 + v) = 2 artanh(r), r = v / (2 + v), and v - 2 r = r v; what is left of the series is of third order.
  const double r = v / (2.0 + v);
  const double square = r * r;
  double sum = 0.0;
  for (int k = 29; k >= 3; k -= 2) sum = sum * square + 1.0 / k;
  return r * (v - 2.0 * square * sum);
}

auto expm1_remainder(double v) noexcept -> double {
  if (std::abs(v) > 0.5) return std::expm1(v) - v;
  double sum = 1.0;  // v^2 / 2 (1 + v / 3 (1 + v / 4 (1 + ...)))
  for (int k = 16; k >= 3; --k) sum = 1.0 + v / k * sum;
  return 0.5 * v * v * sum;
}

}  // namespace adcore

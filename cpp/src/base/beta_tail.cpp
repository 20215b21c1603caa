#include "adcore/base/beta_tail.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/base/log_gamma.hpp"
#include "adcore/base/log_space.hpp"
#include "base/tail_integral.hpp"

namespace adcore {

namespace {

/// From this first parameter on, the fraction near the mean grows long and the integral takes over.
constexpr double kLargeParameter = 100.0;

/// a (v - ln(1 + v)) for 1 + v = ratio.
auto fall_of(double a, double v, double ratio) noexcept -> double {
  return a * (v < -0.4 ? v - std::log(ratio) : log1p_remainder(v));
}

/// ln(x^a y^b / B(a, b)). The large terms of the powers and of the gamma functions cancel; what is left is how far
/// (x, y) lies from the mean (a, b) / (a + b), and the errors of Stirling's formula.
auto log_height(double a, double b, double x, double y) noexcept -> double {
  const double n = a + b;
  const double away = x * b - y * a;
  const double fall = fall_of(a, away / a, x * (n / a)) + fall_of(b, -away / b, y * (n / b));
  return 0.5 * (std::log(a) + std::log(b / n) - kLogTwoPi) + stirling_error(n) - stirling_error(a) - stirling_error(b) -
         fall;
}

/// Abramowitz and Stegun 26.5.8 by the method of Lentz.
auto tail_by_fraction(double a, double b, double x, double y) noexcept -> double {
  double c = 1.0;
  double d = 1.0 / (1.0 - (a + b) * x / (a + 1.0));
  double fraction = d;
  const auto step = [&](double numerator) {
    d = 1.0 / (1.0 + numerator * d);
    c = 1.0 + numerator / c;
    fraction *= c * d;
  };
  for (int m = 1; m < 100'000; ++m) {
    const double even = a + 2.0 * m;
    step(m * (b - m) * x / ((even - 1.0) * even));
    const double before = fraction;
    step(-(a + m) * (a + b + m) * x / (even * (even + 1.0)));
    if (std::abs(fraction - before) < kTailPrecision * fraction) break;
  }
  return log_height(a, b, x, y) - std::log(a) + std::log(fraction);
}

/// In u = ln(x / t) the integrand is e^(-a u) (1 + z)^(b - 1), z = (1 - e^-u) x / y. It is smooth, and its sums do not
/// grow with a and b.
auto tail_by_integral(double a, double b, double x, double y) noexcept -> double {
  const double odds = x / y;
  const double slope = a - (b - 1.0) * odds;
  const auto fall = [=](double u) {
    const double bend = expm1_remainder(-u);
    return -slope * u - (b - 1.0) * (odds * bend + log1p_remainder(odds * (u - bend)));
  };
  const double reach = parabola_reach(slope, std::max(b - 1.0, 0.0) * odds * (1.0 + odds));
  return log_height(a, b, x, y) - std::log(y) + std::log(tail_integral(reach, fall));
}

/// For x at or below the mean, more or less: where the tail is not larger than what it leaves.
auto direct_tail(double a, double b, double x, double y) noexcept -> double {
  return a >= kLargeParameter ? tail_by_integral(a, b, x, y) : tail_by_fraction(a, b, x, y);
}

}  // namespace

auto log_beta_lower_tail(double a, double b, double x, double y) noexcept -> double {
  if (x <= 0.0) return -kInfinity;
  if (y <= 0.0) return 0.0;
  // The mean; with a parameter below 1 the density has a pole, and the middle of the digits lies further in.
  const double middle = std::min(a, b) < 1.0 ? (a + 1.0) / (a + b + 2.0) : a / (a + b);
  return x <= middle ? direct_tail(a, b, x, y) : log_one_minus_exp(direct_tail(b, a, y, x));
}

auto log_beta_lower_tail(double a, double b, double x) noexcept -> double {
  return log_beta_lower_tail(a, b, x, 1.0 - x);
}

}  // namespace adcore

#include "adcore/base/gamma_tail.hpp"

#include <cmath>

#include "adcore/base/log_gamma.hpp"
#include "adcore/base/log_space.hpp"
#include "base/tail_integral.hpp"

namespace adcore {

namespace {

/// From this shape on, sums near the mean grow long and the integral takes over.
constexpr double kLargeShape = 100.0;

/// ln(x^a e^-x / Gamma(a)). For a large shape a ln x - x and ln Gamma(a) cancel; what is left is
/// -a (v - ln(1 + v)), v = x / a - 1.
auto log_height(double a, double x) noexcept -> double {
  if (a < 10.0) return a * std::log(x) - x - log_gamma(a);
  const double v = (x - a) / a;
  const double fall = v < -0.4 ? v - std::log(x / a) : log1p_remainder(v);
  return -a * fall + 0.5 * (std::log(a) - kLogTwoPi) - stirling_error(a);
}

/// Abramowitz and Stegun 6.5.29, for x < a + 1.
auto lower_by_series(double a, double x) noexcept -> double {
  double term = 1.0;
  double sum = 1.0;
  for (int n = 1; term > kTailPrecision * sum; ++n) {
    term *= x / (a + n);
    sum += term;
  }
  return log_height(a, x) - std::log(a) + std::log(sum);
}

/// Abramowitz and Stegun 6.5.31, contracted, by the method of Lentz; for x >= a + 1.
auto upper_by_fraction(double a, double x) noexcept -> double {
  double b = x + 1.0 - a;
  double c = kInfinity;
  double d = 1.0 / b;
  double fraction = d;
  for (int n = 1; n < 10'000; ++n) {
    const double numerator = -n * (n - a);
    b += 2.0;
    d = 1.0 / (numerator * d + b);
    c = b + numerator / c;
    fraction *= c * d;
    if (std::abs(c * d - 1.0) < kTailPrecision) break;
  }
  return log_height(a, x) + std::log(fraction);
}

/// ln Q for a < 1 and x < a + 1, where P may be so near 1 that 1 - P has no digits:
/// Q = 1 - x^a / Gamma(1 + a) (1 + a S), S = sum over n >= 1 of (-x)^n / ((a + n) n!).
auto upper_by_difference(double a, double x) noexcept -> double {
  double power = 1.0;
  double sum = 0.0;
  for (int n = 1; n < 40; ++n) {
    power *= -x / n;
    sum += power / (a + n);
  }
  const double log_factor = a * std::log(x) - (a <= 0.5 ? log_gamma_1p(a) : log_gamma(1.0 + a));
  return std::log(-std::expm1(log_factor) - a * std::exp(log_factor) * sum);
}

/// ln P below the mean, and ln Q above: in u = |ln(t / x)| both integrands are e^(-|x - a| u) times e^(-x r(u)), r
/// being what e^u leaves beyond 1 + u. It is smooth, and its sums do not grow with the shape.
auto tail_by_integral(double a, double x) noexcept -> double {
  const double slope = std::abs(x - a);
  const double sign = x < a ? -1.0 : 1.0;
  const auto fall = [=](double u) { return -slope * u - x * expm1_remainder(sign * u); };
  return log_height(a, x) + std::log(tail_integral(parabola_reach(slope, x), fall));
}

/// The logarithm of one tail, and which one it is: the one that is computed without a difference.
struct Tail {
  double log;
  bool is_upper;
};

auto direct_tail(double a, double x) noexcept -> Tail {
  if (a >= kLargeShape) return {tail_by_integral(a, x), x >= a};
  if (x >= a + 1.0) return {upper_by_fraction(a, x), true};
  const double lower = lower_by_series(a, x);
  return a < 1.0 && lower > -0.7 ? Tail{upper_by_difference(a, x), true} : Tail{lower, false};
}

}  // namespace

auto log_gamma_upper_tail(double a, double x) noexcept -> double {
  if (x <= 0.0) return 0.0;
  if (std::isinf(x)) return -kInfinity;
  const Tail tail = direct_tail(a, x);
  return tail.is_upper ? tail.log : log_one_minus_exp(tail.log);
}

auto log_gamma_lower_tail(double a, double x) noexcept -> double {
  if (x <= 0.0) return -kInfinity;
  if (std::isinf(x)) return 0.0;
  const Tail tail = direct_tail(a, x);
  return tail.is_upper ? log_one_minus_exp(tail.log) : tail.log;
}

}  // namespace adcore

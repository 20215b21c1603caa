#include "adcore/base/normal_tail.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>

#include "adcore/base/log_gamma.hpp"
#include "adcore/base/log_space.hpp"

namespace adcore {

namespace {

constexpr double kLogTwo = std::numbers::ln2;
constexpr double kSqrtHalf = 1.0 / std::numbers::sqrt2;
/// Beyond it the tail is taken from the continued fraction; erfc underflows at 37.
constexpr double kFar = 25.0;

/// (1 - Phi(z)) / phi(z) for z >= kFar: 1 / (z + 1 / (z + 2 / (z + ...))).
auto mills_ratio(double z) noexcept -> double {
  double fraction = z;
  for (int k = 12; k >= 1; --k) fraction = z + k / fraction;
  return 1.0 / fraction;
}

// Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988): three
// quotients of polynomials, in 0.425^2 - q^2 for tails of 1/2 - q >= 0.075, else in r = sqrt(-ln tail). That r is all
// it needs of the tail is what makes it fit for log space. Coefficients from the highest power down.
struct Quotient {
  double above[8];
  double below[8];
};

constexpr Quotient kCentre{{2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
                            13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608},
                           {5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
                            5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0}};
constexpr Quotient kNear{
    {7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734},
    {1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0}};
constexpr Quotient kTail{
    {2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772},
    {2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0}};

auto evaluate(const Quotient& quotient, double r) noexcept -> double {
  double above = quotient.above[0];
  double below = quotient.below[0];
  for (std::size_t k = 1; k < 8; ++k) {
    above = above * r + quotient.above[k];
    below = below * r + quotient.below[k];
  }
  return above / below;
}

/// Newton's steps on ln(1 - Phi(z)), whose slope is -1 / Mills' ratio.
auto far_quantile(double log_tail) noexcept -> double {
  double z = std::sqrt(-2.0 * log_tail);
  for (int step = 0; step < 4; ++step) z += (log_normal_upper_tail(z) - log_tail) * mills_ratio(z);
  return z;
}

/// For tails of at most 1/2.
auto upper_quantile(double log_tail) noexcept -> double {
  if (std::isinf(log_tail)) return std::numeric_limits<double>::infinity();
  const double q = -0.5 * std::expm1(log_tail + kLogTwo);
  if (q <= 0.425) return q * evaluate(kCentre, 0.180625 - q * q);
  const double r = std::sqrt(-log_tail);
  if (r <= 5.0) return evaluate(kNear, r - 1.6);
  if (r <= 27.0) return evaluate(kTail, r - 5.0);
  return far_quantile(log_tail);
}

}  // namespace

auto log_normal_upper_tail(double z) noexcept -> double {
  if (z < 0.0) return std::log1p(-0.5 * std::erfc(-z * kSqrtHalf));
  if (z < kFar) return std::log(0.5 * std::erfc(z * kSqrtHalf));
  return -0.5 * z * z - kLogTwoPi / 2 + std::log(mills_ratio(z));
}

auto normal_quantile_of_log_tail(double log_tail) noexcept -> double {
  return log_tail <= -kLogTwo ? upper_quantile(log_tail) : -upper_quantile(log_one_minus_exp(log_tail));
}

}  // namespace adcore

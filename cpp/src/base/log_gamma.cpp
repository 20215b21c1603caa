#include "adcore/base/log_gamma.hpp"

#include <cmath>
#include <numbers>

namespace adcore {

namespace {

constexpr double kEuler = std::numbers::egamma;
/// From here on the asymptotic series below is exact to the last digit.
constexpr double kAsymptotic = 10.0;

/// zeta(k) - 1 for k = 2, 3, ...
constexpr double kZetaLessOne[] = {
    0.644934066848226436,    0.202056903159594285,    0.0823232337111381915,   0.0369277551433699263,
    0.0173430619844491397,   0.00834927738192282684,  0.00407735619794433938,  0.00200839282608221442,
    0.000994575127818085337, 0.000494188604119464559, 0.000246086553308048299, 0.000122713347578489147,
    6.12481350587048293e-5,  3.05882363070204936e-5,  1.52822594086518717e-5,  7.63719763789976227e-6,
    3.81729326499983986e-6,  1.90821271655393893e-6,  9.53962033872796113e-7,  4.76932986787806463e-7,
    2.3845050272773299e-7,   1.19219925965311073e-7,  5.96081890512594796e-8,  2.98035035146522802e-8,
    1.49015548283650412e-8,  7.45071178983542949e-9,
};

/// Bernoulli numbers B(2k) / (2k (2k - 1)).
constexpr double kStirling[] = {1.0 / 12.0,   -1.0 / 360.0,      1.0 / 1260.0, -1.0 / 1680.0,
                                1.0 / 1188.0, -691.0 / 360360.0, 1.0 / 156.0};

auto leading_terms(double x) noexcept -> double { return (x - 0.5) * std::log(x) - x + kLogTwoPi / 2; }

auto asymptotic_error(double x) noexcept -> double {
  const double inverse_square = 1.0 / (x * x);
  double sum = 0.0;
  for (int k = 6; k >= 0; --k) sum = sum * inverse_square + kStirling[k];
  return sum / x;
}

}  // namespace

auto log_gamma_1p(double a) noexcept -> double {
  // Abramowitz and Stegun 6.1.33: the terms fall like (a / 2)^k.
  double sum = 0.0;
  for (int k = 27; k >= 2; --k) sum = kZetaLessOne[k - 2] / k - a * sum;
  return -std::log1p(a) + a * (1.0 - kEuler + a * sum);
}

auto log_gamma(double x) noexcept -> double {
  if (x <= 0.5) return log_gamma_1p(x) - std::log(x);
  if (x <= 1.5) return log_gamma_1p(x - 1.0);
  if (x <= 2.5) return log_gamma_1p(x - 2.0) + std::log1p(x - 2.0);
  double product = 1.0;
  while (x < kAsymptotic) {
    product *= x;
    x += 1.0;
  }
  return leading_terms(x) + asymptotic_error(x) - std::log(product);
}

auto stirling_error(double x) noexcept -> double {
  return x < kAsymptotic ? log_gamma(x) - leading_terms(x) : asymptotic_error(x);
}

}  // namespace adcore

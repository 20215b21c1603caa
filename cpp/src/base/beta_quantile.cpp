#include "adcore/base/beta_quantile.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/base/beta_tail.hpp"
#include "adcore/base/log_gamma.hpp"
#include "adcore/base/normal_tail.hpp"

namespace adcore {

namespace {

constexpr int kMostSteps = 200;
/// Of a step: steps square the error, so that less than 1e-13 is left after one as small.
constexpr double kLastStep = 1e-7;

/// Abramowitz and Stegun 26.5.22 for parameters above 1; below, where ln I_x is a line in ln x, that line.
auto first_guess(double a, double b, double log_probability, double log_beta) noexcept -> double {
  if (a <= 1.0 || b <= 1.0) return std::min((log_probability + std::log(a) + log_beta) / a, std::log(a / (a + b)));
  const double z = normal_quantile_of_log_tail(log_probability);
  const double p = 1.0 / (2.0 * a - 1.0);
  const double q = 1.0 / (2.0 * b - 1.0);
  const double h = 2.0 / (p + q);
  const double lambda = (z * z - 3.0) / 6.0;
  const double w = z * std::sqrt(std::max(h + lambda, 0.0)) / h - (q - p) * (lambda + 5.0 / 6.0 - 2.0 / (3.0 * h));
  return -std::log1p(b / a * std::exp(2.0 * w));
}

/// Newton's steps on ln I_x as a function of ln x, which is a line for small x; a step that leaves what is known to
/// hold the quantile is replaced by halving. For quantiles below 1/2 or so, where x has all its digits.
auto lower_quantile(double a, double b, double probability) noexcept -> double {
  const double log_probability = std::log(probability);
  const double log_beta = log_gamma(a) + log_gamma(b) - log_gamma(a + b);
  double low = -745.0;
  double high = 0.0;
  double log_x = first_guess(a, b, log_probability, log_beta);
  for (int step = 0; step < kMostSteps; ++step) {
    log_x = log_x > low && log_x < high ? log_x : 0.5 * (low + high);
    const double x = std::exp(log_x);
    const double y = -std::expm1(log_x);
    const double log_tail = log_beta_lower_tail(a, b, x, y);
    (log_tail < log_probability ? low : high) = log_x;
    const double slope = std::exp(a * log_x + (b - 1.0) * std::log(y) - log_beta - log_tail);
    const double change = (log_probability - log_tail) / slope;
    log_x += change;
    if (std::abs(change) < kLastStep || high - low < 1e-15) break;
  }
  return std::exp(std::clamp(log_x, low, high));
}

}  // namespace

auto beta_quantile(double a, double b, double probability) noexcept -> double {
  if (probability <= 0.0) return 0.0;
  if (probability >= 1.0) return 1.0;
  const double middle = 0.5;
  const bool is_lower = std::log(probability) <= log_beta_lower_tail(a, b, middle, middle);
  return is_lower ? lower_quantile(a, b, probability) : 1.0 - lower_quantile(b, a, 1.0 - probability);
}

}  // namespace adcore

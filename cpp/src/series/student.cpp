#include "adcore/series/student.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "adcore/base/beta_tail.hpp"
#include "adcore/base/log_space.hpp"
#include "adcore/base/normal_tail.hpp"

namespace adcore {

namespace {

constexpr double kLogOfPi = 1.1447298858494002;
// Below it the tail is made exactly; above it nobody asks for more than six digits.
constexpr double kOrdinaryLogTail = -7;
constexpr double kFreedomForNormalScore = 12;

// A normal deviate with nearly the same tail: G. W. Hill, "Algorithm 395: Student's t-distribution", 1970.
auto normal_score(double t, double freedom) noexcept -> double {
  const double a = freedom - 0.5;
  const double b = 48 * a * a;
  const double y = a * std::log1p(t * t / freedom);
  const double correction = (((-0.4 * y - 3.3) * y - 24) * y - 85.5) / (0.8 * y * y + 100 + b);
  return std::copysign((((correction + y + 3) / b) + 1) * std::sqrt(y), t);
}

auto exact_upper_tail(double t, double freedom) noexcept -> double {
  const double square = t * t;
  const double total = freedom + square;
  const double log_half_tail =
      log_beta_lower_tail(freedom / 2, 0.5, freedom / total, square / total) - std::numbers::ln2;
  return t >= 0 ? log_half_tail : log_one_minus_exp(log_half_tail);
}

// ln Gamma(v + 1/2) - ln Gamma(v).
auto log_gamma_half_step(double v) noexcept -> double {
  const double inverse = 1 / v;
  return 0.5 * std::log(v) - inverse / 8 + inverse * inverse * inverse / 192;
}

}  // namespace

auto log_student_upper_tail(double t, double freedom) noexcept -> double {
  if (freedom >= kFreedomForNormalScore) {
    const double ordinary = log_normal_upper_tail(normal_score(t, freedom));
    if (ordinary > kOrdinaryLogTail) return ordinary;
  }
  return exact_upper_tail(t, freedom);
}

auto log_student_density(double t, double freedom) noexcept -> double {
  return log_gamma_half_step(freedom / 2) - 0.5 * (std::log(freedom) + kLogOfPi) -
         (freedom + 1) / 2 * std::log1p(t * t / freedom);
}

auto student_tails(double t, double freedom) noexcept -> LogTails {
  const double far = log_student_upper_tail(std::abs(t), freedom);
  const double near = log_one_minus_exp(far);
  return {t < 0 ? far : near, t < 0 ? near : far, std::min(0.0, far + std::numbers::ln2)};
}

auto log_student4_upper_tail(double t) noexcept -> double {
  const double root = std::sqrt(4 + t * t);
  if (t < 0) return log_one_minus_exp(log_student4_upper_tail(-t));
  const double rest = 4 / (root * (root + t));  // 1 - t / root
  return 2 * std::log(rest / 2) + std::log(3 - rest);
}

auto Student::log_density(double value) const noexcept -> double {
  return log_student_density(score(value), freedom) - std::log(deviation);
}

auto Student::half_of_95_percent() const noexcept -> double {
  // Cornish and Fisher's first terms; few degrees of freedom are held to what they say of two.
  constexpr double kSquare = kScoreOf95Percent * kScoreOf95Percent;
  const double inverse = 1 / std::max(freedom, 2.0);
  const double wider = 1 + inverse * ((kSquare + 1) / 4 + inverse * ((5 * kSquare + 16) * kSquare + 3) / 96);
  return deviation * kScoreOf95Percent * wider;
}

auto predictive(const FadingMoments& moments, double factor, double resolution) noexcept -> Student {
  // One value is no variance: half a degree of freedom is left for the first two.
  const double count = moments.count;
  const double freedom = std::max(count - 1, 0.5);
  const double variance = moments.variance * (count / freedom) * (factor + 1 / std::max(count, 1.0));
  return {moments.mean, std::sqrt(variance + resolution * resolution), freedom};
}

}  // namespace adcore

#include "adcore/series/ratio_families.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/base/beta_tail.hpp"
#include "adcore/base/gamma_tail.hpp"
#include "adcore/base/log_gamma.hpp"
#include "adcore/base/log_space.hpp"
#include "adcore/base/normal_tail.hpp"
#include "adcore/series/ordinary_tails.hpp"

namespace adcore {

namespace {

// With fewer values the doubt about the mean shows in the tails.
constexpr double kEnough = 100;
constexpr double kFew = 30;
// Moments tell the shape better than their rounded logarithms do.
constexpr double kSmallVariance = 1e-3;
constexpr double kMostShape = 1e8;

// The shape whose ln(mean) - mean(ln) is `gap`: Minka, "Estimating a Gamma distribution", 2002.
auto shape_of_gap(double gap) noexcept -> double {
  return (3 - gap + std::sqrt((gap - 3) * (gap - 3) + 24 * gap)) / (12 * gap);
}

// Both tails at `scaled` = value * shape / mean, the mean being known from `count` values.
auto exact_upper_tail(double shape, double count, double scaled) noexcept -> double {
  if (count >= kEnough) return log_gamma_upper_tail(shape, scaled);
  const double known = count * shape;
  return log_beta_lower_tail(known, shape, known / (known + scaled), scaled / (known + scaled));
}
auto exact_lower_tail(double shape, double count, double scaled) noexcept -> double {
  if (count >= kEnough) return log_gamma_lower_tail(shape, scaled);
  const double known = count * shape;
  return log_beta_lower_tail(shape, known, scaled / (known + scaled), known / (known + scaled));
}

// A normal deviate where one will do, else NaN. Doubt about the mean makes the shape that much smaller.
auto score_of(double shape, double count, double scaled, double most) noexcept -> double {
  if (shape < kOrdinaryShape || count < kFew) return NAN;
  const double known = count / (count + 1);
  const double score = gamma_score(shape * known, scaled * known);
  return std::abs(score) < most ? score : NAN;
}
auto upper_tail(double shape, double count, double scaled, double most = kOrdinaryScore) noexcept -> double {
  const double score = score_of(shape, count, scaled, most);
  return std::isnan(score) ? exact_upper_tail(shape, count, scaled) : log_normal_upper_tail(score);
}
auto lower_tail(double shape, double count, double scaled, double most = kOrdinaryScore) noexcept -> double {
  const double score = score_of(shape, count, scaled, most);
  return std::isnan(score) ? exact_lower_tail(shape, count, scaled) : log_normal_upper_tail(-score);
}

}  // namespace

auto gamma_quantiles(double mean, double shape) noexcept -> Quantiles {
  const double ninth = 1 / (9 * shape);
  const double step = kScoreOf95Percent * std::sqrt(ninth);
  const auto cube = [&](double root) { return root > 0 ? mean * root * root * root : 0; };
  return {cube(1 - ninth - step), cube(1 - ninth), cube(1 - ninth + step)};
}

auto mirrored_ratio(double ratio) noexcept -> double {
  // ratio - ln(ratio) is the same on either side; Newton in the logarithm.
  const double height = ratio - std::log(ratio);
  const double step = std::sqrt(2 * std::max(height - 1, 0.0));
  double log_other = ratio > 1 ? -std::max(step + step * step / 6, height - 1) : std::log1p(step + step * step / 3);
  for (int i = 0; i < 4; ++i) {
    const double other = std::exp(log_other);
    const double slope = other - 1;
    if (std::abs(slope) < 1e-9) break;
    log_other -= (other - log_other - height) / slope;
  }
  return std::exp(log_other);
}

auto RatioFamilies::log_student(const Residual& r) const noexcept -> Student {
  return predictive(logs_, r.count_factor, r.resolution / r.base());
}

auto RatioFamilies::log_normal_density(const Residual& r) const noexcept -> double {
  return log_student(r).log_density(std::log(r.ratio())) - std::log(r.value + r.offset);
}

auto RatioFamilies::log_normal_tails(const Residual& r) const noexcept -> LogTails {
  const auto student = log_student(r);
  const double t = student.score(std::log(r.ratio()));
  auto tails = student_tails(t, student.freedom);
  // The density of the value itself peaks one variance below the median of the logarithm.
  const double other = -t - 2 * student.deviation;
  const bool above = t > -student.deviation;
  const double far =
      above ? log_student_upper_tail(-other, student.freedom) : log_student_upper_tail(other, student.freedom);
  tails.both = std::min(0.0, log_add_exp(above ? tails.upper : tails.lower, far));
  return tails;
}

auto RatioFamilies::log_normal_quantiles(const Residual& r) const noexcept -> Quantiles {
  const auto student = log_student(r);
  const double median = r.base() * std::exp(student.centre);
  const double factor = std::exp(student.half_of_95_percent());
  return {median / factor - r.offset, median - r.offset, median * factor - r.offset};
}

auto RatioFamilies::shape(const Residual& r) const noexcept -> double {
  const double resolution = r.resolution / r.base();
  const double doubt = 1 + 2 / std::max(logs_.count - 1.0, 0.5);  // a shape from few values is a guess
  const double variance = logs_.variance * doubt + resolution * resolution;
  const double gap = variance < kSmallVariance
                         ? variance / 2
                         : std::max((std::log(mean_or_one()) - logs_.mean) * doubt, kSmallVariance / 2);
  return std::min(shape_of_gap(gap) / r.count_factor, kMostShape);
}

auto RatioFamilies::gamma_density(const Residual& r) const noexcept -> double {
  const double a = shape(r);
  const double scaled = a * r.ratio() / mean_or_one();
  return a * std::log(scaled) - scaled - log_gamma(a) - std::log(r.value + r.offset);
}

auto RatioFamilies::gamma_tails(const Residual& r) const noexcept -> LogTails {
  const double a = shape(r);
  const double scaled = a * r.ratio() / mean_or_one();
  const double count = logs_.count;
  const bool above = scaled > a;
  const double far = above ? upper_tail(a, count, scaled) : lower_tail(a, count, scaled);
  const double near = log_one_minus_exp(far);
  LogTails tails{above ? near : far, above ? far : near, 0};
  if (a <= 1) {  // the density only falls
    tails.both = tails.upper;
    return tails;
  }
  const double mode = a - 1;
  const double other = mode * mirrored_ratio(scaled / mode);
  const double rest = scaled > mode ? lower_tail(a, count, other, LogTails::kOtherSide)
                                    : upper_tail(a, count, other, LogTails::kOtherSide);
  tails.both = std::min(0.0, log_add_exp(scaled > mode ? tails.upper : tails.lower, rest));
  return tails;
}

auto RatioFamilies::gamma_quantiles(const Residual& r) const noexcept -> Quantiles {
  const auto found = adcore::gamma_quantiles(r.base() * mean_or_one(), shape(r));
  return {found.lower - r.offset, found.median - r.offset, found.upper - r.offset};
}

void RatioFamilies::learn(const Residual& r, double weight, double kept) noexcept {
  const double ratio = r.ratio();
  logs_.learn(std::log(ratio), weight, kept);
  mean_ += static_cast<float>(weight / logs_.count * (ratio - mean_));
}

}  // namespace adcore

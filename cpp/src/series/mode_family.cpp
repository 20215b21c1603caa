#include "adcore/series/mode_family.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/base/log_space.hpp"

namespace adcore {

namespace {

constexpr double kLeastModeCount = 16;
constexpr double kManyCount = 64;
constexpr double kLeastHalf = 6;
constexpr double kLeastFraction = 0.05;
constexpr double kDropFraction = 0.02;
// Distance between the halves over the sum of their deviations: 1.3 for a normal, 1.7 for a uniform distribution.
constexpr double kModesApart = 2.6;
constexpr double kTogether = 1.5;
// Of one normal's halves: their distance from its mean, and their variance, in units of its own.
constexpr double kHalfMean = 0.79788456080286536;
constexpr double kHalfVariance = 1 - kHalfMean * kHalfMean;

auto deviation(const FadingMoments& moments) noexcept -> double {
  return std::sqrt(static_cast<double>(moments.variance));
}

auto distance(const FadingMoments& a, const FadingMoments& b) noexcept -> double {
  return std::abs(static_cast<double>(a.mean) - b.mean);
}

auto joined(const FadingMoments& a, const FadingMoments& b) noexcept -> FadingMoments {
  FadingMoments sum = a;
  sum.count = 0;
  const double count = static_cast<double>(a.count) + b.count;
  if (!(count > 0)) return sum;
  const double share = b.count / count;
  const double gap = static_cast<double>(b.mean) - a.mean;
  sum.count = static_cast<float>(count);
  sum.mean = static_cast<float>(a.mean + share * gap);
  sum.variance = static_cast<float>((1 - share) * a.variance + share * b.variance + share * (1 - share) * gap * gap);
  return sum;
}

}  // namespace

auto ResidualMode::whole() const noexcept -> FadingMoments { return joined(left_, right_); }

void ResidualMode::learn(double value, double weight) noexcept {
  if (left_.count == 0 || (right_.count == 0 && value == left_.mean)) return left_.learn(value, weight, 1);
  if (right_.count == 0) {
    right_.learn(value, weight, 1);
    if (right_.mean < left_.mean) std::swap(left_, right_);
    return;
  }
  const double middle = (static_cast<double>(left_.mean) + right_.mean) / 2;
  (value < middle ? left_ : right_).learn(value, weight, 1);
  // A few outliers are no half: look for better ones.
  if (count() > kManyCount && std::min(left_.count, right_.count) < kDropFraction * count()) *this = from(whole());
}

void ResidualMode::fade(double kept) noexcept {
  left_.count *= static_cast<float>(kept);
  right_.count *= static_cast<float>(kept);
}

void ResidualMode::scale(double factor) noexcept {
  for (auto* half : {&left_, &right_}) {
    half->mean *= static_cast<float>(factor);
    half->variance *= static_cast<float>(factor * factor);
  }
}

auto ResidualMode::is_two() const noexcept -> bool {
  const double least = std::max(kLeastHalf, kLeastFraction * count());
  return count() >= kLeastModeCount && left_.count >= least && right_.count >= least &&
         distance(left_, right_) > kModesApart * (deviation(left_) + deviation(right_));
}

auto ResidualMode::from(const FadingMoments& moments) noexcept -> ResidualMode {
  ResidualMode mode;
  const double step = kHalfMean * deviation(moments);
  for (auto* half : {&mode.left_, &mode.right_}) {
    half->count = moments.count / 2;
    half->mean = static_cast<float>(moments.mean + (half == &mode.left_ ? -step : step));
    half->variance = static_cast<float>(kHalfVariance * moments.variance);
  }
  return mode;
}

auto ResidualMode::merged(const ResidualMode& a, const ResidualMode& b) noexcept -> ResidualMode {
  return from(joined(a.whole(), b.whole()));
}

auto ModeFamily::total() const noexcept -> double {
  double sum = 0;
  for (std::size_t i = 0; i < size_; ++i) sum += modes_[i].count();
  return sum;
}

auto ModeFamily::predicted(const ResidualMode& mode, const Residual& r) const noexcept -> Student {
  return predictive(mode.whole(), r.factor, r.resolution);
}

auto ModeFamily::log_density(const Residual& r) const noexcept -> double {
  const double log_total = std::log(total());
  double sum = -HUGE_VAL;
  for (std::size_t i = 0; i < size_; ++i) {
    const double share = std::log(modes_[i].count()) - log_total;
    sum = log_add_exp(sum, share + predicted(modes_[i], r).log_density(r.error()));
  }
  return sum;
}

auto ModeFamily::tails(const Residual& r) const noexcept -> LogTails {
  const double log_total = std::log(total());
  LogTails sum{-HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
  for (std::size_t i = 0; i < size_; ++i) {
    const auto student = predicted(modes_[i], r);
    const auto tails = student_tails(student.score(r.error()), student.freedom);
    const double share = std::log(modes_[i].count()) - log_total;
    sum.lower = log_add_exp(sum.lower, share + tails.lower);
    sum.upper = log_add_exp(sum.upper, share + tails.upper);
    // The rarer a mode, the likelier everything else is than its middle: only a lone mode has p = 1 there.
    sum.both = log_add_exp(sum.both, share + tails.both);
  }
  return {std::min(sum.lower, 0.0), std::min(sum.upper, 0.0), std::min(sum.both, 0.0)};
}

auto ModeFamily::quantiles(const Residual& r) const noexcept -> Quantiles {
  // Modes are sorted: the outer ones make the bounds.
  const auto first = predicted(modes_[0], r);
  const auto last = predicted(modes_[size_ - 1U], r);
  return {r.mean + first.centre - first.half_of_95_percent(), r.mean + modes_[size_ / 2U].whole().mean,
          r.mean + last.centre + last.half_of_95_percent()};
}

auto ModeFamily::nearest(const Residual& r) const noexcept -> double {
  return r.mean + modes_[home_of(r.error())].whole().mean;
}

auto ModeFamily::home_of(double error) const noexcept -> std::size_t {
  std::size_t best = 0;
  double least = HUGE_VAL;
  for (std::size_t i = 0; i < size_; ++i) {
    const auto whole = modes_[i].whole();
    const double away = std::abs(error - whole.mean) / (deviation(whole) + 1e-12 * std::abs(whole.mean) + 1e-300);
    if (away < least) best = i, least = away;
  }
  return best;
}

void ModeFamily::learn(const Residual& r, double weight, double kept) noexcept {
  const double error = r.error() / std::sqrt(r.factor);
  for (std::size_t i = 0; i < size_; ++i) modes_[i].fade(kept);
  const auto home = home_of(error);
  modes_[home].learn(error, weight);
  if (size_ > 1) merge_close();
  if (home < size_) split(home);
}

void ModeFamily::split(std::size_t i) noexcept {
  if (size_ == kMostModes || !modes_[i].is_two()) return;
  const auto whole = modes_[i];
  for (std::size_t k = size_; k > i + 1; --k) modes_[k] = modes_[k - 1];
  modes_[i] = whole.left();
  modes_[i + 1] = whole.right();
  ++size_;
}

void ModeFamily::merge_close() noexcept {
  const double least = kDropFraction * total();
  for (std::size_t i = 0; i + 1 < size_; ++i) {
    const auto a = modes_[i].whole();
    const auto b = modes_[i + 1].whole();
    if (distance(a, b) > kTogether * (deviation(a) + deviation(b))) continue;
    modes_[i] = ResidualMode::merged(modes_[i], modes_[i + 1]);
    return drop(i + 1);
  }
  for (std::size_t i = 0; i < size_; ++i) {
    if (modes_[i].count() < least) return drop(i);
  }
}

void ModeFamily::drop(std::size_t i) noexcept {
  for (std::size_t k = i; k + 1 < size_; ++k) modes_[k] = modes_[k + 1];
  modes_[--size_] = ResidualMode();
}

void ModeFamily::scale(double factor) noexcept {
  for (auto& mode : modes_) mode.scale(factor);
}

auto ModeFamily::is_possible() const noexcept -> bool {
  return size_ >= 1 && size_ <= kMostModes &&
         std::all_of(modes_.begin(), modes_.end(), [](const ResidualMode& mode) { return mode.is_possible(); });
}

}  // namespace adcore

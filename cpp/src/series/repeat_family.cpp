#include "adcore/series/repeat_family.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "adcore/base/log_space.hpp"

namespace adcore {

namespace {

// A change by this share of the value is a step that a series may take; tails of unknown values fall with its square.
constexpr double kStep = 0.05;
constexpr double kDistancePower = 2;
// A measured zero says nothing about the size of what may come.
constexpr double kUnknownDistance = 100;
constexpr double kSame = 1e-9;
constexpr double kFewOthers = 2;

}  // namespace

auto RepeatFamily::is_the_value(double value) const noexcept -> bool {
  return std::abs(value - value_) <= kSame * std::abs(value_);
}

auto RepeatFamily::log_rest() const noexcept -> double {
  return std::log((others_.count + 1.0) / (static_cast<double>(count_) + others_.count + 2));
}

auto RepeatFamily::other(const Residual& r) const noexcept -> Student {
  auto student = predictive(others_, 1, r.resolution);
  // Others that are all alike do not exclude their neighbours.
  const double doubt = 0.3 * std::abs(others_.mean) / std::sqrt(others_.count);
  student.deviation = std::hypot(student.deviation, doubt);
  return student;
}

auto RepeatFamily::step(const Residual& r) const noexcept -> double {
  if (value_ != 0) return kStep * std::abs(value_);
  return r.offset > 0 ? 1 : std::abs(r.value) / kUnknownDistance;
}

auto RepeatFamily::log_density(const Residual& r) const noexcept -> double {
  const double same = log_one_minus_exp(log_rest());
  const double width = r.offset > 0 ? 1 : std::max(r.resolution, 1e-12);
  if (is_the_value(r.value)) return same - std::log(width);
  if (others_.count < kFewOthers) {
    const double away = std::abs(r.value - value_);
    return log_rest() - std::log(std::max(step(r), width)) - (kDistancePower + 1) * std::log1p(away / step(r));
  }
  return log_rest() + other(r).log_density(r.value - value_);
}

auto RepeatFamily::log_distance_tail(const Residual& r) const noexcept -> double {
  const double away = r.value - value_;
  if (others_.count >= kFewOthers) {
    const auto known = other(r);
    const double t = known.score(away);
    // Values between the usual one and the others are nothing new.
    if ((away > 0) == (others_.mean > 0) && std::abs(away) < std::abs(others_.mean)) return 0;
    return std::min(0.0, std::numbers::ln2 + log_student_upper_tail(std::abs(t), known.freedom));
  }
  return -kDistancePower * std::log1p(std::abs(away) / step(r));
}

auto RepeatFamily::tails(const Residual& r) const noexcept -> LogTails {
  if (is_the_value(r.value)) return {};
  const double away = log_rest() + log_distance_tail(r);
  return r.value > value_ ? LogTails{0, away, away} : LogTails{away, 0, away};
}

auto RepeatFamily::quantiles(const Residual& r) const noexcept -> Quantiles {
  constexpr double kLogOfTail = -3.6888794541139363;  // ln 0.025
  Quantiles found{value_, value_, value_};
  if (others_.count < kFewOthers || log_rest() < kLogOfTail) return found;
  const auto known = other(r);
  (others_.mean > 0 ? found.upper : found.lower) +=
      known.centre + std::copysign(known.half_of_95_percent(), known.centre);
  return found;
}

void RepeatFamily::learn(const Residual& r, double weight, double kept) noexcept {
  count_ *= static_cast<float>(kept);
  if (count_ == 0 || (others_.count > count_ && !is_the_value(r.value))) {  // another point may do better
    *this = RepeatFamily();
    value_ = r.value;
  }
  const bool same = is_the_value(r.value);
  if (same) count_ += static_cast<float>(weight);
  others_.learn(same ? 0 : r.value - value_, same ? 0 : weight, kept);
}

}  // namespace adcore

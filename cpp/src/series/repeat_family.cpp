#include "adcore/series/repeat_family.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "adcore/base/log_space.hpp"
#include "adcore/base/normal_tail.hpp"
#include "adcore/series/outlier_trust.hpp"
#include "series/to_float.hpp"

namespace adcore {

namespace {

// A change by this share of the value is a step that a series may take; tails of unknown values fall with its square.
constexpr double kStep = 0.05;
constexpr double kDistancePower = 2;
// A measured zero says nothing about the size of what may come: the more there were, the further away is all else.
constexpr double kUnknownDistance = 100;
constexpr double kSame = 1e-9;
// Others that are all alike, by a fifth or so, do not exclude their neighbours.
constexpr double kUnlike = 0.2;
constexpr double kSizesKept = 1 - 1.0 / 200;
// Of the others: what makes outliers the rule is longer than one incident.
constexpr double kRuleMemory = 16;

}  // namespace

auto RepeatFamily::is_the_value(double value) const noexcept -> bool {
  return std::abs(value - value_) <= kSame * std::abs(value_);
}

auto RepeatFamily::log_rest() const noexcept -> double {
  return std::log((other_count_ + 1.0) / (static_cast<double>(count_) + other_count_ + 2));
}

auto RepeatFamily::log_side(bool above) const noexcept -> double {
  const double count = (above ? above_ : 1.0 - above_) * sizes_.count;
  return std::log((count + 0.5) / (sizes_.count + 1.0));
}

auto RepeatFamily::log_size(const Residual& r, double more) const noexcept -> double {
  return std::log(std::max(std::abs(r.value - value_) + more, r.resolution));
}

auto RepeatFamily::size(const Residual& r) const noexcept -> Student {
  auto student = predictive(sizes_, 1, r.resolution * std::exp(-static_cast<double>(sizes_.mean)));
  student.deviation = std::hypot(student.deviation, kUnlike);
  return student;
}

auto RepeatFamily::step(const Residual& r) const noexcept -> double {
  if (value_ != 0) return kStep * std::abs(value_);
  return r.offset > 0 ? 1 : std::abs(r.value) / std::min<double>(count_, kUnknownDistance);
}

auto RepeatFamily::log_density(const Residual& r) const noexcept -> double {
  const double same = log_one_minus_exp(log_rest());
  const double width = r.offset > 0 ? 1 : std::max(r.resolution, 1e-12);
  if (is_the_value(r.value)) return same - std::log(width);
  if (!knows_sizes()) {
    const double away = std::abs(r.value - value_);
    return log_rest() - std::log(std::max(step(r), width)) - (kDistancePower + 1) * std::log1p(away / step(r));
  }
  return log_rest() + log_side(r.value > value_) + log_size_density(r);
}

auto RepeatFamily::log_size_density(const Residual& r) const noexcept -> double {
  const auto known = size(r);
  if (r.offset == 0) return known.log_density(log_size(r, 0)) - log_size(r, 0);
  // Of a count it is the mass of its unit: that of all counts together must be no more than 1.
  const double from = log_student_upper_tail(known.score(log_size(r, -r.offset)), known.freedom);
  const double to = log_student_upper_tail(known.score(log_size(r, r.offset)), known.freedom);
  return from + log_one_minus_exp(to - from);
}

auto RepeatFamily::log_size_tail(const Residual& r) const noexcept -> double {
  if (!knows_sizes()) return -kDistancePower * std::log1p(std::abs(r.value - value_) / step(r));
  const auto known = size(r);
  // Values between the usual one and the others are nothing new.
  return std::min(0.0, std::numbers::ln2 + log_student_upper_tail(known.score(log_size(r, -r.offset)), known.freedom));
}

auto RepeatFamily::tails(const Residual& r) const noexcept -> LogTails {
  if (is_the_value(r.value)) return {};
  const bool above = r.value > value_;
  const double away = log_rest() + log_size_tail(r) + (knows_sizes() ? log_side(above) : 0);
  return above ? LogTails{0, away, away} : LogTails{away, 0, away};
}

auto RepeatFamily::quantiles(const Residual& r) const noexcept -> Quantiles {
  constexpr double kLogOfTail = -3.6888794541139363;  // ln 0.025
  Quantiles found{value_, value_, value_};
  if (!knows_sizes()) return found;
  const auto known = size(r);
  const double far = std::exp(known.centre + known.half_of_95_percent());
  if (log_rest() + log_side(true) >= kLogOfTail) found.upper += far;
  if (log_rest() + log_side(false) >= kLogOfTail) found.lower -= far;
  return found;
}

void RepeatFamily::learn(const Residual& r, double weight, double trust, double news, double kept) noexcept {
  count_ *= to_float(kept);
  other_count_ *= to_float(kept);
  if (count_ == 0 || (other_count_ > count_ && !is_the_value(r.value))) {  // another point may do better
    *this = RepeatFamily();
    value_ = r.value;
  }
  if (is_the_value(r.value)) {
    count_ += to_float(weight);
    return;
  }
  other_count_ += to_float(weight);
  learn_size(r, weight, trust, news);
}

void RepeatFamily::learn_size(const Residual& r, double weight, double trust, double news) noexcept {
  double believed = weight;
  if (knows_sizes()) {
    const double score = normal_quantile_of_log_tail(log_size_tail(r) - std::numbers::ln2);
    believed *= std::max({trust, OutlierTrust::of_one(score), OutlierTrust::of_rule(outliers_)});
    outliers_ += to_float(((OutlierTrust::is_outlier(score) ? 1 : 0) - outliers_) * weight * news / kRuleMemory);
  }
  sizes_.learn(log_size(r, 0), believed, kSizesKept);
  above_ += to_float(((r.value > value_ ? 1 : 0) - above_) * std::min(believed / sizes_.count, 1.0));
}

}  // namespace adcore

#include "adcore/series/normal_family.hpp"

#include <algorithm>
#include <numbers>

#include "adcore/base/log_space.hpp"
#include "series/to_float.hpp"

namespace adcore {

namespace {

constexpr double kFreedom = 4;
constexpr double kLogDensityAtZero = -0.98082925301172624;  // ln(3 / 8)
constexpr double kQuantileOf95Percent = 2.7764451051977987;

}  // namespace

auto HeavyFamily::deviation(const Residual& r) const noexcept -> double {
  const double count = std::max(count_ - 1.0, 0.5);
  return std::sqrt(square_ * r.factor * (1 + 2 / count) + r.resolution * r.resolution);
}

auto HeavyFamily::log_density(const Residual& r) const noexcept -> double {
  const double size = deviation(r);
  const double t = (r.error() - centre_) / size;
  return kLogDensityAtZero - (kFreedom + 1) / 2 * std::log1p(t * t / kFreedom) - std::log(size);
}

auto HeavyFamily::tails(const Residual& r) const noexcept -> LogTails {
  const double t = (r.error() - centre_) / deviation(r);
  const double far = log_student4_upper_tail(std::abs(t));
  const double near = log_one_minus_exp(far);
  return {t < 0 ? far : near, t < 0 ? near : far, std::min(0.0, far + std::numbers::ln2)};
}

auto HeavyFamily::quantiles(const Residual& r) const noexcept -> Quantiles {
  return Quantiles::around(r.mean + centre_, kQuantileOf95Percent * deviation(r));
}

void HeavyFamily::learn(const Residual& r, double weight, double kept) noexcept {
  const double before = count_ * kept;
  const double total = before + weight;
  if (!(total > 0)) return;
  const double error = r.error() / std::sqrt(r.factor) - centre_;
  const double square = error * error;
  const double trust = square_ > 0 ? (kFreedom + 1) / (kFreedom + square / square_) : 1;
  centre_ += to_float(weight / total * trust * error);
  square_ += to_float(weight / total * (trust * square - square_));
  count_ = to_float(total);
}

void HeavyFamily::scale(double factor) noexcept {
  centre_ *= to_float(factor);
  square_ *= to_float(factor * factor);
}

}  // namespace adcore

#include "adcore/series/residual_model.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/base/log_space.hpp"

namespace adcore {

namespace {

// A thousandth has no say in a probability.
constexpr double kLeastLogWeight = -6.9;
// Families far behind are asked only every eighth time.
constexpr double kDormant = -12;
constexpr std::uint8_t kTurns = 8;
constexpr double kMostEvidence = 2.5;
constexpr double kUnable = -2.5;
constexpr double kForgotten = 1.0 / 500;
constexpr double kFloor = -200;
// Heavy tails would excuse any anomaly: they have to be proven.
constexpr double kLogPriorOfHeavy = -4;
constexpr double kShareRemembered = 1.0 / 3;
constexpr double kLeastMemory = 30;
constexpr float kMostAge = 1e6;
// A new mode has to show first that two are better than one.
constexpr float kNewModes = -3;

auto log_prior(std::size_t family) noexcept -> double { return family == ResidualModel::kHeavy ? kLogPriorOfHeavy : 0; }
auto is_of_ratios(std::size_t family) noexcept -> bool {
  return family == ResidualModel::kLogNormal || family == ResidualModel::kGamma;
}

}  // namespace

auto ResidualModel::is_able(std::size_t family, const Residual& r) const noexcept -> bool {
  switch (family) {
    case kLogNormal:
    case kGamma: return r.has_ratio() && !r.is_small_count();
    case kCount: return r.offset > 0;
    case kModes: return modes_.size() > 1;
    case kRepeat: return repeat_.is_able();
    default: return true;
  }
}

auto ResidualModel::log_density(std::size_t family, const Residual& r) const noexcept -> double {
  switch (family) {
    case kNormal: return normal_.log_density(r);
    case kHeavy: return heavy_.log_density(r);
    case kLogNormal: return ratios_.log_normal_density(r);
    case kGamma: return ratios_.gamma_density(r);
    case kCount: return counts_.log_density(r);
    case kModes: return modes_.log_density(r);
    default: return repeat_.log_density(r);
  }
}

auto ResidualModel::tails_of(std::size_t family, const Residual& r) const noexcept -> LogTails {
  switch (family) {
    case kNormal: return normal_.tails(r);
    case kHeavy: return heavy_.tails(r);
    case kLogNormal: return ratios_.log_normal_tails(r);
    case kGamma: return ratios_.gamma_tails(r);
    case kCount: return counts_.tails(r);
    case kModes: return modes_.tails(r);
    default: return repeat_.tails(r);
  }
}

auto ResidualModel::quantiles_of(std::size_t family, const Residual& r) const noexcept -> Quantiles {
  switch (family) {
    case kNormal: return normal_.quantiles(r);
    case kHeavy: return heavy_.quantiles(r);
    case kLogNormal: return ratios_.log_normal_quantiles(r);
    case kGamma: return ratios_.gamma_quantiles(r);
    case kCount: return counts_.quantiles(r);
    case kModes: return modes_.quantiles(r);
    default: return repeat_.quantiles(r);
  }
}

auto ResidualModel::shares(const Residual& r) const noexcept -> Shares {
  double most = -HUGE_VAL;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    if (is_able(i, r)) most = std::max(most, log_weights_[i] + log_prior(i));
  }
  Shares shares{};
  double sum = 0;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    const double behind = log_weights_[i] + log_prior(i) - most;
    if (behind > kLeastLogWeight && is_able(i, r)) sum += shares[i] = behind == 0 ? 1 : std::exp(behind);
  }
  for (auto& share : shares) share /= sum;
  return shares;
}

auto ResidualModel::tails(const Residual& r, const Shares& shares) const noexcept -> LogTails {
  LogTails sum{-HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
  for (std::size_t i = 0; i < kFamilies; ++i) {
    if (shares[i] == 0) continue;
    const auto tails = tails_of(i, r);
    if (shares[i] == 1) return tails;
    const double log_share = std::log(shares[i]);
    sum.lower = log_add_exp(sum.lower, log_share + tails.lower);
    sum.upper = log_add_exp(sum.upper, log_share + tails.upper);
    sum.both = log_add_exp(sum.both, log_share + tails.both);
  }
  return {std::min(sum.lower, 0.0), std::min(sum.upper, 0.0), std::min(sum.both, 0.0)};
}

auto ResidualModel::quantiles(const Residual& r, const Shares& shares) const noexcept -> Quantiles {
  Quantiles sum;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    if (shares[i] == 0) continue;
    const auto found = quantiles_of(i, r);
    sum.lower += shares[i] * found.lower;
    sum.median += shares[i] * found.median;
    sum.upper += shares[i] * found.upper;
  }
  return sum;
}

void ResidualModel::learn(const Residual& r, double weight, double trust, double news, double kept) noexcept {
  // A few outliers prove no heavy tails: those that come back are believed.
  weigh(r, weight * news * trust);
  // Errors of a young model are those of a worse one.
  const double young = 1 - weight / std::max(kShareRemembered * age_, kLeastMemory);
  learn_families(r, weight, trust, news, std::min(kept, young));
  age_ = std::min(age_ + static_cast<float>(weight), kMostAge);
}

void ResidualModel::weigh(const Residual& r, double weight) noexcept {
  turn_ = static_cast<std::uint8_t>((turn_ + 1) % kTurns);
  std::array<double, kFamilies> densities{};
  double best = -HUGE_VAL;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    const bool asked = log_weights_[i] > kDormant || turn_ == i % kTurns;
    const bool spared = is_of_ratios(i) && r.is_small_count();
    densities[i] = !asked || spared ? NAN : is_able(i, r) ? log_density(i, r) : -HUGE_VAL;
    if (densities[i] > best && log_weights_[i] > kDormant) best = densities[i];
  }
  float most = -HUGE_VALF;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    if (std::isnan(densities[i])) continue;
    const double times = log_weights_[i] > kDormant ? 1 : kTurns;
    const double evidence =
        densities[i] == -HUGE_VAL ? kUnable : std::clamp(densities[i] - best, -kMostEvidence, kMostEvidence);
    const double faded = log_weights_[i] * (1 - weight * times * kForgotten);
    log_weights_[i] = static_cast<float>(std::max(faded + weight * times * evidence, kFloor));
  }
  for (const float log_weight : log_weights_) most = std::max(most, log_weight);
  for (auto& log_weight : log_weights_) log_weight -= most;
}

void ResidualModel::learn_families(const Residual& r, double weight, double trust, double news, double kept) noexcept {
  normal_.learn(r, weight * trust, kept);
  heavy_.learn(r, weight, kept);  // its own robustness is better than ours
  if (r.has_ratio()) ratios_.learn(r, weight * trust, kept);
  if (r.offset > 0) counts_.learn(r, weight, kept);  // outliers are cut there
  const auto modes = modes_.size();
  modes_.learn(r, weight, kept);  // what is an outlier to the others may be a mode
  if (modes == 1 && modes_.size() > 1) log_weights_[kModes] = kNewModes;
  repeat_.learn(r, weight, trust, news, kept);
}

void ResidualModel::scale(double factor) noexcept {
  normal_.scale(factor);
  heavy_.scale(factor);
  modes_.scale(factor);
}

auto ResidualModel::is_possible() const noexcept -> bool {
  return normal_.is_possible() && heavy_.is_possible() && ratios_.is_possible() && counts_.is_possible() &&
         modes_.is_possible() && repeat_.is_possible() && turn_ < kTurns && age_ >= 0 && age_ <= kMostAge &&
         std::all_of(log_weights_.begin(), log_weights_.end(), [](float w) { return w <= 0 && w >= kFloor * 2; });
}

}  // namespace adcore

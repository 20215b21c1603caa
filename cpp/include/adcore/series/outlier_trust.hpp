// How far outliers are believed when a model learns.
#pragma once

#include <algorithm>
#include <cmath>

namespace adcore {

/// One outage must not be learned; but where outliers have become the rule, or come back again and again, they are
/// none.
class OutlierTrust {
 public:
  /// What a value is learned with by its score alone: wholly to p = 1e-3, hardly from 1e-5 on.
  [[nodiscard]] static auto of_one(double score) noexcept -> double {
    const double out = std::clamp((std::abs(score) - kWholeScore) / (kLeastScore - kWholeScore), 0.0, 1.0);
    return out == 0 ? 1 : std::exp(kLogLeast * out);
  }
  [[nodiscard]] static auto is_outlier(double score) noexcept -> bool { return std::abs(score) > kWholeScore; }
  /// The same where so many of all values are outliers: what has become the rule is none.
  [[nodiscard]] static auto of_rule(double rate) noexcept -> double {
    return std::clamp((rate - kFirstRate) / (kWholeRate - kFirstRate), 0.0, 1.0);
  }
  [[nodiscard]] auto of(double score) const noexcept -> double {
    if (!is_outlier(score)) return 1;
    const double back = std::clamp((events_ - kFirstEvents) / (kWholeEvents - kFirstEvents), 0.0, 1.0);
    return std::max({of_one(score), of_rule(rate_), back, relaxed_ > 0 ? kRelaxed : 0});
  }
  /// `memory` and `ahead` in buckets; `length` of the anomaly: as an event it counts once.
  void learn(double score, int length, double ahead, double memory) noexcept {
    const double out = is_outlier(score) ? 1 : 0;
    rate_ += static_cast<float>((out - rate_) * std::min(ahead / memory, 1.0));
    events_ += static_cast<float>((out / std::pow(length, 2) - events_) * std::min(ahead / kEventMemory, 1.0));
    relaxed_ = std::max(relaxed_ - static_cast<float>(ahead), 0.0F);
  }
  /// For so many buckets outliers are half believed: something has just changed.
  void relax(double buckets) noexcept {
    relaxed_ = static_cast<float>(buckets);
    rate_ = 0;
  }

  template <class Fields>
  void fields(Fields& f) {
    f(rate_, events_, relaxed_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool {
    return rate_ >= 0 && rate_ <= 1 && events_ >= 0 && events_ <= 1 && relaxed_ >= 0 && std::isfinite(relaxed_);
  }

 private:
  static constexpr double kWholeScore = 3.2905267314918945;  // p = 1e-3, two-sided
  static constexpr double kLeastScore = 4.4171734134667125;  // p = 1e-5
  static constexpr double kLogLeast = -4.6051701859880914;   // ln 0.01
  static constexpr double kFirstRate = 0.5;
  static constexpr double kWholeRate = 0.8;
  static constexpr double kRelaxed = 0.5;

  static constexpr double kFirstEvents = 0.012;
  static constexpr double kWholeEvents = 0.05;
  static constexpr double kEventMemory = 250;

  float rate_ = 0;    // of outliers
  float events_ = 0;  // rate of anomalies
  float relaxed_ = 0;
};

}  // namespace adcore

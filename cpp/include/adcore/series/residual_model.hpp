// The distribution of residuals: several families, each weighted by how well it has predicted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "adcore/series/count_family.hpp"
#include "adcore/series/mode_family.hpp"
#include "adcore/series/normal_family.hpp"
#include "adcore/series/ratio_families.hpp"
#include "adcore/series/repeat_family.hpp"
#include "adcore/series/residual.hpp"

namespace adcore {

/// Bayes factors between the families, in logarithms. One value moves them by a bounded amount, so that no single
/// anomaly decides; and they fade, so that a series may change its nature.
class ResidualModel {
 public:
  enum Family : std::uint8_t { kNormal, kHeavy, kLogNormal, kGamma, kCount, kModes, kRepeat, kFamilies };
  using Shares = std::array<double, kFamilies>;

  /// Of the families that count for this residual; they sum to 1.
  [[nodiscard]] auto shares(const Residual& r) const noexcept -> Shares;
  [[nodiscard]] auto tails(const Residual& r, const Shares& shares) const noexcept -> LogTails;
  [[nodiscard]] auto quantiles(const Residual& r, const Shares& shares) const noexcept -> Quantiles;
  [[nodiscard]] auto is_multimodal(const Shares& shares) const noexcept -> bool {
    return modes_.size() > 1 && shares[kModes] > 0.5;
  }
  [[nodiscard]] auto nearest_mode(const Residual& r) const noexcept -> double { return modes_.nearest(r); }

  /// `weight` of the sample; `trust` in [0, 1]: how much of an outlier is believed, also of what it says of the family;
  /// `news` in (0, 1]: of that the tenth bucket of one anomaly says less; `kept` of what is known already.
  void learn(const Residual& r, double weight, double trust, double news, double kept) noexcept;
  /// Errors are `factor` times what they were.
  void scale(double factor) noexcept;
  /// Errors will change: what is known is soon forgotten.
  void restart() noexcept { age_ = 0; }
  /// Standard deviation of residuals, outliers held back.
  [[nodiscard]] auto deviation() const noexcept -> double { return normal_.deviation(); }

  template <class Fields>
  void fields(Fields& f) {
    normal_.fields(f), heavy_.fields(f), ratios_.fields(f);
    counts_.fields(f), modes_.fields(f), repeat_.fields(f);
    for (auto& log_weight : log_weights_) f(log_weight);
    f(age_, turn_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool;

 private:
  [[nodiscard]] auto is_able(std::size_t family, const Residual& r) const noexcept -> bool;
  [[nodiscard]] auto log_density(std::size_t family, const Residual& r) const noexcept -> double;
  [[nodiscard]] auto tails_of(std::size_t family, const Residual& r) const noexcept -> LogTails;
  [[nodiscard]] auto quantiles_of(std::size_t family, const Residual& r) const noexcept -> Quantiles;
  void weigh(const Residual& r, double weight) noexcept;
  void learn_families(const Residual& r, double weight, double trust, double news, double kept) noexcept;

  NormalFamily normal_;
  HeavyFamily heavy_;
  RatioFamilies ratios_;
  CountFamily counts_;
  ModeFamily modes_;
  RepeatFamily repeat_;
  std::array<float, kFamilies> log_weights_{};  // the greatest is 0
  float age_ = 0;                               // samples since the beginning or a restart
  std::uint8_t turn_ = 0;
};

}  // namespace adcore

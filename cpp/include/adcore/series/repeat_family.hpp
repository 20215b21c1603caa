// Series that mostly have one and the same value: constants, and zeros with something now and then.
#pragma once

#include "adcore/series/residual.hpp"
#include "adcore/series/student.hpp"

namespace adcore {

/// A point that has some share of all values, and the others, whose distances from it are log-normal: what happens now
/// and then has a size. As long as there were none, the chance of another value is what Laplace's rule of succession
/// says, and it falls with the distance.
class RepeatFamily {
 public:
  /// There is such a value.
  [[nodiscard]] auto is_able() const noexcept -> bool { return count_ > kLeastCount; }
  [[nodiscard]] auto log_density(const Residual& r) const noexcept -> double;
  [[nodiscard]] auto tails(const Residual& r) const noexcept -> LogTails;
  [[nodiscard]] auto quantiles(const Residual& r) const noexcept -> Quantiles;
  /// An other value is learned with no less than `trust` of its weight; `news` is what it says of how often there are
  /// outliers.
  void learn(const Residual& r, double weight, double trust, double news, double kept) noexcept;

  template <class Fields>
  void fields(Fields& f) {
    f(value_, count_, other_count_);
    sizes_.fields(f);
    f(above_, outliers_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool {
    const auto is_share = [](float share) { return share >= 0 && share <= 1; };
    return std::isfinite(value_) && std::isfinite(count_) && count_ >= 0 && std::isfinite(other_count_) &&
           other_count_ >= 0 && sizes_.is_possible() && is_share(above_) && is_share(outliers_);
  }

 private:
  static constexpr float kLeastCount = 2.5;
  static constexpr float kFewSizes = 2;

  [[nodiscard]] auto is_the_value(double value) const noexcept -> bool;
  /// So many others are known that their sizes say more than their distance does.
  [[nodiscard]] auto knows_sizes() const noexcept -> bool { return sizes_.count >= kFewSizes; }
  /// ln of the share of other values.
  [[nodiscard]] auto log_rest() const noexcept -> double;
  /// ln of the share of those above, or below, among them.
  [[nodiscard]] auto log_side(bool above) const noexcept -> double;
  /// Within it another value is not far.
  [[nodiscard]] auto step(const Residual& r) const noexcept -> double;
  /// ln of the distance from the value and `more`.
  [[nodiscard]] auto log_size(const Residual& r, double more) const noexcept -> double;
  [[nodiscard]] auto size(const Residual& r) const noexcept -> Student;
  [[nodiscard]] auto log_size_density(const Residual& r) const noexcept -> double;
  /// ln P(another value is at least as far out), on either side.
  [[nodiscard]] auto log_size_tail(const Residual& r) const noexcept -> double;
  void learn_size(const Residual& r, double weight, double trust, double news) noexcept;

  double value_ = 0;
  // Both fade with time, so that shares may change. What the others are fades with each of them: a quiet week does not
  // make them unknown.
  float count_ = 0;        // of the value
  float other_count_ = 0;  // of the others
  FadingMoments sizes_;    // ln of their distances
  float above_ = 0.5F;     // share of them
  float outliers_ = 0;     // share of the last ones that were larger than others are
};

}  // namespace adcore

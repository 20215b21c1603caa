// Series that mostly have one and the same value: constants, and zeros with something now and then.
#pragma once

#include "adcore/series/residual.hpp"
#include "adcore/series/student.hpp"

namespace adcore {

/// A point that has some share of all values, and the others. As long as there were none, the chance of another value
/// is what Laplace's rule of succession says, and it falls with the distance.
class RepeatFamily {
 public:
  /// There is such a value.
  [[nodiscard]] auto is_able() const noexcept -> bool { return count_ > kLeastCount; }
  [[nodiscard]] auto log_density(const Residual& r) const noexcept -> double;
  [[nodiscard]] auto tails(const Residual& r) const noexcept -> LogTails;
  [[nodiscard]] auto quantiles(const Residual& r) const noexcept -> Quantiles;
  void learn(const Residual& r, double weight, double kept) noexcept;

  template <class Fields>
  void fields(Fields& f) {
    f(value_, count_);
    others_.fields(f);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool {
    return std::isfinite(value_) && std::isfinite(count_) && count_ >= 0 && others_.is_possible();
  }

 private:
  static constexpr float kLeastCount = 2.5;

  [[nodiscard]] auto is_the_value(double value) const noexcept -> bool;
  /// ln of the share of other values.
  [[nodiscard]] auto log_rest() const noexcept -> double;
  /// Within it another value is not far.
  [[nodiscard]] auto step(const Residual& r) const noexcept -> double;
  /// ln P(another value is at least as far out).
  [[nodiscard]] auto log_distance_tail(const Residual& r) const noexcept -> double;
  [[nodiscard]] auto other(const Residual& r) const noexcept -> Student;

  double value_ = 0;
  float count_ = 0;       // of the value
  FadingMoments others_;  // less the value
};

}  // namespace adcore

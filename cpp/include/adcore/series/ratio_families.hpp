// Values that vary in proportion to what is expected: log-normal and gamma.
#pragma once

#include "adcore/series/residual.hpp"
#include "adcore/series/student.hpp"

namespace adcore {

/// Both look at the ratio of a value to its expectation, so that the variance follows the seasons by itself. Only for
/// residuals with has_ratio().
class RatioFamilies {
 public:
  [[nodiscard]] auto log_normal_density(const Residual& r) const noexcept -> double;
  [[nodiscard]] auto log_normal_tails(const Residual& r) const noexcept -> LogTails;
  [[nodiscard]] auto log_normal_quantiles(const Residual& r) const noexcept -> Quantiles;

  [[nodiscard]] auto gamma_density(const Residual& r) const noexcept -> double;
  [[nodiscard]] auto gamma_tails(const Residual& r) const noexcept -> LogTails;
  [[nodiscard]] auto gamma_quantiles(const Residual& r) const noexcept -> Quantiles;

  void learn(const Residual& r, double weight, double kept) noexcept;

  template <class Fields>
  void fields(Fields& f) {
    logs_.fields(f);
    f(mean_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool { return logs_.is_possible() && mean_ >= 0 && mean_ < 1e30F; }

 private:
  [[nodiscard]] auto log_student(const Residual& r) const noexcept -> Student;
  [[nodiscard]] auto shape(const Residual& r) const noexcept -> double;
  [[nodiscard]] auto mean_or_one() const noexcept -> double { return mean_ > 0 ? mean_ : 1; }

  FadingMoments logs_;  // of the logarithm of the ratio
  float mean_ = 0;      // of the ratio
};

/// Wilson and Hilferty: the cube root of a gamma variable is nearly normal.
[[nodiscard]] auto gamma_quantiles(double mean, double shape) noexcept -> Quantiles;

/// Of a gamma variable with this shape: the value on the other side of the mode that is as likely, over the mode;
/// `ratio` is the value over the mode, > 0.
[[nodiscard]] auto mirrored_ratio(double ratio) noexcept -> double;

}  // namespace adcore

// Student's t in log space: what is predicted of a normal whose mean and variance were estimated.
#pragma once

#include "adcore/series/residual.hpp"

namespace adcore {

/// 95 % of a normal lie within so many deviations of its mean.
inline constexpr double kScoreOf95Percent = 1.959963984540054;

/// ln P(T >= t) with `freedom` > 0 degrees of freedom, any t.
[[nodiscard]] auto log_student_upper_tail(double t, double freedom) noexcept -> double;
/// ln of the density at t; within 2 % for freedom >= 1, which is enough to compare models.
[[nodiscard]] auto log_student_density(double t, double freedom) noexcept -> double;
[[nodiscard]] auto student_tails(double t, double freedom) noexcept -> LogTails;

/// The same of four degrees of freedom, which has a closed form.
[[nodiscard]] auto log_student4_upper_tail(double t) noexcept -> double;

/// A t-distribution with its place and size.
struct Student {
  double centre = 0;
  double deviation = 1;
  double freedom = 1;

  [[nodiscard]] auto score(double value) const noexcept -> double { return (value - centre) / deviation; }
  [[nodiscard]] auto log_density(double value) const noexcept -> double;
  /// From `centre` to the quantile whose normal score is kScoreOf95Percent.
  [[nodiscard]] auto half_of_95_percent() const noexcept -> double;
};

/// What moments predict of the next value, whose variance is `factor` times theirs and no less than `resolution`^2.
[[nodiscard]] auto predictive(const FadingMoments& moments, double factor, double resolution) noexcept -> Student;

}  // namespace adcore

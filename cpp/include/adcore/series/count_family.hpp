// Counts of events: Poisson, and negative binomial where they come in bursts.
#pragma once

#include "adcore/series/residual.hpp"

namespace adcore {

/// One family for both: the dispersion is what counts vary more than Poisson's would, plus the doubt about the rate.
class CountFamily {
 public:
  [[nodiscard]] auto log_density(const Residual& r) const noexcept -> double;
  [[nodiscard]] auto tails(const Residual& r) const noexcept -> LogTails;
  [[nodiscard]] auto quantiles(const Residual& r) const noexcept -> Quantiles;
  void learn(const Residual& r, double weight, double kept) noexcept;

  template <class Fields>
  void fields(Fields& f) {
    f(count_, excess_, squares_, sum_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool;

 private:
  [[nodiscard]] auto rate(const Residual& r) const noexcept -> double;
  [[nodiscard]] auto dispersion(double rate) const noexcept -> double;

  float count_ = 0;
  float excess_ = 0;   // sum of (x - rate)^2 - rate
  float squares_ = 0;  // sum of rate^2
  float sum_ = 0;      // of x
};

}  // namespace adcore

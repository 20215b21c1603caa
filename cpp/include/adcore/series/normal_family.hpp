// Residuals that are normal, and residuals with heavier tails: both around one centre.
#pragma once

#include <cmath>

#include "adcore/series/residual.hpp"
#include "adcore/series/student.hpp"

namespace adcore {

/// Mean and variance are integrated out, which makes it Student's t.
class NormalFamily {
 public:
  [[nodiscard]] auto log_density(const Residual& r) const noexcept -> double {
    return predicted(r).log_density(r.error());
  }
  [[nodiscard]] auto tails(const Residual& r) const noexcept -> LogTails {
    const auto student = predicted(r);
    return student_tails(student.score(r.error()), student.freedom);
  }
  [[nodiscard]] auto quantiles(const Residual& r) const noexcept -> Quantiles {
    const auto student = predicted(r);
    return Quantiles::around(r.mean + student.centre, student.half_of_95_percent());
  }
  void learn(const Residual& r, double weight, double kept) noexcept {
    moments_.learn(r.error() / std::sqrt(r.factor), weight, kept);
  }
  /// Of residuals with factor 1.
  [[nodiscard]] auto deviation() const noexcept -> double { return std::sqrt(static_cast<double>(moments_.variance)); }
  [[nodiscard]] auto centre() const noexcept -> double { return moments_.mean; }
  void scale(double factor) noexcept {
    moments_.mean *= static_cast<float>(factor);
    moments_.variance *= static_cast<float>(factor * factor);
  }

  template <class Fields>
  void fields(Fields& f) {
    moments_.fields(f);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool { return moments_.is_possible(); }

 private:
  [[nodiscard]] auto predicted(const Residual& r) const noexcept -> Student {
    return predictive(moments_, r.factor, r.resolution);
  }
  FadingMoments moments_;
};

/// Student's t of four degrees of freedom by nature, not by lack of data. Its size is learned as expectation
/// maximisation does: the further out, the less a value says.
class HeavyFamily {
 public:
  [[nodiscard]] auto log_density(const Residual& r) const noexcept -> double;
  [[nodiscard]] auto tails(const Residual& r) const noexcept -> LogTails;
  [[nodiscard]] auto quantiles(const Residual& r) const noexcept -> Quantiles;
  void learn(const Residual& r, double weight, double kept) noexcept;
  void scale(double factor) noexcept;

  template <class Fields>
  void fields(Fields& f) {
    f(count_, centre_, square_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool {
    return std::isfinite(count_) && std::isfinite(centre_) && std::isfinite(square_) && count_ >= 0 && square_ >= 0;
  }

 private:
  [[nodiscard]] auto deviation(const Residual& r) const noexcept -> double;
  float count_ = 0;
  float centre_ = 0;
  float square_ = 0;
};

}  // namespace adcore

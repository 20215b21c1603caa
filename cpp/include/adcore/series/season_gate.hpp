// Whether a season is there: by how much better one predicts with it.
#pragma once

#include <algorithm>
#include <cmath>

namespace adcore {

/// Compares errors of predictions made before the value was known, with the season and without it: what does not
/// predict does not count, however well it would have fitted.
class SeasonGate {
 public:
  /// Squares of the two errors; `memory` in buckets.
  void learn(double without, double with, double memory) noexcept {
    const auto gain = static_cast<float>(1 / std::min(count_ + 1.0, memory));
    without_ += gain * (static_cast<float>(without) - without_);
    with_ += gain * (static_cast<float>(with) - with_);
    count_ = static_cast<float>(std::min(count_ + 1.0, memory));
  }
  /// Half the log ratio of likelihoods, as if errors were normal and independent.
  [[nodiscard]] auto evidence() const noexcept -> double {
    if (!(without_ > 0)) return 0;
    return count_ / 2 * std::log(without_ / std::max(with_, without_ * 1e-6F));
  }
  /// Without the season the variance is this many times what it is with it.
  [[nodiscard]] auto ratio() const noexcept -> double { return with_ > 0 ? static_cast<double>(without_) / with_ : 1; }
  void scale(double factor) noexcept {
    without_ *= static_cast<float>(factor * factor);
    with_ *= static_cast<float>(factor * factor);
  }

  template <class Fields>
  void fields(Fields& f) {
    f(without_, with_, count_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool {
    return std::isfinite(without_) && std::isfinite(with_) && without_ >= 0 && with_ >= 0 && count_ >= 0;
  }

 private:
  float without_ = 0;  // mean squared error
  float with_ = 0;
  float count_ = 0;
};

}  // namespace adcore

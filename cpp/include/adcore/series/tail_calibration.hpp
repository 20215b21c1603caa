// Makes probabilities mean what they say: a series that is often "impossible" is not.
#pragma once

#include <cmath>

namespace adcore {

/// If a model is right, -ln p beyond any threshold is exponential with mean 1. Where it is more often beyond ln 10, or
/// by more, the tail is stretched to what was seen; where less, it is drawn in, though not far.
class TailCalibration {
 public:
  [[nodiscard]] auto calibrated(double log_probability) const noexcept -> double;
  /// ln p before it was calibrated; `length` of the anomaly: one long anomaly is one experience, not many.
  void learn(double log_probability, int length) noexcept;

  template <class Fields>
  void fields(Fields& f) {
    f(count_, beyond_, excess_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool {
    return std::isfinite(count_) && std::isfinite(beyond_) && std::isfinite(excess_) && count_ >= 0 && beyond_ >= 0 &&
           excess_ >= 0;
  }

 private:
  float count_ = 0;
  float beyond_ = 0;  // how many were beyond the threshold
  float excess_ = 0;  // sum of how far
};

}  // namespace adcore

// ScoreScale: scores of 0 to 100 as one Normalizer sees them now.
#pragma once

#include <cstdint>
#include <vector>

#include "adcore/score/normalizer.hpp"

namespace adcore {

/// Keeps what is costly to find and equal for equal raw scores; of use until the normaliser learns again, which it has
/// to outlive.
class ScoreScale {
 public:
  explicit ScoreScale(const Normalizer& normalizer);

  /// The least of four ceilings, 0 to 100; 0 where p > 0.035. With a first score of a scope there is nothing to measure
  /// it by, and that ceiling is off.
  [[nodiscard]] auto score(std::uint64_t scope, double log_probability) -> double;

 private:
  [[nodiscard]] auto rank_ceiling_at(double raw) -> double;

  const Normalizer* normalizer_;
  double median_ = 0.0;  // raw score
  double fraction_of_zeros_ = 0.0;
  std::vector<double> rank_ceilings_;  // by bin of the histogram; NaN until asked for
};

}  // namespace adcore

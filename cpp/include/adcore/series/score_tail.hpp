// The upper tail of scores that have no distribution of their own.
#pragma once

#include "adcore/series/residual.hpp"

namespace adcore {

/// Which tenth is the highest follows from mean and variance; how many really lie there, and how far beyond its edge,
/// is counted. Beyond the edge the tail falls exponentially, as light tails do (Davison and Smith, 1990).
class ScoreTail {
 public:
  /// ln P(a score this high or higher); NaN while too few are known.
  [[nodiscard]] auto log_tail(double score) const noexcept -> double;
  void learn(double score, double weight) noexcept;

  template <class Fields>
  void fields(Fields& f) {
    all_.fields(f), beyond_.fields(f);
    f(judged_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool {
    return all_.is_possible() && beyond_.is_possible() && beyond_.mean >= 0 && std::isfinite(judged_) &&
           judged_ >= beyond_.count;
  }

 private:
  /// Where the highest tenth of a normal would begin.
  [[nodiscard]] auto edge() const noexcept -> double;
  /// The part of the scores beyond the edge.
  [[nodiscard]] auto share() const noexcept -> double;
  /// How far these are beyond it, in the mean.
  [[nodiscard]] auto excess() const noexcept -> double;

  FadingMoments all_;
  FadingMoments beyond_;  // excess of those beyond the edge
  float judged_ = 0;      // scores since there was an edge
};

}  // namespace adcore

// How long and how large anomalies usually are: familiar blips say less, unusual ones more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "adcore/series/residual.hpp"

namespace adcore {

/// An anomaly runs while p < 0.1, on one side. Its length and mean size are learned when it ends, for each side apart.
/// Size is by how much -ln p exceeds that of 0.1.
class AnomalyShape {
 public:
  /// Length with a bucket of this ln p and score, at least 1.
  [[nodiscard]] auto length_with(double log_probability, double score) const noexcept -> int;
  /// ln p, corrected by how unusual the running anomaly is with this bucket.
  [[nodiscard]] auto corrected(double log_probability, double score) const noexcept -> double;
  void learn(double log_probability, double score) noexcept;

  template <class Fields>
  void fields(Fields& f) {
    for (auto& side : sides_) side.log_lengths.fields(f), side.sizes.fields(f);
    f(size_sum_, length_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool;

 private:
  struct Known {
    FadingMoments log_lengths;
    FadingMoments sizes;
  };
  [[nodiscard]] auto continues(double score) const noexcept -> bool;
  /// ln P(as long and as large); 0 where nothing is known.
  [[nodiscard]] auto log_tail(const Known& known, double log_length, double size) const noexcept -> double;
  void end() noexcept;

  std::array<Known, 2> sides_;  // below, above
  double size_sum_ = 0;         // of the running anomaly; below zero on the lower side
  std::int32_t length_ = 0;
};

}  // namespace adcore

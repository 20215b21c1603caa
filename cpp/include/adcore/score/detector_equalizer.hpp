// DetectorEqualizer: one detector's idea of unusual in terms of all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "adcore/score/quantile_histogram.hpp"
#include "adcore/score/score_time.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// A detector whose series have heavier tails than their models say would own the score of every bucket. So a
/// probability counts as much as, over all detectors, one of the same rank among its detector's: the median of those
/// values, from p = 1e-4 down; from p = 0.05 up it stays, in between it is blended. Probabilities from 0.05 up are not
/// kept. Off with a single detector, and until every detector has had a few.
class DetectorEqualizer {
 public:
  /// Length of a bucket in ms.
  DetectorEqualizer(std::size_t detectors, std::int64_t bucket_span) : time_(bucket_span), seen_(detectors) {}

  /// A probability of a final result of a detector (0 is the first), as it was before the correction and after
  /// corrected() was asked for it. Interim results are not learned.
  void learn(std::size_t detector, double log_probability);
  /// What it counts as.
  [[nodiscard]] auto corrected(std::size_t detector, double log_probability) const -> double;
  /// The bucket that starts at `bucket_start` (ms) begins: older probabilities lose a little weight.
  void pass_to(std::int64_t bucket_start) noexcept;

  void write(ByteWriter& out) const;
  /// Keeps the number of detectors and the time. Throws SnapshotError on what cannot be.
  void read(ByteReader& in);

 private:
  [[nodiscard]] auto is_ready() const noexcept -> bool;
  [[nodiscard]] auto common_units(const QuantileHistogram& own, double units) const -> double;
  [[nodiscard]] auto median_at(double rank) const -> double;

  ScoreTime time_;
  std::vector<QuantileHistogram> seen_;  // of -100 ln p, per detector
  bool started_ = false;
  std::int64_t bucket_ = 0;
};

}  // namespace adcore

// Scoring: from the leaves of a bucket to scores and results.
#pragma once

#include <cstdint>
#include <span>

#include "adcore/job/result_tree.hpp"
#include "adcore/job/results.hpp"
#include "adcore/score/detector_equalizer.hpp"
#include "adcore/score/normalizer_set.hpp"

namespace adcore {

class Scoring {
 public:
  explicit Scoring(const JobConfig& config);

  /// Appends the results of a bucket. A final one moves the scales first, an interim one does not. True: they moved so
  /// much that older scores should be made again.
  auto write(const ClosingBucket& bucket, LeafBatch& batch, std::span<const std::uint32_t> events, JobResults& results)
      -> bool;

  [[nodiscard]] auto normalizers() const noexcept -> const NormalizerSet& { return normalizers_; }

  void write(ByteWriter& writer) const;
  void read(ByteReader& reader);

 private:
  void equalise(const ClosingBucket& bucket, LeafBatch& batch);

  DetectorEqualizer equalizer_;
  NormalizerSet normalizers_;
};

}  // namespace adcore

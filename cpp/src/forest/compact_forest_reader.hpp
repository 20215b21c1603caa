// A compact sample decoded for scoring, with the memory that scoring needs. Lives as long as a call.
#pragma once

#include <cmath>
#include <cstddef>
#include <memory>
#include <span>

#include "adcore/base/random.hpp"
#include "adcore/forest/compact_sample.hpp"
#include "adcore/forest/config.hpp"
#include "compact_forest_kernel.hpp"

namespace adcore {

class CompactReader {
 public:
  CompactReader(const ForestConfig& config, const CompactKernel& kernel)
      : kernel_(kernel), trees_(config.number_of_trees), seed_(static_cast<std::uint32_t>(mix_bits(config.seed))) {}

  /// Decodes the sample, which must not be empty. Its copy here does not follow later changes.
  void read(const CompactSample& sample) {
    const std::size_t dimensions = sample.dimensions();
    if (stride_ != sample.stride()) allot(dimensions, sample.stride());
    columns_ = {values_, stride_, sample.size(), dimensions, lo_, lo_ + dimensions};
    for (std::size_t d = 0; d < dimensions; ++d) {
      const HalfFrame& frame = sample.frame(d);
      kernel_.decode(sample.column(d).data(), sample.size(), stride_, frame.centre, frame.scale, values_ + d * stride_,
                     lo_ + d, lo_ + dimensions + d);
    }
  }

  /// The score of a point, rounded as stored; sums over trees in tree order.
  [[nodiscard]] auto score(std::span<const float> point) const -> double {
    kernel_.score(columns_, point.data(), seed_, trees_, scores_, scratch_);
    double total = 0;
    for (std::size_t tree = 0; tree < trees_; ++tree) total += static_cast<double>(scores_[tree]);
    return total / static_cast<double>(trees_) * std::log2(static_cast<double>(columns_.count) + 1.0);
  }

 private:
  // One block, not cleared: a call for a single row must not pay for more than it uses.
  void allot(std::size_t dimensions, std::size_t stride) {
    stride_ = stride;
    const std::size_t floats = dimensions * stride + 2 * dimensions + trees_;
    block_ =
        std::make_unique_for_overwrite<std::byte[]>(floats * sizeof(float) + kernel_.scratch_bytes(dimensions, stride));
    values_ = reinterpret_cast<float*>(block_.get());
    lo_ = values_ + dimensions * stride;
    scores_ = lo_ + 2 * dimensions;
    scratch_ = reinterpret_cast<std::byte*>(scores_ + trees_);
  }

  const CompactKernel& kernel_;
  std::size_t trees_;
  std::uint32_t seed_;
  std::size_t stride_ = 0;
  SampleColumns columns_;
  std::unique_ptr<std::byte[]> block_;
  float* values_ = nullptr;  // [dimensions][stride]
  float* lo_ = nullptr;      // [dimensions], then the upper corner
  float* scores_ = nullptr;  // [trees]
  std::byte* scratch_ = nullptr;
};

}  // namespace adcore

// The hot loops of a compact forest, compiled for several instruction sets and chosen when the process starts.
#pragma once

#include <cstddef>
#include <cstdint>

namespace adcore {

/// Sampled points as the kernel reads them: dimension by dimension, with their bounding box.
struct SampleColumns {
  const float* values = nullptr;  // [dimensions][stride]
  std::size_t stride = 0;         // a multiple of 64; what lies beyond `count` is finite and otherwise ignored
  std::size_t count = 0;          // at least 1, at most 32 768
  std::size_t dimensions = 0;
  const float* lo = nullptr;  // [dimensions]
  const float* hi = nullptr;
};

struct CompactKernel {
  /// values[i] = centre + scale * codes[i] for i < stride; returns their range over i < count.
  void (*decode)(const std::uint16_t* codes, std::size_t count, std::size_t stride, float centre, float scale,
                 float* values, float* lo, float* hi);
  /// Bytes of scratch memory that `score` needs, at any alignment.
  auto (*scratch_bytes)(std::size_t dimensions, std::size_t stride) -> std::size_t;
  /// scores[j] = score of the query in tree j of `trees`, not yet times log2(count + 1).
  void (*score)(const SampleColumns& sample, const float* query, std::uint32_t seed, std::size_t trees, float* scores,
                std::byte* scratch);
};

/// The best one for the processor this runs on. All give the same bits.
[[nodiscard]] auto compact_kernel() noexcept -> const CompactKernel&;

}  // namespace adcore

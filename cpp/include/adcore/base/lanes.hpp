// Eight floats at a time, in standard arithmetic: the same bits on every instruction set, one register on AVX2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "adcore/base/attributes.hpp"

#if defined(__AVX__)
#include <immintrin.h>
#endif

namespace adcore {

inline constexpr std::size_t kLanes = 8;
using Lanes = float __attribute__((vector_size(32)));
using LaneMask = std::int32_t __attribute__((vector_size(32)));  // per lane: all bits set, or none

/// Groups of eight that hold `count` floats.
[[nodiscard]] constexpr auto lane_groups(std::size_t count) noexcept -> std::size_t {
  return (count + kLanes - 1) / kLanes;
}

ADCORE_INLINE auto load(const float* source) noexcept -> Lanes {
  Lanes value;
  std::memcpy(&value, source, sizeof value);
  return value;
}

ADCORE_INLINE void store(float* target, Lanes value) noexcept { std::memcpy(target, &value, sizeof value); }

/// b where the lanes are equal or unordered; what the processor's instruction does, which GCC does not find by itself.
ADCORE_INLINE auto minimum(Lanes a, Lanes b) noexcept -> Lanes {
#if defined(__AVX__)
  return static_cast<Lanes>(_mm256_min_ps(a, b));
#else
  return a < b ? a : b;
#endif
}
ADCORE_INLINE auto maximum(Lanes a, Lanes b) noexcept -> Lanes {
#if defined(__AVX__)
  return static_cast<Lanes>(_mm256_max_ps(a, b));
#else
  return a > b ? a : b;
#endif
}

/// Lane i becomes that lane of `value` which index[i] names, modulo their number.
ADCORE_INLINE auto pick(Lanes value, LaneMask index) noexcept -> Lanes {
#if defined(__AVX2__)
  __m256i lanes;
  std::memcpy(&lanes, &index, sizeof lanes);
  return static_cast<Lanes>(_mm256_permutevar8x32_ps(value, lanes));
#else
  Lanes picked = {};
  for (std::size_t lane = 0; lane < kLanes; ++lane)
    picked[lane] = value[static_cast<std::size_t>(index[lane]) % kLanes];
  return picked;
#endif
}

/// The lanes of the last group that belong to a vector of `dimensions` floats.
ADCORE_INLINE auto tail_mask(std::size_t dimensions) noexcept -> LaneMask {
  const auto used = static_cast<std::int32_t>(dimensions - (lane_groups(dimensions) - 1) * kLanes);
  constexpr LaneMask lane = {0, 1, 2, 3, 4, 5, 6, 7};
  return lane < used;
}

/// `value` where the mask is set, else 0. Of Lanes, or of any other vector of floats.
template <class Values, class Mask>
ADCORE_INLINE auto keep(Values value, Mask mask) noexcept -> Values {
  Mask bits;
  std::memcpy(&bits, &value, sizeof bits);
  bits &= mask;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Sum of the lanes, always in the order ((0+4)+(2+6)) + ((1+5)+(3+7)).
ADCORE_INLINE auto sum(Lanes v) noexcept -> float {
  v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
  v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
  return v[0] + v[1];
}

struct Sums {
  float first;
  float second;
};
/// The sums of two vectors, each as sum() has it, in fewer instructions than one after the other.
ADCORE_INLINE auto sums(Lanes a, Lanes b) noexcept -> Sums {
  const auto first = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  const auto second = __builtin_shufflevector(b, b, 0, 1, 2, 3) + __builtin_shufflevector(b, b, 4, 5, 6, 7);
  const auto both =
      __builtin_shufflevector(first, second, 0, 1, 4, 5) + __builtin_shufflevector(first, second, 2, 3, 6, 7);
  return {both[0] + both[1], both[2] + both[3]};
}

/// Lane i becomes the sum of lanes 0..i.
ADCORE_INLINE auto running_sum(Lanes v) noexcept -> Lanes {
  constexpr Lanes zero = {};
  v += __builtin_shufflevector(v, zero, 8, 0, 1, 2, 3, 4, 5, 6);
  v += __builtin_shufflevector(v, zero, 8, 8, 0, 1, 2, 3, 4, 5);
  v += __builtin_shufflevector(v, zero, 8, 8, 8, 8, 0, 1, 2, 3);
  return v;
}

/// How many lanes are set.
ADCORE_INLINE auto count(LaneMask mask) noexcept -> std::size_t {
#if defined(__AVX__)
  __m256 bits;
  std::memcpy(&bits, &mask, sizeof bits);
  return static_cast<std::size_t>(__builtin_popcount(static_cast<unsigned>(_mm256_movemask_ps(bits))));
#else
  std::int32_t total = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) total -= mask[lane];
  return static_cast<std::size_t>(total);
#endif
}

}  // namespace adcore

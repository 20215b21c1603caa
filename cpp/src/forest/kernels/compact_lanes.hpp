// One tree's path per lane: floats, integers and masks for all paths of a group, in standard arithmetic.
// What happens in a lane does not depend on how many there are, so every instruction set gives the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "adcore/base/attributes.hpp"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace adcore::kernels::ADCORE_KERNEL_LEVEL::compact {

#if defined(__AVX2__)
inline constexpr std::size_t kPaths = 8;
#else
inline constexpr std::size_t kPaths = 4;
#endif

using Floats = float __attribute__((vector_size(4 * kPaths)));
using Ints = std::int32_t __attribute__((vector_size(4 * kPaths)));  // as a mask: all bits set, or none
using Hashes = std::uint32_t __attribute__((vector_size(4 * kPaths)));

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();

template <class To, class From>
ADCORE_INLINE auto bits_as(From from) noexcept -> To {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

/// The lanes one by one, in memory.
template <class T>
struct LaneValues {
  T values[kPaths];
  ADCORE_INLINE auto operator[](std::size_t i) noexcept -> T& { return values[i]; }
  ADCORE_INLINE auto operator[](std::size_t i) const noexcept -> const T& { return values[i]; }
};

ADCORE_INLINE auto spread(float value) noexcept -> Floats { return Floats{} + value; }
ADCORE_INLINE auto spread(std::int32_t value) noexcept -> Ints { return Ints{} + value; }
ADCORE_INLINE auto to_floats(Ints value) noexcept -> Floats { return __builtin_convertvector(value, Floats); }

ADCORE_INLINE auto load_floats(const float* source) noexcept -> Floats {
  Floats value;
  std::memcpy(&value, source, sizeof value);
  return value;
}
ADCORE_INLINE void store_floats(float* target, Floats value) noexcept { std::memcpy(target, &value, sizeof value); }

ADCORE_INLINE auto lane_numbers() noexcept -> Ints {
  Ints lanes = {};
  for (std::size_t i = 0; i < kPaths; ++i) lanes[i] = static_cast<std::int32_t>(i);
  return lanes;
}

/// Bit i is lane i of a mask.
ADCORE_INLINE auto to_bits(Ints mask) noexcept -> std::uint32_t {
#if defined(__AVX2__)
  return static_cast<std::uint32_t>(_mm256_movemask_ps(bits_as<__m256>(mask)));
#else
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < kPaths; ++i) bits |= (mask[i] != 0 ? 1U : 0U) << i;
  return bits;
#endif
}

/// Lane by lane min(least, value), except where `dead`: there the value is made a NaN, which loses the comparison.
ADCORE_INLINE auto minimum_alive(Floats least, Floats value, Ints dead) noexcept -> Floats {
  const auto candidate = bits_as<Floats>(bits_as<Ints>(value) | dead);
#if defined(__AVX2__)
  return bits_as<Floats>(_mm256_min_ps(bits_as<__m256>(candidate), bits_as<__m256>(least)));
#else
  return candidate < least ? candidate : least;
#endif
}
ADCORE_INLINE auto maximum_alive(Floats most, Floats value, Ints dead) noexcept -> Floats {
  const auto candidate = bits_as<Floats>(bits_as<Ints>(value) | dead);
#if defined(__AVX2__)
  return bits_as<Floats>(_mm256_max_ps(bits_as<__m256>(candidate), bits_as<__m256>(most)));
#else
  return candidate > most ? candidate : most;
#endif
}

/// Lane i reads base[offsets[i]].
ADCORE_INLINE auto gather(const float* base, Ints offsets) noexcept -> Floats {
#if defined(__AVX2__)
  return bits_as<Floats>(_mm256_i32gather_ps(base, bits_as<__m256i>(offsets), 4));
#else
  Floats values = {};
  for (std::size_t i = 0; i < kPaths; ++i) values[i] = base[offsets[i]];
  return values;
#endif
}

/// The largest float below each (finite) value.
ADCORE_INLINE auto just_below(Floats value) noexcept -> Floats {
  constexpr std::uint32_t kSmallestNegative = 0x80000001U;
  const auto bits = bits_as<Hashes>(value);  // unsigned, since lanes that are not used may wrap
  const Hashes stepped = value > 0 ? bits - 1U : bits + 1U;
  return bits_as<Floats>(value == 0 ? Hashes{} + kSmallestNegative : stepped);
}

/// "lowbias32" by C. Wellons (public domain): every input bit flips every output bit with probability near 1/2.
ADCORE_INLINE auto scramble(Hashes x) noexcept -> Hashes {
  x ^= x >> 16U;
  x *= 0x7feb352dU;
  x ^= x >> 15U;
  x *= 0x846ca68bU;
  x ^= x >> 16U;
  return x;
}

/// Uniform in [0, 1 - 2^-23].
ADCORE_INLINE auto to_fractions(Hashes hash) noexcept -> Floats {
  return to_floats(bits_as<Ints>(hash >> 9U)) * 0x1p-23F;
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL::compact

// Sets of sampled points as bit masks over the columns of a sample: one bit per point, 64 to a word.
#pragma once

#include "compact_lanes.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL::compact {

inline constexpr std::size_t kWordPoints = 64;
using Words = std::uint64_t __attribute__((vector_size(4 * kPaths)));
inline constexpr std::size_t kWordsPerVector = kPaths / 2;

#if defined(__AVX512DQ__)

/// The points whose value is at most `limit`.
ADCORE_INLINE void select_up_to(const float* column, float limit, std::size_t words, std::uint64_t* members) noexcept {
  auto* parts = reinterpret_cast<unsigned char*>(members);
  const __m512 limits = _mm512_set1_ps(limit);
  for (std::size_t i = 0; i < words * 4; ++i) {
    const __mmask16 bits = _mm512_cmp_ps_mask(_mm512_loadu_ps(column + 16 * i), limits, _CMP_LE_OQ);
    std::memcpy(parts + 2 * i, &bits, sizeof bits);
  }
}

/// The largest value of the members, or with Side = -1 the smallest.
template <int Side>
ADCORE_INLINE auto farthest(const float* column, const std::uint64_t* members, std::size_t words) noexcept -> float {
  const auto* parts = reinterpret_cast<const unsigned char*>(members);
  const __m512 none = _mm512_set1_ps(static_cast<float>(-Side) * kInfinity);
  __m512 ends[2] = {none, none};  // two chains: one would wait for itself
  for (std::size_t i = 0; i < words * 4; ++i) {
    __mmask16 bits = 0;
    std::memcpy(&bits, parts + 2 * i, sizeof bits);
    const __m512 values = _mm512_mask_loadu_ps(none, bits, column + 16 * i);
    ends[i % 2] = Side > 0 ? _mm512_max_ps(ends[i % 2], values) : _mm512_min_ps(ends[i % 2], values);
  }
  if constexpr (Side > 0) return _mm512_reduce_max_ps(_mm512_max_ps(ends[0], ends[1]));
  else return _mm512_reduce_min_ps(_mm512_min_ps(ends[0], ends[1]));
}

#elif defined(__AVX2__)

ADCORE_INLINE void select_up_to(const float* column, float limit, std::size_t words, std::uint64_t* members) noexcept {
  auto* parts = reinterpret_cast<unsigned char*>(members);
  const __m256 limits = _mm256_set1_ps(limit);
  for (std::size_t i = 0; i < words * 8; ++i) {
    const __m256 up_to = _mm256_cmp_ps(_mm256_loadu_ps(column + 8 * i), limits, _CMP_LE_OQ);
    parts[i] = static_cast<unsigned char>(_mm256_movemask_ps(up_to));
  }
}

template <int Side>
ADCORE_INLINE auto farthest(const float* column, const std::uint64_t* members, std::size_t words) noexcept -> float {
  const auto* parts = reinterpret_cast<const unsigned char*>(members);
  const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  const float none = static_cast<float>(-Side) * kInfinity;
  Floats ends[2] = {spread(none), spread(none)};
  for (std::size_t i = 0; i < words * 8; ++i) {
    const __m256i chosen = _mm256_and_si256(_mm256_set1_epi32(parts[i]), bit);
    const Ints dead = bits_as<Ints>(_mm256_cmpeq_epi32(chosen, _mm256_setzero_si256()));
    const Floats values = load_floats(column + 8 * i);
    ends[i % 2] = Side > 0 ? maximum_alive(ends[i % 2], values, dead) : minimum_alive(ends[i % 2], values, dead);
  }
  const Floats joined = Side > 0 ? maximum_alive(ends[0], ends[1], Ints{}) : minimum_alive(ends[0], ends[1], Ints{});
  float end = none;
  for (std::size_t i = 0; i < kPaths; ++i) end = (Side > 0 ? joined[i] > end : joined[i] < end) ? joined[i] : end;
  return end;
}

#else

ADCORE_INLINE void select_up_to(const float* column, float limit, std::size_t words, std::uint64_t* members) noexcept {
  for (std::size_t w = 0; w < words; ++w) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < kWordPoints; ++i) bits |= (column[w * kWordPoints + i] <= limit ? 1ULL : 0ULL) << i;
    members[w] = bits;
  }
}

template <int Side>
ADCORE_INLINE auto farthest(const float* column, const std::uint64_t* members, std::size_t words) noexcept -> float {
  float end = static_cast<float>(-Side) * kInfinity;
  for (std::size_t w = 0; w < words; ++w) {
    for (std::uint64_t rest = members[w]; rest != 0; rest &= rest - 1) {
      const float value = column[w * kWordPoints + static_cast<std::size_t>(__builtin_ctzll(rest))];
      end = (Side > 0 ? value > end : value < end) ? value : end;
    }
  }
  return end;
}

#endif

/// Bit i: word i is 0.
ADCORE_INLINE auto zero_words(Words words) noexcept -> std::uint32_t {
#if defined(__AVX2__)
  const __m256i zero = _mm256_cmpeq_epi64(bits_as<__m256i>(words), _mm256_setzero_si256());
  return static_cast<std::uint32_t>(_mm256_movemask_pd(bits_as<__m256d>(zero)));
#else
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < kWordsPerVector; ++i) bits |= (words[i] == 0 ? 1U : 0U) << i;
  return bits;
#endif
}

/// Keeps the points on one side of a cut. Returns how many are left.
ADCORE_INLINE auto keep_side(std::uint64_t* members, const std::uint64_t* up_to_cut, bool left,
                             std::size_t words) noexcept -> std::int32_t {
  const std::uint64_t flip = left ? 0 : ~0ULL;
  std::int32_t kept = 0;
  for (std::size_t w = 0; w < words; ++w) {
    members[w] &= up_to_cut[w] ^ flip;
    kept += static_cast<std::int32_t>(__builtin_popcountll(members[w]));
  }
  return kept;
}

ADCORE_INLINE void fill(std::uint64_t* members, std::size_t count, std::size_t words) noexcept {
  for (std::size_t w = 0; w < words; ++w) {
    const std::size_t before = w * kWordPoints;
    members[w] = count >= before + kWordPoints ? ~0ULL : count <= before ? 0 : (1ULL << (count - before)) - 1;
  }
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL::compact

// A cut, and the one rule by which every cut of a random cut forest is drawn from a bounding box.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "adcore/base/lanes.hpp"
#include "adcore/base/random.hpp"

namespace adcore {

/// Left of the cut means point[dimension] <= value.
struct Cut {
  std::uint32_t dimension = 0;
  float value = 0;

  [[nodiscard]] ADCORE_INLINE auto is_right(const float* point) const noexcept -> bool {
    return point[dimension] > value;
  }
};

/// Uniform in [0, 1 - 2^-23]: a product with a positive float stays below that float.
ADCORE_INLINE auto to_cut_fraction(std::uint64_t bits) noexcept -> float {
  return static_cast<float>(static_cast<std::int32_t>(bits >> 41U)) * 0x1p-23F;
}

// Where no cut is stored, the cut of a set of points is a function of a state and of their box. The states form a tree.
ADCORE_INLINE auto child_state(std::uint64_t state, bool right) noexcept -> std::uint64_t {
  return mix_bits(state + (right ? 0xd1b54a32d192ed03ULL : 0x8cb92ba72f3d8dd7ULL));
}
ADCORE_INLINE auto cut_fraction(std::uint64_t state) noexcept -> float { return to_cut_fraction(state); }

ADCORE_INLINE auto first_wide_dimension(const float* lo, const float* hi, std::size_t end) noexcept -> std::size_t {
  std::size_t dimension = 0;
  while (dimension + 1 < end && !(hi[dimension] > lo[dimension])) ++dimension;
  return dimension;
}

/// The length of a box, summed over its dimensions. Corners are `groups` lane groups, zero beyond the dimensions;
/// `Groups` > 0 fixes the number at compile time.
template <std::size_t Groups = 0>
ADCORE_INLINE auto range_sum(const float* lo, const float* hi, std::size_t groups) noexcept -> float {
  if constexpr (Groups > 0) groups = Groups;
  float total = 0;
  for (std::size_t g = 0; g < groups; ++g) total += running_sum(load(hi + g * kLanes) - load(lo + g * kLanes))[7];
  return total;
}

/// Where in a box of length `length` > 0 (range_sum) the cut with a given fraction falls. The cut separates the
/// corners: lo <= value < hi. Source: Guha, Mishra, Roy and Schrijvers, "Robust random cut forest based anomaly
/// detection on streams", ICML 2016, definition 1.
template <std::size_t Groups = 0>
ADCORE_INLINE auto draw_cut(const float* lo, const float* hi, std::size_t groups, float length, float fraction) noexcept
    -> Cut {
  if constexpr (Groups > 0) groups = Groups;
  const float target = fraction * length;
  float before_group = 0;
  float sums[kLanes + 1];
  std::size_t g = 0;
  Lanes through;
  for (;; ++g) {
    const Lanes within = running_sum(load(hi + g * kLanes) - load(lo + g * kLanes));
    through = within + before_group;
    if (g + 1 == groups || target < through[7]) break;
    before_group += within[7];
  }
  sums[0] = before_group;
  store(sums + 1, through);
  const std::size_t found = count(through <= target);
  const std::size_t lane = found < kLanes ? found : kLanes - 1;
  std::size_t dimension = g * kLanes + lane;
  float offset = target - sums[lane];
  if (!(hi[dimension] > lo[dimension])) {  // rounding of the sums picked an edge of the box that has no length
    dimension = first_wide_dimension(lo, hi, groups * kLanes);
    offset = 0;
  }
  float value = lo[dimension] + offset;
  if (!(value >= lo[dimension])) value = lo[dimension];
  if (value >= hi[dimension]) value = std::nextafterf(hi[dimension], -std::numeric_limits<float>::infinity());
  return {static_cast<std::uint32_t>(dimension), value};
}

}  // namespace adcore

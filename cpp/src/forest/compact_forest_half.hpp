// IEEE half precision (binary16) in integer arithmetic: the same bits with and without hardware support.
#pragma once

#include <bit>
#include <cstdint>

#include "adcore/base/attributes.hpp"

namespace adcore {

inline constexpr float kLargestHalf = 65504.0F;

/// Rounds to the nearest half, ties to even. |value| must be at most kLargestHalf.
ADCORE_INLINE auto to_half(float value) noexcept -> std::uint16_t {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16U) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  // Below 2^-14 the unit is 2^-24, that of a float just above 1/2: the addition rounds.
  const std::uint32_t small =
      std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5F) - std::bit_cast<std::uint32_t>(0.5F);
  const std::uint32_t rounded = (magnitude + 0xfffU + ((magnitude >> 13U) & 1U) - (112U << 23U)) >> 13U;
  return static_cast<std::uint16_t>(sign | (magnitude < 0x38800000U ? small : rounded));
}

ADCORE_INLINE auto from_half(std::uint16_t half) noexcept -> float {
  const std::uint32_t magnitude = half & 0x7fffU;
  const float small = std::bit_cast<float>(magnitude | 0x3f000000U) - 0.5F;
  const float normal = std::bit_cast<float>((magnitude << 13U) + (112U << 23U));
  const float value = magnitude < 0x400U ? small : normal;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) |
                              (static_cast<std::uint32_t>(half & 0x8000U) << 16U));
}

}  // namespace adcore

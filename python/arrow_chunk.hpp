// One chunk of one Arrow column: a window on an array, and its values as numbers, times or texts.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "arrow_abi.hpp"

namespace adcore::python {

/// A time that is missing, as NumPy writes it (NaT).
inline constexpr std::int64_t kMissingTime = std::numeric_limits<std::int64_t>::min();

/// `length` values of `array`, the first of them at `offset` (which counts the offsets of the array and of its parent).
struct ArrowChunk {
  const ArrowArray* array = nullptr;
  std::size_t offset = 0;
  std::size_t length = 0;

  template <class T>
  [[nodiscard]] auto buffer(std::size_t index) const -> const T* {
    return static_cast<const T*>(array->buffers[index]);
  }
  [[nodiscard]] auto bit(std::size_t buffer_index, std::size_t i) const -> bool {
    const std::size_t at = offset + i;
    return ((buffer<std::uint8_t>(buffer_index)[at / 8] >> (at % 8)) & 1U) != 0;
  }
  [[nodiscard]] auto may_have_nulls() const -> bool { return array->null_count != 0 && array->buffers[0] != nullptr; }
};

/// Calls write(i, is_missing) for each value of the chunk.
template <class Write>
void for_values(const ArrowChunk& chunk, Write&& write) {
  const bool nulls = chunk.may_have_nulls();
  for (std::size_t i = 0; i < chunk.length; ++i) write(i, nulls && !chunk.bit(0, i));
}

template <class T>
void read_plain(const ArrowChunk& chunk, double* out) {
  const T* values = chunk.buffer<T>(1) + chunk.offset;
  for_values(chunk, [&](std::size_t i, bool missing) {
    out[i] = missing ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(values[i]);
  });
}

inline void read_booleans(const ArrowChunk& chunk, double* out) {
  for_values(chunk, [&](std::size_t i, bool missing) {
    out[i] = missing ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(chunk.bit(1, i));
  });
}

/// A 128-bit integer in two's complement, negated before it is rounded: a sum of large parts would lose small values.
[[nodiscard]] inline auto to_double(std::uint64_t low, std::uint64_t high) -> double {
  const bool is_negative = (high >> 63U) != 0;
  if (is_negative) {
    low = ~low + 1;
    high = ~high + (low == 0 ? 1 : 0);
  }
  const double magnitude = static_cast<double>(high) * 0x1p64 + static_cast<double>(low);
  return is_negative ? -magnitude : magnitude;
}

/// 128-bit integers in units of 10^-scale, little-endian.
inline void read_decimals(const ArrowChunk& chunk, int scale, double* out) {
  const auto* words = chunk.buffer<std::uint64_t>(1) + 2 * chunk.offset;
  const double unit = std::pow(10.0, scale);
  for_values(chunk, [&](std::size_t i, bool missing) {
    out[i] = missing ? std::numeric_limits<double>::quiet_NaN() : to_double(words[2 * i], words[2 * i + 1]) / unit;
  });
}

/// Integers of type T in units of `per_millisecond` to the millisecond (or of `milliseconds` each); rounds down.
template <class T>
void read_times(const ArrowChunk& chunk, std::int64_t milliseconds, std::int64_t per_millisecond, std::int64_t* out) {
  const T* values = chunk.buffer<T>(1) + chunk.offset;
  for_values(chunk, [&](std::size_t i, bool missing) {
    const auto scaled = static_cast<std::int64_t>(values[i]) * milliseconds;
    const auto floored = scaled / per_millisecond - (scaled % per_millisecond < 0 ? 1 : 0);
    out[i] = missing ? kMissingTime : floored;
  });
}

/// Texts with 32- or 64-bit offsets.
template <class Offset>
[[nodiscard]] auto text_at(const ArrowChunk& chunk, std::size_t i) -> std::string_view {
  const Offset* offsets = chunk.buffer<Offset>(1) + chunk.offset + i;
  return {chunk.buffer<char>(2) + offsets[0], static_cast<std::size_t>(offsets[1] - offsets[0])};
}

/// Texts as views: 12 bytes in place, or a prefix, a buffer's index and an offset.
[[nodiscard]] inline auto text_view_at(const ArrowChunk& chunk, std::size_t i) -> std::string_view {
  const auto* entry = chunk.buffer<char>(1) + 16 * (chunk.offset + i);
  std::int32_t parts[4];
  std::memcpy(parts, entry, sizeof parts);
  const auto length = static_cast<std::size_t>(parts[0]);
  if (length <= 12) return {entry + 4, length};
  return {chunk.buffer<char>(2 + static_cast<std::size_t>(parts[2])) + parts[3], length};
}

}  // namespace adcore::python

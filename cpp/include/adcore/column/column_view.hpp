// A borrowed column of doubles: where it lies in memory, and which rows are missing.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace adcore {

/// The value that stands for "missing" wherever a double is asked for.
inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// `size` values at `values`, `values + stride`, ... (in elements, so a column of a row-major table is a view too).
/// A row is missing if its value is NaN or, where `validity` is given, if its bit is 0
/// (least significant bit first, as in Arrow; row 0 is bit `validity_offset`).
struct ColumnView {
  const double* values = nullptr;
  std::size_t size = 0;
  std::ptrdiff_t stride = 1;
  const std::uint8_t* validity = nullptr;
  std::size_t validity_offset = 0;

  ColumnView() = default;
  ColumnView(std::span<const double> column) noexcept  // NOLINT(google-explicit-constructor): a span is a column
      : values(column.data()), size(column.size()) {}
  ColumnView(const double* first, std::size_t rows, std::ptrdiff_t step, const std::uint8_t* bits = nullptr,
             std::size_t bit_offset = 0) noexcept
      : values(first), size(rows), stride(step), validity(bits), validity_offset(bit_offset) {}

  [[nodiscard]] auto is_dense() const noexcept -> bool { return stride == 1 && validity == nullptr; }

  [[nodiscard]] auto is_valid(std::size_t row) const noexcept -> bool {
    if (validity == nullptr) return true;
    const auto bit = validity_offset + row;
    return ((validity[bit >> 3U] >> (bit & 7U)) & 1U) != 0;
  }

  /// The value of a row; NaN if it is missing.
  [[nodiscard]] auto operator[](std::size_t row) const noexcept -> double {
    return is_valid(row) ? values[static_cast<std::ptrdiff_t>(row) * stride] : kMissing;
  }
};

}  // namespace adcore

// The rows of a call on a forest: unpacked, and refused as a whole if they do not fit.
#pragma once

#include "bindings.hpp"

#include <span>
#include <string>

#include "adcore/base/error.hpp"
#include "guarded_forest.hpp"
#include "incomplete_rows.hpp"

namespace adcore::python {

/// A table of rows or whole points, as plain values.
struct Rows {
  std::span<const double> values;
  std::size_t width = 0;
  std::size_t count = 0;

  [[nodiscard]] auto row(std::size_t i) const -> std::span<const double> { return values.subspan(i * width, width); }
  [[nodiscard]] auto part(std::size_t first, std::size_t rows) const -> std::span<const double> {
    return values.subspan(first * width, rows * width);
  }
};

/// Whether a query is meant, which may also be about whole points, or rows that are to be learned.
enum class Purpose : std::uint8_t { kAsk, kLearn };

inline void check_width(std::size_t width, const GuardedForest& forest, Purpose purpose) {
  if (width == forest.row_size() || (purpose == Purpose::kAsk && width == forest.dimensions())) return;
  throw_invalid_argument("number of columns", std::to_string(width), std::to_string(forest.row_size()));
}

/// One value out of range and all of the rows are refused, so that no part of a bad batch is learned.
[[nodiscard]] inline auto unpack_rows(const GuardedForest& forest, const DoubleArray& array, Purpose purpose) -> Rows {
  if (array.ndim() != 2) throw_invalid_argument("dimensions of rows", std::to_string(array.ndim()), "2");
  const Rows rows{view(array), static_cast<std::size_t>(array.shape(1)), static_cast<std::size_t>(array.shape(0))};
  check_width(rows.width, forest, purpose);
  without_gil([&] { check_rows("X", rows.values, rows.width); });
  return rows;
}

}  // namespace adcore::python

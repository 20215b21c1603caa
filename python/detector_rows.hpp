// The rows and times of a call on a detector: unpacked, checked as a whole, and computed in turns.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/detect/config.hpp"
#include "bindings.hpp"
#include "incomplete_rows.hpp"
#include "result_columns.hpp"

namespace adcore::python {

struct DetectorRows {
  std::span<const double> rows;
  std::span<const std::int64_t> timestamps;  // empty: one usual gap after the other
  std::size_t width = 0;
  std::size_t count = 0;

  [[nodiscard]] auto part(std::size_t first, std::size_t size) const -> DetectorRows {
    return {rows.subspan(first * width, size * width),
            timestamps.empty() ? timestamps : timestamps.subspan(first, size), width, size};
  }
};

[[nodiscard]] inline auto unpack_rows(const DoubleArray& rows, const std::optional<Int64Array>& timestamps)
    -> DetectorRows {
  if (rows.ndim() != 2) throw_invalid_argument("dimensions of rows", std::to_string(rows.ndim()), "2");
  return {view(rows), timestamps ? view(*timestamps) : std::span<const std::int64_t>{},
          static_cast<std::size_t>(rows.shape(1)), static_cast<std::size_t>(rows.shape(0))};
}

inline void check_order(std::span<const std::int64_t> timestamps) {
  for (std::size_t i = 1; i < timestamps.size(); ++i) {
    if (timestamps[i] > timestamps[i - 1]) continue;
    throw DataError("timestamps, row " + std::to_string(i) +
                    " is not later than the row before, and late rows are refused");
  }
}

/// What the detector would refuse is refused before the first turn, so that no part of a bad batch is learned.
inline void check(const DetectorRows& batch, const ThresholdedForestConfig& config) {
  const auto width = config.forest.input_dimensions;
  if (batch.width != width) {
    throw_invalid_argument("number of columns", std::to_string(batch.width), std::to_string(width));
  }
  if (!batch.timestamps.empty() && batch.timestamps.size() != batch.count) {
    throw_invalid_argument("number of timestamps", std::to_string(batch.timestamps.size()),
                           std::to_string(batch.count));
  }
  check_rows("X", batch.rows, batch.width);
  if (config.late_rows == LatePolicy::refuse) check_order(batch.timestamps);
}

/// Calls process(part) -> ThresholdedColumns turn by turn and packs the columns of all parts.
template <class Process>
[[nodiscard]] auto process_in_turns(const ThresholdedForestConfig& config, const DoubleArray& rows,
                                    const std::optional<Int64Array>& timestamps, Process&& process) -> ColumnDict {
  const DetectorRows batch = unpack_rows(rows, timestamps);
  without_gil([&] { check(batch, config); });
  std::vector<ThresholdedColumns> parts;
  in_turns(batch.count, rows_per_turn(config.forest.dimensions()),
           [&](std::size_t first, std::size_t count) { parts.push_back(process(batch.part(first, count))); });
  return pack_columns(parts, batch.count, batch.width);
}

}  // namespace adcore::python

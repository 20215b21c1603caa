// Rows of doubles as Python gives them, NaN being missing: checked, completed, and fed to a forest that takes only
// finite floats. A missing value is imputed by the forest once it is ready, else it is the value of the row before;
// a row with imputed values moves the shingle but is never sampled, so nothing imputed is learnt as if it were seen.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "adcore/forest/forest.hpp"
#include "data_error.hpp"

namespace adcore::python {

inline constexpr double kNoScore = std::numeric_limits<double>::quiet_NaN();

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_bad_value(const std::string& name, std::size_t row,
                                                                   std::size_t column, double value) {
  std::ostringstream message;
  message << name << ", row " << row << ", column " << column << " is " << value << ": expected a value from "
          << -kMaximumMagnitude << " to " << kMaximumMagnitude << ", or NaN if it is missing";
  throw DataError(message.str());
}

/// Throws DataError that names the first value that is infinite or too large.
inline void check_rows(const std::string& name, std::span<const double> rows, std::size_t width) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (std::abs(rows[i]) > kMaximumMagnitude) throw_bad_value(name, i / width, i % width, rows[i]);
  }
}

/// The largest float that the forest takes: the nearest one to the limit itself lies beyond it.
inline constexpr float kLargest = 0x1.93e592p+99F;
static_assert(static_cast<double>(kLargest) <= kMaximumMagnitude && kMaximumMagnitude < 1.0000001 * kLargest);

/// Of a checked value.
[[nodiscard]] inline auto to_float(double value) noexcept -> float {
  return std::clamp(static_cast<float>(value), -kLargest, kLargest);
}

/// The coordinates of a point that the next row fills: all of them where rows are whole points.
[[nodiscard]] inline auto block_of_next_row(const Forest& forest) -> std::size_t {
  const auto& config = forest.config();
  if (!config.internal_shingling) return 0;
  const std::size_t last = config.shingle_size - 1;
  return config.input_dimensions * (config.internal_rotation ? forest.total_updates() % config.shingle_size : last);
}

/// The coordinates of the shingle that the row before filled.
[[nodiscard]] inline auto block_of_previous_row(const Forest& forest) -> std::size_t {
  const auto& config = forest.config();
  if (!config.internal_rotation) return block_of_next_row(forest);
  return config.input_dimensions * ((forest.total_updates() + config.shingle_size - 1) % config.shingle_size);
}

/// A row or a whole point, made a complete point.
class CompletePoint {
 public:
  explicit CompletePoint(const Forest& forest) : forest_(&forest), point_(forest.dimensions()) {}

  /// `values` has row_size() values (the possible next row) or dimensions() values (a whole point).
  void complete(std::span<const double> values) {
    const bool is_whole = values.size() == point_.size();
    block_ = is_whole ? 0 : block_of_next_row(*forest_);
    fill_from_previous(values, is_whole ? 0 : block_of_previous_row(*forest_));
    if (is_whole) {
      point_.assign(row_.begin(), row_.end());
    } else {
      forest_->shingled_point(row_, point_);
    }
    if (is_imputed() && forest_->is_ready()) impute();
  }

  [[nodiscard]] auto point() const noexcept -> std::span<const float> { return point_; }
  /// The row that was given, completed.
  [[nodiscard]] auto row() const noexcept -> std::span<const float> { return row_; }
  /// Where the row stands in the point.
  [[nodiscard]] auto block() const noexcept -> std::size_t { return block_; }
  /// The coordinates of the point that were missing.
  [[nodiscard]] auto missing() const noexcept -> std::span<const std::uint32_t> { return missing_; }
  [[nodiscard]] auto is_imputed() const noexcept -> bool { return !missing_.empty(); }
  /// Whether there was nothing to go by.
  [[nodiscard]] auto is_empty() const noexcept -> bool { return missing_.size() == row_.size(); }

 private:
  void fill_from_previous(std::span<const double> values, std::size_t previous_block) {
    row_.resize(values.size());
    missing_.clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
      row_[i] = to_float(values[i]);
      if (!std::isnan(values[i])) continue;
      row_[i] = forest_->shingle()[previous_block + i];
      missing_.push_back(static_cast<std::uint32_t>(block_ + i));
    }
  }
  void impute() {
    point_ = forest_->impute(point_, missing_).value;
    for (const auto i : missing_) row_[i - block_] = point_[i];
  }

  const Forest* forest_;
  std::vector<float> point_;
  std::vector<float> row_;
  std::vector<std::uint32_t> missing_;
  std::size_t block_ = 0;
};

[[nodiscard]] inline auto is_complete(std::span<const double> row) -> bool {
  return std::none_of(row.begin(), row.end(), [](double value) { return std::isnan(value); });
}

/// Scores, then learns one row that lacks some value.
[[nodiscard]] inline auto process_incomplete(Forest& forest, std::span<const double> row) -> double {
  CompletePoint completed(forest);
  completed.complete(row);
  const double score = completed.is_empty() ? kNoScore : forest.score(completed.point());
  forest.update(completed.row(), false);
  return score;
}

/// Scores, then learns each row in order. Runs of complete rows go to the forest in one call.
inline void process_rows(Forest& forest, std::span<const double> rows, std::span<double> scores, std::size_t threads) {
  const std::size_t width = forest.config().row_size();
  const auto row = [&](std::size_t i) { return rows.subspan(i * width, width); };
  std::vector<float> floats(rows.size());
  std::transform(rows.begin(), rows.end(), floats.begin(), to_float);
  for (std::size_t first = 0; first < scores.size();) {
    std::size_t end = first;
    while (end < scores.size() && is_complete(row(end))) ++end;
    forest.process(std::span(floats).subspan(first * width, (end - first) * width), scores.subspan(first, end - first),
                   threads);
    if (end < scores.size()) scores[end] = process_incomplete(forest, row(end));
    first = end + 1;
  }
}

/// Learns each row in order.
inline void update_rows(Forest& forest, std::span<const double> rows) {
  const std::size_t width = forest.config().row_size();
  CompletePoint completed(forest);
  std::vector<float> floats(width);
  for (std::size_t first = 0; first < rows.size(); first += width) {
    const auto row = rows.subspan(first, width);
    if (is_complete(row)) {
      std::transform(row.begin(), row.end(), floats.begin(), to_float);
      forest.update(floats);
    } else {
      completed.complete(row);
      forest.update(completed.row(), false);
    }
  }
}

}  // namespace adcore::python

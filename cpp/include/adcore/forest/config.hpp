// What a forest is made with. The defaults are those of the field (AWS random cut forest 4.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace adcore {

struct ForestConfig {
  /// Values in one row of input.
  std::size_t input_dimensions = 1;
  /// Consecutive rows that make one point.
  std::size_t shingle_size = 1;
  std::size_t number_of_trees = 50;
  /// Points each tree keeps, 1 to 32 768.
  std::size_t sample_size = 256;
  /// Rate at which old points lose weight, per row; unset means 1 / (10 sample_size).
  std::optional<double> time_decay;
  /// Rows before the first score other than 0; unset means sample_size / 4.
  std::optional<std::size_t> output_after;
  /// A tree takes every point until this fraction of its sample is filled, then ever fewer; in (0, 1].
  double initial_accept_fraction = 0.125;
  /// Fraction of the bounding boxes that is kept in memory, in [0, 1]. Trades memory for time, never changes a result.
  double bounding_box_cache_fraction = 0.5;
  /// True: rows have input_dimensions values and the forest makes the points. False: rows are whole points.
  bool internal_shingling = true;
  /// The shingle is a ring: row k replaces block k mod shingle_size, nothing is shifted. Needs internal shingling.
  bool internal_rotation = false;
  std::uint64_t seed = 42;

  /// Values in one point.
  [[nodiscard]] auto dimensions() const noexcept -> std::size_t { return input_dimensions * shingle_size; }
  /// Values in one row that is given to update().
  [[nodiscard]] auto row_size() const noexcept -> std::size_t {
    return internal_shingling ? input_dimensions : dimensions();
  }
  [[nodiscard]] auto resolved_time_decay() const noexcept -> double {
    return time_decay.value_or(0.1 / static_cast<double>(sample_size));
  }
  [[nodiscard]] auto resolved_output_after() const noexcept -> std::size_t {
    return output_after.value_or(sample_size / 4 > 0 ? sample_size / 4 : 1);
  }

  /// Throws InvalidArgument that names the first field out of range.
  void validate() const;
  /// Throws InvalidArgument that names the value, unless these are whole rows of values that a forest takes.
  void check_rows(std::span<const float> rows) const;
};

/// Largest number of values in one point, and of points in one tree's sample.
inline constexpr std::size_t kMaximumDimensions = 65'535;
inline constexpr std::size_t kMaximumSampleSize = 32'768;
/// Values of larger magnitude are refused: sums of ranges must stay finite in single precision.
inline constexpr double kMaximumMagnitude = 1e30F;

}  // namespace adcore

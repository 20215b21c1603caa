// From the caller's values to the values the forest sees, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/detect/deviation.hpp"
#include "adcore/detect/options.hpp"
#include "adcore/forest/config.hpp"

namespace adcore {

/// Transformed values are kept within this: a little less than the forest takes, so that rounding cannot exceed it.
inline constexpr double kMaximumTransformed = 0.999 * kMaximumMagnitude;

struct TransformConfig {
  TransformMethod method = TransformMethod::normalize;
  std::size_t input_dimensions = 1;
  double decay = 1.0 / 256;
  double clip = 100;
  std::vector<double> weights;  // empty: all 1
};

/// What is known about one input column.
struct ColumnStatistics {
  explicit ColumnStatistics(double decay)
      : value(decay), step(decay), value_deviation(decay), step_mean(0.1 * decay), step_deviation(0.1 * decay) {}

  template <class Fields>
  void fields(Fields& f) {
    for (auto* known : {&value, &step, &value_deviation, &step_mean, &step_deviation}) known->fields(f);
    f(last, far);
  }

  Deviation value;
  Deviation step;             // value - previous value; the first is 0
  Deviation value_deviation;  // of the standard deviation of `value`: its smoothed course
  Deviation step_mean;        // the drift, smoothed
  Deviation step_deviation;   // the usual step, smoothed
  double last = 0;            // the last value, as it entered
  std::uint32_t far = 0;      // rises with every value too far away to enter as it is, and falls slowly
};

/// Row by row: y = weight * (x' - shift) / scale, where x' is the value, or its difference to the row before.
/// Statistics are those before the row; learn() moves them afterwards.
class Transform {
 public:
  explicit Transform(const TransformConfig& config);

  [[nodiscard]] auto method() const noexcept -> TransformMethod { return config_.method; }
  [[nodiscard]] auto is_differencing() const noexcept -> bool;
  /// Whether transformed values lie around 0.
  [[nodiscard]] auto is_centred() const noexcept -> bool;

  /// `previous` is the row before; empty for the first row of a stream, whose differences are 0.
  void apply(std::span<const double> row, std::span<const double> previous, std::span<float> out) const noexcept;
  /// apply() with the statistics of this segment of rows, [n * input_dimensions], for a stream that starts.
  void apply_segment(std::span<const double> rows, std::span<float> out) const;

  /// Moves the statistics. NaN-free; `imputed[i]` != 0 leaves column i out (empty: none). A value further than ten
  /// scales from the mean enters as one at that distance, which doubles while such values go on: one wild value does
  /// not blind the transform, and a new level is reached in a few rows.
  void learn(std::span<const double> row, std::span<const std::uint8_t> imputed) noexcept;

  /// One transformed value per column back to the caller's units, in place.
  void invert(std::span<double> values, std::span<const double> previous) const noexcept;
  /// Units of the caller per transformed unit; 0 where the weight is 0.
  [[nodiscard]] auto scale(std::size_t column) const noexcept -> double;
  /// What is added after scaling; `previous` as in apply().
  [[nodiscard]] auto shift(std::size_t column, std::span<const double> previous) const noexcept -> double;
  /// Usual change from one row to the next.
  [[nodiscard]] auto drift(std::size_t column) const noexcept -> double { return statistics_[column].step_mean.mean(); }
  [[nodiscard]] auto statistics(std::size_t column) const noexcept -> const ColumnStatistics& {
    return statistics_[column];
  }

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  void write(ByteWriter& out) const;
  void read(ByteReader& in);
  template <class Fields>
  void fields(Fields& f) {
    for (auto& column : statistics_) column.fields(f);
  }
  /// Throws SnapshotError on what learn() cannot have made.
  void check() const;

 private:
  [[nodiscard]] auto raw_scale(const ColumnStatistics& known) const noexcept -> double;
  [[nodiscard]] auto raw_shift(const ColumnStatistics& known) const noexcept -> double;
  [[nodiscard]] auto weight(std::size_t column) const noexcept -> double {
    return config_.weights.empty() ? 1.0 : config_.weights[column];
  }
  [[nodiscard]] auto transformed(double value, const ColumnStatistics& known, double weight) const noexcept -> float;
  [[nodiscard]] auto segment_statistics(std::span<const double> rows) const -> std::vector<ColumnStatistics>;

  TransformConfig config_;
  std::vector<ColumnStatistics> statistics_;
};

}  // namespace adcore

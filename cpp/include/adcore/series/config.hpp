// What all series of a detector share; not stored per series.
#pragma once

#include <cstdint>

namespace adcore {

enum class SeriesKind : std::uint8_t {
  count,   ///< whole numbers, zero or more
  metric,  ///< any number
};

/// Where values are unusual: one-sided probabilities are doubled, so that the median gives 1.
enum class Side : std::uint8_t { both, low, high };

[[nodiscard]] constexpr auto is_other_side(Side side, bool above) noexcept -> bool {
  return (side == Side::high && !above) || (side == Side::low && above);
}

struct SeriesConfig {
  /// Length of a bucket in ms, > 0.
  std::int64_t bucket_span = 300'000;
  SeriesKind kind = SeriesKind::metric;
  Side side = Side::both;
  /// Several samples in a bucket (the members of a population): no multi-bucket feature and no anomaly shape.
  bool pooled = false;

  /// Throws InvalidArgument that names the first field out of range.
  void validate() const;
};

}  // namespace adcore

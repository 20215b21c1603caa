// How much an entity is in use: hits that lose weight with time.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace adcore {

/// Priorities are logarithms of decayed counts of hits, counted from a landmark: only increments grow with time, so
/// that no priority has to be lowered when time passes. A hit is worth e^(1/8) of one an interval earlier.
class PriorityClock {
 public:
  PriorityClock(std::int64_t landmark, std::int64_t interval) noexcept : landmark_(landmark), interval_(interval) {}

  /// Whole intervals since the landmark; 0 before it.
  [[nodiscard]] auto interval_at(std::int64_t timestamp) const noexcept -> std::int64_t {
    if (timestamp <= landmark_) return 0;
    // Unsigned, because the difference of two signed 64-bit numbers may not fit one.
    const auto since = static_cast<std::uint64_t>(timestamp) - static_cast<std::uint64_t>(landmark_);
    return static_cast<std::int64_t>(since / static_cast<std::uint64_t>(interval_));
  }
  /// What a hit at this time adds, as a logarithm.
  [[nodiscard]] auto increment_at(std::int64_t timestamp) const noexcept -> double {
    return static_cast<double>(interval_at(timestamp) >> 3U);
  }
  /// ln(e^priority + e^increment).
  [[nodiscard]] static auto hit(double priority, double increment) noexcept -> double {
    const double larger = std::max(priority, increment);
    const double raised = larger + std::log1p(std::exp(-std::abs(priority - increment)));
    return std::isfinite(raised) ? raised : increment;
  }
  [[nodiscard]] auto landmark() const noexcept -> std::int64_t { return landmark_; }

 private:
  std::int64_t landmark_;
  std::int64_t interval_;
};

}  // namespace adcore

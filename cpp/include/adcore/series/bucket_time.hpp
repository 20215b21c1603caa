// Time as a series sees it: buckets counted from the epoch.
#pragma once

#include <cstdint>

namespace adcore {

inline constexpr std::int64_t kMsPerSecond = 1'000;
inline constexpr std::int64_t kMsPerHour = 3'600'000;
inline constexpr std::int64_t kMsPerDay = 24 * kMsPerHour;
inline constexpr std::int64_t kMsPerWeek = 7 * kMsPerDay;
/// No bucket starts farther from the epoch, so that sums of times never overflow.
inline constexpr std::int64_t kFarthestTime = std::int64_t{1} << 52;

/// The remainder in [0, period), also before the epoch.
[[nodiscard]] constexpr auto floor_mod(std::int64_t time, std::int64_t period) noexcept -> std::int64_t {
  const auto rest = time % period;
  return rest < 0 ? rest + period : rest;
}
/// The period that a time lies in, counted from the epoch.
[[nodiscard]] constexpr auto floor_divide(std::int64_t time, std::int64_t period) noexcept -> std::int64_t {
  return time / period - (time % period < 0 ? 1 : 0);
}

struct BucketTime {
  std::int64_t index = 0;  // bucket
  std::int64_t span = 1;   // ms

  [[nodiscard]] static constexpr auto of(std::int64_t time, std::int64_t span) noexcept -> BucketTime {
    return {floor_divide(time, span), span};
  }
  [[nodiscard]] constexpr auto start() const noexcept -> std::int64_t { return index * span; }
  [[nodiscard]] constexpr auto middle() const noexcept -> std::int64_t { return start() + span / 2; }
  /// Buckets in a time.
  [[nodiscard]] constexpr auto buckets(std::int64_t time) const noexcept -> double {
    return static_cast<double>(time) / static_cast<double>(span);
  }
};

}  // namespace adcore

// Buckets and longer intervals as whole numbers, and how fast what was seen in them loses weight.
#pragma once

#include <algorithm>
#include <cstdint>

namespace adcore {

class ScoreTime {
 public:
  /// Length of a bucket in ms, > 0.
  constexpr explicit ScoreTime(std::int64_t bucket_span) noexcept : bucket_span_(bucket_span) {}

  /// The bucket that starts at `time` (ms).
  [[nodiscard]] constexpr auto bucket_at(std::int64_t time) const noexcept -> std::int64_t {
    return floor_divide(time, bucket_span_);
  }
  /// The interval of half an hour, or of a bucket if that is longer.
  [[nodiscard]] constexpr auto interval_at(std::int64_t time) const noexcept -> std::int64_t {
    return floor_divide(time, std::max(bucket_span_, kHalfHour));
  }
  /// Per bucket: scores lose a share of 0.0005 in half an hour, times what multiplies it.
  [[nodiscard]] constexpr auto decay() const noexcept -> double {
    return 0.0005 * static_cast<double>(bucket_span_) / static_cast<double>(kHalfHour);
  }
  /// Numbers whose differences cannot overflow; all that real times give are.
  [[nodiscard]] static constexpr auto is_possible(std::int64_t number) noexcept -> bool {
    constexpr std::int64_t kMost = std::int64_t{1} << 61U;
    return number > -kMost && number < kMost;
  }
  [[nodiscard]] constexpr auto bucket_span() const noexcept -> std::int64_t { return bucket_span_; }

 private:
  static constexpr std::int64_t kHalfHour = 1'800'000;

  [[nodiscard]] static constexpr auto floor_divide(std::int64_t time, std::int64_t length) noexcept -> std::int64_t {
    return time / length - (time % length < 0 ? 1 : 0);
  }

  std::int64_t bucket_span_;
};

}  // namespace adcore

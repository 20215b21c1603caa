// Which bucket a time belongs to.
#pragma once

#include <cstdint>

#include "adcore/bucket/config.hpp"

namespace adcore {

/// Buckets are numbered by whole numbers, also negative ones: bucket k is [offset + k span, offset + (k + 1) span).
/// For valid timestamps (+-kMaximumTimestamp) and configurations no operation here can overflow.
class BucketClock {
 public:
  explicit BucketClock(const BucketConfig& config) noexcept
      : span_(config.bucket_span), offset_(config.bucket_offset % config.bucket_span) {}

  [[nodiscard]] static constexpr auto is_valid(std::int64_t timestamp) noexcept -> bool {
    return timestamp >= -kMaximumTimestamp && timestamp <= kMaximumTimestamp;
  }

  /// Rounds down, before the epoch too.
  [[nodiscard]] auto number_of(std::int64_t timestamp) const noexcept -> std::int64_t {
    const std::int64_t shifted = timestamp - offset_;
    const std::int64_t quotient = shifted / span_;
    return quotient - static_cast<std::int64_t>(shifted % span_ < 0);
  }
  [[nodiscard]] auto start_of(std::int64_t number) const noexcept -> std::int64_t { return offset_ + number * span_; }
  [[nodiscard]] auto span() const noexcept -> std::int64_t { return span_; }

 private:
  std::int64_t span_;
  std::int64_t offset_;
};

}  // namespace adcore

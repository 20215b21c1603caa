// OpenBuckets: all buckets that still take rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "adcore/bucket/open_bucket.hpp"

namespace adcore {

/// Ordered by bucket number, with a small cache in front: rows within the window mostly go to a few buckets.
/// A closed bucket's memory is reused for the next one.
class OpenBuckets {
 public:
  explicit OpenBuckets(const RecordPlan& plan) : plan_(&plan) {}

  /// The bucket of this number; nullptr if it is not open.
  [[nodiscard]] auto find(std::int64_t number) noexcept -> OpenBucket*;
  /// Opens a bucket that is not open, for entities below `entities`.
  auto open(std::int64_t number, std::size_t entities) -> OpenBucket&;
  /// The bucket of the lowest number; nullptr if there is none.
  [[nodiscard]] auto oldest() noexcept -> OpenBucket* { return all_.empty() ? nullptr : all_.begin()->second.get(); }
  [[nodiscard]] auto newest() noexcept -> OpenBucket* { return all_.empty() ? nullptr : all_.rbegin()->second.get(); }
  void close_oldest();

  [[nodiscard]] auto size() const noexcept -> std::size_t { return all_.size(); }
  [[nodiscard]] auto begin() const noexcept { return all_.begin(); }
  [[nodiscard]] auto end() const noexcept { return all_.end(); }

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;

 private:
  static constexpr std::size_t kCacheSize = 256;
  static constexpr std::size_t kMostSpare = 2;

  [[nodiscard]] auto cached(std::int64_t number) noexcept -> OpenBucket*& {
    return cache_[static_cast<std::uint64_t>(number) % kCacheSize];
  }

  const RecordPlan* plan_;
  std::map<std::int64_t, std::unique_ptr<OpenBucket>> all_;
  std::vector<std::unique_ptr<OpenBucket>> spare_;
  std::array<OpenBucket*, kCacheSize> cache_{};
  std::size_t expected_ = 0;  // entities in the bucket closed last
};

}  // namespace adcore

// MemoryBudget: what a job may hold, and what it had to turn away.
#pragma once

#include <algorithm>
#include <cstdint>

#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

enum class MemoryStatus : std::uint8_t { ok, soft_limit, hard_limit };

/// Bytes are counted as things come and go, from their sizes alone: how rows are cut into batches, and what the heap
/// makes of them, decides nothing.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t limit) noexcept : limit_(limit) {}

  /// Whether `bytes` more may be held; they are held then. A refusal is noted against the bucket.
  auto reserve(std::uint64_t bytes) noexcept -> bool {
    if (used_ + bytes > limit_) {
      refused_ = true;
      exceeded_ = std::max(exceeded_, used_ + bytes - limit_);
      return false;
    }
    used_ += bytes;
    peak_ = std::max(peak_, used_);
    return true;
  }
  /// Holds `bytes` more in any case: what is there already grew.
  void hold(std::uint64_t bytes) noexcept {
    used_ += bytes;
    peak_ = std::max(peak_, used_);
  }
  void release(std::uint64_t bytes) noexcept {
    used_ -= std::min(bytes, used_);
    ++releases_;
  }

  /// The end of a bucket: whether any of it was refused becomes the status.
  void close_bucket() noexcept {
    failures_ += refused_ ? 1U : 0U;
    status_ = refused_ ? MemoryStatus::hard_limit : is_tight() ? MemoryStatus::soft_limit : MemoryStatus::ok;
    if (!refused_) exceeded_ = 0;
    refused_ = false;
  }

  /// More than 60 % is used: idle series leave earlier.
  [[nodiscard]] auto is_tight() const noexcept -> bool { return 5 * used_ > 3 * limit_; }

  void set_limit(std::uint64_t limit) noexcept {
    limit_ = limit;
    ++releases_;
  }
  [[nodiscard]] auto limit() const noexcept -> std::uint64_t { return limit_; }
  [[nodiscard]] auto used() const noexcept -> std::uint64_t { return used_; }
  [[nodiscard]] auto peak() const noexcept -> std::uint64_t { return peak_; }
  /// How far beyond the limit the largest refusal of the present or last bucket would have gone.
  [[nodiscard]] auto exceeded() const noexcept -> std::uint64_t { return exceeded_; }
  /// Buckets in which something was refused.
  [[nodiscard]] auto failures() const noexcept -> std::uint64_t { return failures_; }
  [[nodiscard]] auto status() const noexcept -> MemoryStatus { return refused_ ? MemoryStatus::hard_limit : status_; }
  /// Changes whenever what was refused before might be taken now.
  [[nodiscard]] auto releases() const noexcept -> std::uint64_t { return releases_; }

  void write(ByteWriter& writer) const;
  [[nodiscard]] static auto read(ByteReader& reader) -> MemoryBudget;

 private:
  std::uint64_t limit_;
  std::uint64_t used_ = 0;
  std::uint64_t peak_ = 0;
  std::uint64_t exceeded_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t releases_ = 0;
  MemoryStatus status_ = MemoryStatus::ok;
  bool refused_ = false;
};

}  // namespace adcore

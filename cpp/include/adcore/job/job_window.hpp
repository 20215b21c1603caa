// JobWindow: the buckets of a job that still take records.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "adcore/bucket/clock.hpp"
#include "adcore/job/job_bucket.hpp"

namespace adcore {

/// A record is out of order if it comes before the start of the newest bucket less the latency; a bucket is final as
/// soon as all records it could still get would be out of order.
class JobWindow {
 public:
  /// Buckets that one record, or one call, may move the window by: what lies further ahead can only be wrong.
  static constexpr std::int64_t kMostBuckets = std::int64_t{1} << 20;
  /// Times further from the epoch, in ms, are no times: 30 000 years.
  static constexpr std::int64_t kLatestTime = std::int64_t{1} << 50;

  enum class Place : std::uint8_t { open, out_of_order, invalid };

  JobWindow(std::int64_t bucket_span, std::int64_t latency);

  /// Where a record belongs. An open place may move the window: first_open() says up to where buckets became final.
  [[nodiscard]] auto place(std::int64_t timestamp) noexcept -> Place;
  /// All buckets before `number` are to become final.
  void move_to(std::int64_t number) noexcept;

  /// Opens the bucket if it is not open.
  auto bucket(std::int64_t number, const FieldPlan& plan) -> JobBucket&;
  [[nodiscard]] auto find(std::int64_t number) const noexcept -> const JobBucket*;
  /// Forgets the records of the open buckets from `first` to before `end`, which stay open; the bytes that they held.
  auto empty(std::int64_t first, std::int64_t end) -> std::uint64_t;
  /// The oldest open bucket there are records of, if its number is below first_open(): it leaves.
  auto take_final() -> std::unique_ptr<JobBucket>;
  /// Calls visit(bucket) for every open one.
  template <class Visit>
  void for_each(const Visit& visit) {
    for (const auto& [number, bucket] : open_) visit(*bucket);
  }
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const auto& [number, bucket] : open_) visit(std::as_const(*bucket));
  }

  /// Records, or a jump, have come.
  [[nodiscard]] auto is_set() const noexcept -> bool { return first_open_ != kUnset; }
  [[nodiscard]] auto has_records() const noexcept -> bool { return newest_ != kUnset; }
  /// Number of the first bucket that takes records.
  [[nodiscard]] auto first_open() const noexcept -> std::int64_t { return first_open_; }
  /// Number of the bucket of the newest record.
  [[nodiscard]] auto newest() const noexcept -> std::int64_t { return newest_; }
  /// Number of the farthest bucket that the next record, or call, may move the window to; is_set().
  [[nodiscard]] auto latest() const noexcept -> std::int64_t;

  [[nodiscard]] auto number_of(std::int64_t time) const noexcept -> std::int64_t { return clock_.number_of(time); }
  [[nodiscard]] auto start_of(std::int64_t number) const noexcept -> std::int64_t { return clock_.start_of(number); }
  [[nodiscard]] auto span() const noexcept -> std::int64_t { return clock_.span(); }

  void write(ByteWriter& writer) const;
  void read(ByteReader& reader, const FieldPlan& plan, const std::vector<std::size_t>& series,
            const std::vector<std::size_t>& members);

 private:
  static constexpr std::int64_t kUnset = INT64_MIN;

  BucketClock clock_;
  std::int64_t latency_;
  std::int64_t first_open_ = kUnset;
  std::int64_t newest_ = kUnset;
  std::uint64_t opened_ = 0;
  std::map<std::int64_t, std::unique_ptr<JobBucket>> open_;
  JobBucket* latest_used_ = nullptr;  // most records go where the one before went
};

}  // namespace adcore

// BucketAge: the buckets a model has seen, and what each leaves of the weight of those before.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "adcore/base/error.hpp"
#include "adcore/series/bucket_time.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

class BucketAge {
 public:
  /// The bucket that starts at `bucket_start`, none before the last one, has a value; buckets have `bucket_span` ms.
  /// Returns what is left of the weight of earlier values.
  auto learn(std::int64_t bucket_span, std::int64_t bucket_start) noexcept -> double {
    const std::int64_t bucket = floor_divide(bucket_start, bucket_span);
    const bool is_new = buckets_ == 0 || bucket > last_;
    if (buckets_ == 0) first_ = last_ = bucket;
    const double kept = pass(bucket_span, bucket_start);
    if (is_new) ++buckets_;
    return kept;
  }
  /// The same of a bucket without a value.
  auto pass(std::int64_t bucket_span, std::int64_t bucket_start) noexcept -> double {
    const std::int64_t bucket = floor_divide(bucket_start, bucket_span);
    if (buckets_ == 0 || bucket <= last_) return 1.0;
    const auto passed = static_cast<double>(bucket - last_);
    last_ = bucket;
    // 0.0005 in half an hour, but never more in a bucket.
    return std::exp(-0.0005 * std::min(1.0, static_cast<double>(bucket_span) / 1'800'000.0) * passed);
  }

  /// With values.
  [[nodiscard]] auto buckets() const noexcept -> std::uint64_t { return buckets_; }
  /// From the first value to the start of a bucket, in ms; 0 before the first.
  [[nodiscard]] auto elapsed(std::int64_t bucket_span, std::int64_t bucket_start) const noexcept -> double {
    if (buckets_ == 0) return 0.0;
    const double passed = static_cast<double>(floor_divide(bucket_start, bucket_span) - first_);
    return std::max(passed, 0.0) * static_cast<double>(bucket_span);
  }

  template <class Fields>
  void fields(Fields& f) {
    f(first_, last_, buckets_);
  }
  void write(ByteWriter& out) const {
    out.put(first_);
    out.put(last_);
    out.put(buckets_);
  }
  void read(ByteReader& in) {
    first_ = in.get<std::int64_t>();
    last_ = in.get<std::int64_t>();
    buckets_ = in.get<std::uint64_t>();
    check();
  }
  /// Numbers of buckets whose differences cannot overflow; all that real times give are.
  [[nodiscard]] static constexpr auto is_possible(std::int64_t bucket) noexcept -> bool {
    constexpr std::int64_t kMost = std::int64_t{1} << 61U;
    return -kMost < bucket && bucket < kMost;
  }
  /// Throws SnapshotError on what learn() cannot have made.
  void check() const {
    const bool in_order = is_possible(first_) && first_ <= last_ && is_possible(last_);
    const bool is_new = buckets_ == 0 && first_ == 0 && last_ == 0;
    if (!(buckets_ > 0 ? in_order : is_new)) throw_snapshot("buckets that a model cannot have seen");
  }

 private:
  std::int64_t first_ = 0;     // bucket with a value
  std::int64_t last_ = 0;      // learned or passed
  std::uint64_t buckets_ = 0;  // with values
};

}  // namespace adcore

// What a BucketAggregator is made with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "adcore/bucket/function.hpp"

namespace adcore {

/// The most features of a bucket, and the most value columns.
inline constexpr std::size_t kMostBucketFeatures = 65'536;

/// One number per bucket: a function of a value column.
struct BucketFeature {
  BucketFunction function = BucketFunction::mean;
  /// Index of the value column; not used by `count`.
  std::uint32_t column = 0;
  /// Index of the column of weights; used by `weighted_mean` only.
  std::uint32_t weight_column = 0;
  /// In [0, 100]; used by `percentile` only.
  double percentile = 50.0;
};

struct BucketConfig {
  /// Length of a bucket in ms, 1 to kMaximumDuration. Buckets are [start, start + bucket_span).
  std::int64_t bucket_span = 60'000;
  /// Buckets start at bucket_offset + k bucket_span for whole k (also negative); any value.
  std::int64_t bucket_offset = 0;
  /// How long after its end, in ms, a bucket still takes rows; 0 to kMaximumDuration.
  std::int64_t window_delay = 0;
  /// One entry per number in a result vector, at least one.
  std::vector<BucketFeature> features;
  /// Columns every batch brings.
  std::uint32_t value_columns = 1;
  /// Whether rows move the watermark; if not, only advance() does.
  bool watermark_from_rows = true;
  /// Whether an entity that was seen gets a vector for each later bucket without rows of it,
  /// up to maximum_gap buckets after its last row.
  bool emit_empty = false;
  std::uint32_t maximum_gap = 1'000;
  /// Entity ids must be below this; rows of others are dropped and counted.
  std::uint32_t maximum_entities = 1U << 24U;
  /// Vectors, over all open buckets, that may be open at once; rows that need one more are dropped and counted.
  std::uint64_t maximum_open_vectors = std::uint64_t{1} << 26U;

  /// Throws InvalidArgument that names the first field out of range.
  void validate() const;
};

/// Timestamps further than this from the epoch, in ms, are not valid: 2^62 (146 million years).
inline constexpr std::int64_t kMaximumTimestamp = std::int64_t{1} << 62;
/// Longest bucket_span and window_delay in ms, so that no sum of times can overflow.
inline constexpr std::int64_t kMaximumDuration = std::int64_t{1} << 60;

}  // namespace adcore

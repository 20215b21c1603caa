// What goes into a BucketAggregator and what comes out of it: columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/column/column_view.hpp"

namespace adcore {

/// Borrowed rows. `entities` may be empty: then all rows belong to entity 0.
struct BucketBatch {
  /// Epoch ms. A row outside +-kMaximumTimestamp (so also NumPy's NaT) is counted as invalid.
  std::span<const std::int64_t> timestamps;
  /// Small dense ids, as an EntityTable gives them.
  std::span<const std::uint32_t> entities;
  /// config.value_columns views, each as long as `timestamps`.
  std::span<const ColumnView> values;
};

/// One vector per (bucket, entity), ordered by bucket_start, then by entity.
struct BucketTable {
  std::size_t features = 0;
  std::vector<std::int64_t> bucket_start;
  std::vector<std::uint32_t> entity;
  /// Row-major, size() x features. NaN is missing.
  std::vector<double> values;
  /// Rows of the bucket, 0 for one that was filled in.
  std::vector<std::int64_t> count;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return bucket_start.size(); }
  [[nodiscard]] auto vector(std::size_t row) const noexcept -> std::span<const double> {
    return {values.data() + row * features, features};
  }
};

/// What became of the rows given to add().
struct BucketCounts {
  std::uint64_t total_rows = 0;
  /// Rows whose bucket was finished already.
  std::uint64_t late_rows = 0;
  /// Rows without a valid timestamp, or without an entity (kNoCode: a key value is missing).
  std::uint64_t invalid_rows = 0;
  /// Rows dropped because maximum_entities or maximum_open_vectors was reached.
  std::uint64_t dropped_rows = 0;
  /// Vectors of empty buckets that were not made, because one gap called for more of them than
  /// maximum_open_vectors.
  std::uint64_t skipped_vectors = 0;
};

}  // namespace adcore

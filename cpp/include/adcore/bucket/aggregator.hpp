// BucketAggregator: columns in, one feature vector per (bucket, entity) out, as the stream goes by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "adcore/bucket/columns.hpp"
#include "adcore/bucket/config.hpp"

namespace adcore {

class BucketEngine;

/// The watermark is the largest timestamp seen, or given to advance(). A bucket is finished, for good, as soon as
/// bucket end + window_delay <= watermark; until then rows go to their bucket in whatever order they come.
/// This is decided row by row, so that results do not depend on how the rows are cut into batches, bit for bit:
/// sums are compensated (Neumaier) in arrival order, sketches see the values one by one.
///
///     BucketAggregator aggregator({.bucket_span = 60'000, .features = {{BucketFunction::mean}}});
///     while (read(batch)) { aggregator.add(batch); consume(aggregator.take_finished()); }
///     consume(aggregator.flush());
///
/// One thread at a time.
class BucketAggregator {
 public:
  /// Throws InvalidArgument if the configuration is out of range.
  explicit BucketAggregator(const BucketConfig& config);
  BucketAggregator(const BucketAggregator& other);
  BucketAggregator(BucketAggregator&& other) noexcept;
  auto operator=(BucketAggregator other) noexcept -> BucketAggregator&;
  ~BucketAggregator();

  /// Throws InvalidArgument, before any row is taken, if columns differ in length or number.
  void add(const BucketBatch& batch);
  /// No row before `timestamp` - window_delay will come any more. Earlier times than the watermark change nothing.
  void advance(std::int64_t timestamp);
  /// The vectors of all buckets finished since the last call.
  [[nodiscard]] auto take_finished() -> BucketTable;
  /// Finishes every open bucket and takes the vectors. Later rows of these buckets are late.
  [[nodiscard]] auto flush() -> BucketTable;
  /// The vectors of the open buckets as they are now; changes nothing.
  [[nodiscard]] auto peek_open() const -> BucketTable;

  [[nodiscard]] auto config() const noexcept -> const BucketConfig&;
  [[nodiscard]] auto counts() const noexcept -> const BucketCounts&;
  /// Unset before the first row.
  [[nodiscard]] auto watermark() const noexcept -> std::optional<std::int64_t>;
  /// Start of the bucket `timestamp` belongs to. Throws InvalidArgument outside +-kMaximumTimestamp.
  [[nodiscard]] auto bucket_start(std::int64_t timestamp) const -> std::int64_t;
  /// Buckets, and (bucket, entity) vectors, that still take rows.
  [[nodiscard]] auto open_buckets() const noexcept -> std::size_t;
  [[nodiscard]] auto open_vectors() const noexcept -> std::size_t;
  /// Finished vectors not taken yet.
  [[nodiscard]] auto finished_vectors() const noexcept -> std::size_t;
  /// Heap and object bytes held now.
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;

  [[nodiscard]] auto to_bytes() const -> std::vector<std::byte>;
  /// Throws SnapshotError on anything that to_bytes() did not write.
  [[nodiscard]] static auto from_bytes(std::span<const std::byte> bytes) -> BucketAggregator;

 private:
  explicit BucketAggregator(std::unique_ptr<BucketEngine> engine) noexcept;

  std::unique_ptr<BucketEngine> engine_;
};

}  // namespace adcore

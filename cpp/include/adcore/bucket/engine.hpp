// BucketEngine: what a BucketAggregator does. Users include aggregator.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "adcore/bucket/clock.hpp"
#include "adcore/bucket/columns.hpp"
#include "adcore/bucket/config.hpp"
#include "adcore/bucket/gap_filler.hpp"
#include "adcore/bucket/open_buckets.hpp"
#include "adcore/bucket/table_writer.hpp"

namespace adcore {

/// Rows go through in blocks, each in two passes. resolve() finds the record of every row and asks the processor to
/// fetch it; settle() then adds the values, one column at a time, to records that have arrived by then. Whatever
/// moves records or closes a bucket settles the rows before it first, so that the order of rows is kept.
class BucketEngine {
 public:
  static constexpr std::int64_t kUnset = std::numeric_limits<std::int64_t>::min();

  explicit BucketEngine(const BucketConfig& config);
  // The plan is pointed to by the buckets. Copies are made through the state bytes.
  BucketEngine(const BucketEngine&) = delete;
  auto operator=(const BucketEngine&) -> BucketEngine& = delete;

  void add(const BucketBatch& batch);
  void advance(std::int64_t timestamp);
  [[nodiscard]] auto take_finished() -> BucketTable;
  [[nodiscard]] auto flush() -> BucketTable;
  [[nodiscard]] auto peek_open() const -> BucketTable;

  [[nodiscard]] auto config() const noexcept -> const BucketConfig& { return config_; }
  [[nodiscard]] auto counts() const noexcept -> const BucketCounts& { return counts_; }
  [[nodiscard]] auto clock() const noexcept -> const BucketClock& { return clock_; }
  [[nodiscard]] auto watermark() const noexcept -> std::int64_t { return watermark_; }
  [[nodiscard]] auto open_buckets() const noexcept -> std::size_t { return open_.size(); }
  [[nodiscard]] auto open_vectors() const noexcept -> std::size_t { return open_vectors_; }
  [[nodiscard]] auto finished_vectors() const noexcept -> std::size_t { return finished_.size(); }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;

  void write(ByteWriter& writer) const;
  /// For a new engine: takes over what write() wrote. Throws SnapshotError if it cannot be.
  void read(ByteReader& reader);

 private:
  static constexpr std::size_t kBlock = 256;

  void check(const BucketBatch& batch) const;

  // -- finding records
  void resolve(const BucketBatch& batch, std::size_t last);
  void prefetch_slots(const BucketBatch& batch, std::size_t last) const;
  void resolve_known(const BucketBatch& batch, std::size_t last);
  void resolve_other(std::int64_t timestamp, std::uint32_t entity);
  [[nodiscard]] auto is_in_current(std::int64_t timestamp) const noexcept -> bool {
    return static_cast<std::uint64_t>(timestamp) - static_cast<std::uint64_t>(fast_start_) < fast_length_;
  }
  [[nodiscard]] auto enter_bucket(std::int64_t timestamp, std::uint32_t entity) -> bool;
  [[nodiscard]] auto may_open_vector(std::uint32_t entity) noexcept -> bool;
  [[nodiscard]] auto add_entity(std::uint32_t entity) -> std::uint32_t;
  void point_at(OpenBucket* bucket) noexcept;

  // -- adding values
  void settle();
  void settle_sketches(std::size_t first, std::size_t last);
  [[nodiscard]] auto block_values(std::uint32_t column, double* scratch) const -> const double*;

  // -- finishing buckets
  void move_watermark(std::int64_t timestamp);
  void close_before(std::int64_t number);
  void finish_oldest();
  void fill_gap(std::int64_t number);
  void append_table(const OpenBucket& bucket, const std::vector<SlotTable::Entry>& entries);

  void read_finished(ByteReader& reader);
  void read_open(ByteReader& reader);
  [[nodiscard]] auto is_possible(std::int64_t number) const noexcept -> bool;

  BucketConfig config_;
  RecordPlan plan_;
  BucketClock clock_;
  BucketCounts counts_;

  std::int64_t watermark_ = kUnset;
  std::int64_t first_open_ = kUnset;  // number of the first bucket that takes rows
  std::int64_t next_close_ = kUnset;  // the watermark at which that bucket is finished
  OpenBuckets open_;
  std::uint64_t open_vectors_ = 0;
  std::uint32_t entities_ = 0;  // one more than the largest entity seen

  GapFiller gaps_;
  TableWriter writer_;
  BucketTable finished_;
  std::vector<SlotTable::Entry> entries_;  // scratch

  // The bucket of the row before: timestamps from fast_start_ on for fast_length_ ms go there without further ado.
  OpenBucket* current_ = nullptr;
  std::int64_t fast_start_ = 0;
  std::uint64_t fast_length_ = 0;

  // The present block: rows from `settled_` to `resolved_` have a record but their values are not in it yet.
  const BucketBatch* batch_ = nullptr;
  std::size_t block_start_ = 0;
  std::size_t settled_ = 0;
  std::size_t resolved_ = 0;
  std::array<double*, kBlock> records_{};
  std::array<OpenBucket*, kBlock> buckets_{};  // nullptr: the row is dropped
  std::array<std::uint32_t, kBlock> slots_{};
  std::array<double, kBlock> scratch_{};
  std::array<double, kBlock> weight_scratch_{};
  std::vector<double> sink_;  // takes the values of rows that are dropped
};

}  // namespace adcore

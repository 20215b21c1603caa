// SeriesTable: the series that one detector has met.
#pragma once

#include <cstdint>
#include <vector>

#include "adcore/job/memory_budget.hpp"
#include "adcore/job/pair_index.hpp"
#include "adcore/job/renumbering.hpp"

namespace adcore {

struct SeriesFacts {
  /// Codes of the values of the two fields; kNone where there is no such field.
  std::uint32_t partition;
  std::uint32_t by;
  /// Numbers of the first bucket with records and of the last, which may still be open; and how many have closed.
  std::int64_t first_bucket;
  std::int64_t last_bucket;
  std::int64_t buckets;

  /// No bucket with records has closed yet, or the place is free.
  [[nodiscard]] auto is_new() const noexcept -> bool { return buckets == 0; }
};

/// Series are numbered by first sight; the number of one that was dropped is given to a later one.
class SeriesTable {
 public:
  /// `series_bytes`: what a series is counted as in the budget.
  explicit SeriesTable(std::uint64_t series_bytes) : series_bytes_(series_bytes + kOwnBytes) {}

  /// The number of a series, made if it is new; kRefused if there is no memory for it.
  auto find_or_add(std::uint32_t partition, std::uint32_t by, std::int64_t bucket, MemoryBudget& budget)
      -> std::uint32_t;
  /// A bucket with records of the series closes.
  void note(std::uint32_t series, std::int64_t bucket) noexcept;
  /// Drops the series whose last records came before `bucket`; `dropped` takes their numbers.
  void drop_before(std::int64_t bucket, MemoryBudget& budget, std::vector<std::uint32_t>& dropped);

  /// The values of the two fields, which are these key columns, have other codes now.
  void renumber(const Renumbering& to, std::uint32_t partition, std::uint32_t by);

  [[nodiscard]] auto facts(std::uint32_t series) const noexcept -> const SeriesFacts& { return facts_[series]; }
  [[nodiscard]] auto is_free(std::uint32_t series) const noexcept -> bool { return is_free_[series] != 0; }
  /// One more than the largest number given.
  [[nodiscard]] auto end() const noexcept -> std::uint32_t { return static_cast<std::uint32_t>(facts_.size()); }

  void write(ByteWriter& writer) const;
  /// Codes of partitions are below `partitions`, those of by values below `bys`, or kNone where these are 0.
  void read(ByteReader& reader, std::size_t partitions, std::size_t bys);

 private:
  void index_all();

  static constexpr std::uint64_t kOwnBytes = sizeof(SeriesFacts) + std::uint64_t{2} * 16;

  std::uint64_t series_bytes_;
  PairIndex index_;
  std::vector<SeriesFacts> facts_;
  std::vector<std::uint8_t> is_free_;
  std::vector<std::uint32_t> free_;
};

}  // namespace adcore

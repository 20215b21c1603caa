// BucketSeries: the series of one detector that have records in one open bucket.
#pragma once

#include <cstdint>
#include <vector>

#include "adcore/job/contributions.hpp"

namespace adcore {

/// A slot is a series of the detector (by and partition value) and, in a population, one of its members (over value).
class BucketSeries {
 public:
  explicit BucketSeries(const DetectorPlan& plan);

  /// Adds a record, as far as there is memory for it; `member` is 0 where there is no over field.
  void add(std::uint32_t series, std::uint32_t member, const RecordRow& row, MemoryBudget& budget);

  [[nodiscard]] auto size() const noexcept -> std::uint32_t { return static_cast<std::uint32_t>(series_.size()); }
  [[nodiscard]] auto series(std::uint32_t slot) const noexcept -> std::uint32_t { return series_[slot]; }
  [[nodiscard]] auto member(std::uint32_t slot) const noexcept -> std::uint32_t { return member_[slot]; }
  /// The slot of a series, kNone if it has no records.
  [[nodiscard]] auto find(std::uint32_t series, std::uint32_t member) const noexcept -> std::uint32_t {
    return index_.find(series, member);
  }
  [[nodiscard]] auto values() const noexcept -> const Accumulators& { return values_; }
  /// In the order of DetectorPlan::gathered_influencers.
  [[nodiscard]] auto contributions() const noexcept -> const std::vector<Contributions>& { return contributions_; }
  /// Members have these codes now.
  void renumber_members(const std::vector<std::uint32_t>& codes);
  /// Held in the budget.
  [[nodiscard]] auto held_bytes() const noexcept -> std::uint64_t;

  void write(ByteWriter& writer) const;
  /// Of series below `series` and members below `members`; `values` has the number of values of each influencer.
  void read(ByteReader& reader, std::size_t series, std::size_t members, const std::vector<std::size_t>& values);

 private:
  static constexpr std::uint64_t kSlotBytes = std::uint64_t{2} * 16 + 2 * sizeof(std::uint32_t);
  [[nodiscard]] auto slot_bytes() const noexcept -> std::uint64_t;
  void add_slot(std::uint32_t series, std::uint32_t member);

  std::vector<std::uint32_t> gathered_influencers_;
  PairIndex index_;
  std::vector<std::uint32_t> series_;
  std::vector<std::uint32_t> member_;
  Accumulators values_;
  std::vector<Contributions> contributions_;
};

}  // namespace adcore

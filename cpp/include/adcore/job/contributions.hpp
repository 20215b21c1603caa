// Contributions: the parts that the values of one influencer have in the series of one bucket.
#pragma once

#include <cstdint>
#include <vector>

#include "adcore/job/accumulators.hpp"
#include "adcore/job/pair_index.hpp"

namespace adcore {

/// The parts of one series are chained, newest first.
class Contributions {
 public:
  explicit Contributions(const DetectorPlan& plan) : parts_(plan) {}

  /// A new series, the next slot.
  void add_series() { first_.push_back(kNone); }
  /// Adds a record of the series to the part of the value, unless there is no memory for a new part.
  void add(std::uint32_t series, std::uint32_t value, const RecordRow& row, MemoryBudget& budget);

  /// Calls visit(value code, part) for every part of a series.
  template <class Visit>
  void for_each(std::uint32_t series, const Visit& visit) const {
    for (std::uint32_t part = first_[series]; part != kNone; part = next_[part]) visit(value_[part], part);
  }
  [[nodiscard]] auto parts() const noexcept -> const Accumulators& { return parts_; }
  /// Held in the budget.
  [[nodiscard]] auto held_bytes() const noexcept -> std::uint64_t;

  void write(ByteWriter& writer) const;
  /// Parts of `series` series and of values below `values`.
  void read(ByteReader& reader, std::size_t series, std::size_t values);

 private:
  static constexpr std::uint64_t kPartBytes =
      std::uint64_t{2} * 16 + 2 * sizeof(std::uint32_t);  // entry of the index, chain, value
  [[nodiscard]] auto part_bytes() const noexcept -> std::uint64_t { return kPartBytes + parts_.slot_bytes(); }
  auto chain(std::uint32_t series, std::uint32_t value) -> std::uint32_t;

  PairIndex index_;
  std::vector<std::uint32_t> first_;  // by series
  std::vector<std::uint32_t> next_;   // by part
  std::vector<std::uint32_t> value_;  // by part
  Accumulators parts_;
};

}  // namespace adcore

// Which model in memory has the lowest priority?
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "adcore/entity/records.hpp"

namespace adcore {

/// A heap that is not told when a priority rises, which happens with every row: an entry that comes to the top with a
/// priority of old is sunk to its place then. Priorities never fall, so the top is right. Ties go to the smaller id.
class EvictionQueue {
 public:
  /// A model came into memory; reserve() must have made room.
  void push(const EntityRecords& records, std::uint32_t number);
  /// Takes out the model of the lowest priority, those of this round left aside; kNone if there is none.
  [[nodiscard]] auto pop(const EntityRecords& records, std::uint32_t round) -> std::uint32_t;
  /// The same, without taking it out.
  [[nodiscard]] auto peek(const EntityRecords& records, std::uint32_t round) -> std::uint32_t;
  /// Those left aside count again.
  void end_round(const EntityRecords& records);

  /// After models left memory by another way: from all that are there.
  void rebuild(const EntityRecords& records);

  [[nodiscard]] auto size() const noexcept -> std::size_t { return heap_.size() + aside_.size(); }
  void reserve(std::size_t models);
  /// Bytes that reserve() will allocate; what they replace is freed only afterwards.
  [[nodiscard]] auto growth_bytes(std::size_t models) const noexcept -> std::size_t;
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;

 private:
  struct Entry {
    double priority;
    std::uint32_t number;
  };
  void sink(const EntityRecords& records, std::size_t at) noexcept;
  void rise(const EntityRecords& records, std::size_t at) noexcept;
  void remove_top(const EntityRecords& records) noexcept;

  std::vector<Entry> heap_;
  std::vector<Entry> aside_;  // of the models of the round at hand
};

}  // namespace adcore

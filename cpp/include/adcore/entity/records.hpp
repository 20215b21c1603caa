// The records of all entities known, found by id.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "adcore/entity/record.hpp"

namespace adcore {

/// Records lie in pages that never move, beside an open-addressing table of their numbers: growing copies the table
/// alone. How many entities are in which state is counted here and nowhere else, so that no two counts can disagree.
class EntityRecords {
 public:
  static constexpr std::uint32_t kNone = 0xffffffffU;

  EntityRecords();

  /// The number of the record of an entity, kNone if it is not known.
  [[nodiscard]] auto find(std::uint64_t id) const noexcept -> std::uint32_t;
  /// Makes the record of an entity that is not known, inactive.
  auto insert(std::uint64_t id) -> std::uint32_t;
  /// Forgets an inactive entity.
  void erase(std::uint32_t number) noexcept;

  [[nodiscard]] auto operator[](std::uint32_t number) noexcept -> EntityRecord& {
    return pages_[number / kPageRecords][number % kPageRecords];
  }
  [[nodiscard]] auto operator[](std::uint32_t number) const noexcept -> const EntityRecord& {
    return pages_[number / kPageRecords][number % kPageRecords];
  }
  void set_state(std::uint32_t number, EntityState state) noexcept;

  /// Entities known.
  [[nodiscard]] auto size() const noexcept -> std::size_t { return made_ - counts_[0]; }
  [[nodiscard]] auto count(EntityState state) const noexcept -> std::size_t {
    return counts_[static_cast<std::size_t>(state)];
  }
  /// Numbers given out so far: all records lie below.
  [[nodiscard]] auto made() const noexcept -> std::uint32_t { return made_; }

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  /// Bytes that the next insert() will allocate; what they replace is freed only afterwards.
  [[nodiscard]] auto growth_bytes() const noexcept -> std::size_t;
  /// Asks for the memory of find(id) and of the record found, ahead of time.
  void prefetch_slot(std::uint64_t id) const noexcept;
  void prefetch_record(std::uint64_t id) const noexcept;

 private:
  using Page = std::unique_ptr<EntityRecord[]>;
  static constexpr std::size_t kPageRecords = 1024;

  [[nodiscard]] auto home_of(std::uint64_t id) const noexcept -> std::size_t;
  [[nodiscard]] auto is_table_full() const noexcept -> bool { return (size() + 1) * 4 > table_.size() * 3; }
  [[nodiscard]] auto needs_page() const noexcept -> bool {
    return counts_[0] == 0 && made_ == pages_.size() * kPageRecords;
  }
  void place(std::uint32_t number) noexcept;
  void grow_table();
  [[nodiscard]] auto take_number() -> std::uint32_t;

  std::vector<Page> pages_;
  std::vector<std::uint32_t> table_;  // a power of two of record numbers
  std::array<std::size_t, kEntityStates> counts_{};
  std::uint32_t made_ = 0;
  std::uint32_t free_ = kNone;  // unused records, linked by `block`
};

}  // namespace adcore

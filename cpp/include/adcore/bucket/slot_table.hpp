// SlotTable: the entities of one open bucket, and where in it their records are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "adcore/base/attributes.hpp"
#include "adcore/column/interner.hpp"

namespace adcore {

/// An open-addressing table from entity id to slot (0, 1, 2, ... in order of arrival). Ids are small and dense, and a
/// bucket often has most of them: then the table is indexed by the id itself, which is the same look-up with
/// factor 1 and shift 0, never has a collision, and lies in the order of the ids. Where a bucket has few of many
/// entities, ids are scattered by Fibonacci hashing into a table of at most four places per entry.
class SlotTable {
 public:
  static constexpr std::uint32_t kNone = 0xffffffffU;

  struct Entry {
    std::uint32_t entity;  // kNoCode if free
    std::uint32_t slot;
  };

  /// Empties the table and shapes it for about `entries` entities below `entities`.
  void reset(std::size_t entries, std::size_t entities);

  /// What a look-up needs, by value: a loop holds it in registers. Valid until the next change of the table.
  struct View {
    const Entry* table;
    std::size_t size;
    std::uint64_t factor;
    unsigned shift;
    std::size_t mask;

    /// Has the processor fetch what find(entity) will read.
    ADCORE_INLINE void prefetch(std::uint32_t entity) const noexcept {
      const std::uint64_t position = (entity * factor) >> shift;
      __builtin_prefetch(table + (position < size ? position : 0));
    }
    /// The slot of an entity, kNone if it has none.
    [[nodiscard]] auto find(std::uint32_t entity) const noexcept -> std::uint32_t {
      std::uint64_t position = (entity * factor) >> shift;
      if (position >= size) return kNone;
      while (table[position].entity != entity) {
        if (table[position].entity == kNoCode) return kNone;
        position = (position + 1) & mask;
      }
      return table[position].slot;
    }
  };
  [[nodiscard]] auto view() const noexcept -> View { return {table_.data(), table_.size(), factor_, shift_, mask_}; }
  [[nodiscard]] auto find(std::uint32_t entity) const noexcept -> std::uint32_t { return view().find(entity); }
  /// The next slot, for an entity that has none.
  auto add(std::uint32_t entity) -> std::uint32_t;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  /// Replaces `entries` by all entries, ordered by entity.
  void sorted_entries(std::vector<Entry>& entries) const;
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t { return table_.capacity() * sizeof(Entry); }

 private:
  void shape(std::size_t entries, std::size_t entities);
  void rebuild(std::size_t entities);
  void place(Entry entry) noexcept;
  [[nodiscard]] auto must_grow(std::uint32_t entity) const noexcept -> bool;
  [[nodiscard]] auto is_direct() const noexcept -> bool { return shift_ == 0; }

  std::vector<Entry> table_;
  std::size_t size_ = 0;
  std::uint64_t factor_ = 1;
  unsigned shift_ = 0;
  std::size_t mask_ = 0;  // wraps a probe around; in a direct table a probe never moves
};

}  // namespace adcore

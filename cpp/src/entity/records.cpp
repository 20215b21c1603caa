#include "adcore/entity/records.hpp"

#include <algorithm>
#include <utility>

#include "adcore/base/error.hpp"
#include "adcore/base/random.hpp"

namespace adcore {

namespace {

constexpr std::size_t kFirstTable = 64;
/// Growing by half a page list at a time: eight bytes for a thousand records do not matter.
constexpr std::size_t kFirstPages = 16;

}  // namespace

EntityRecords::EntityRecords() : table_(kFirstTable, kNone) { pages_.reserve(kFirstPages); }

auto EntityRecords::home_of(std::uint64_t id) const noexcept -> std::size_t {
  return mix_bits(id + 0x9e3779b97f4a7c15ULL) & (table_.size() - 1);
}

auto EntityRecords::find(std::uint64_t id) const noexcept -> std::uint32_t {
  const std::size_t mask = table_.size() - 1;
  for (std::size_t slot = home_of(id);; slot = (slot + 1) & mask) {
    const std::uint32_t number = table_[slot];
    if (number == kNone || (*this)[number].id == id) return number;
  }
}

void EntityRecords::prefetch_slot(std::uint64_t id) const noexcept { __builtin_prefetch(&table_[home_of(id)]); }

void EntityRecords::prefetch_record(std::uint64_t id) const noexcept {
  const std::uint32_t number = table_[home_of(id)];
  if (number != kNone) __builtin_prefetch(&(*this)[number], 1);
}

auto EntityRecords::insert(std::uint64_t id) -> std::uint32_t {
  if (is_table_full()) grow_table();
  const std::uint32_t number = take_number();
  (*this)[number] = EntityRecord{};
  (*this)[number].id = id;
  set_state(number, EntityState::inactive);
  place(number);
  return number;
}

void EntityRecords::place(std::uint32_t number) noexcept {
  const std::size_t mask = table_.size() - 1;
  std::size_t slot = home_of((*this)[number].id);
  while (table_[slot] != kNone) slot = (slot + 1) & mask;
  table_[slot] = number;
}

auto EntityRecords::take_number() -> std::uint32_t {
  if (free_ != kNone) return std::exchange(free_, (*this)[free_].block);
  if (made_ == kNone) throw_invalid_state("there are 2^32 - 1 entities, the most a cache can know");
  if (needs_page()) pages_.push_back(std::make_unique<EntityRecord[]>(kPageRecords));
  ++counts_[0];
  return made_++;
}

void EntityRecords::grow_table() {
  table_ = std::vector<std::uint32_t>(table_.size() * 2, kNone);
  for (std::uint32_t number = 0; number < made_; ++number) {
    if ((*this)[number].state != EntityState::unused) place(number);
  }
}

// Linear probing without tombstones: whoever would not be found behind the gap moves into it.
void EntityRecords::erase(std::uint32_t number) noexcept {
  const std::size_t mask = table_.size() - 1;
  std::size_t gap = home_of((*this)[number].id);
  while (table_[gap] != number) gap = (gap + 1) & mask;
  for (std::size_t slot = (gap + 1) & mask; table_[slot] != kNone; slot = (slot + 1) & mask) {
    const std::size_t home = home_of((*this)[table_[slot]].id);
    if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
    table_[gap] = table_[slot];
    gap = slot;
  }
  table_[gap] = kNone;
  set_state(number, EntityState::unused);
  (*this)[number].block = std::exchange(free_, number);
}

void EntityRecords::set_state(std::uint32_t number, EntityState state) noexcept {
  EntityRecord& record = (*this)[number];
  --counts_[static_cast<std::size_t>(record.state)];
  record.state = state;
  ++counts_[static_cast<std::size_t>(state)];
}

auto EntityRecords::memory_bytes() const noexcept -> std::size_t {
  return pages_.capacity() * sizeof(Page) + pages_.size() * kPageRecords * sizeof(EntityRecord) +
         table_.capacity() * sizeof(std::uint32_t);
}

auto EntityRecords::growth_bytes() const noexcept -> std::size_t {
  std::size_t bytes = is_table_full() ? 2 * table_.size() * sizeof(std::uint32_t) : 0;
  if (needs_page()) bytes += kPageRecords * sizeof(EntityRecord);
  if (needs_page() && pages_.size() == pages_.capacity()) bytes += 2 * pages_.capacity() * sizeof(Page);
  return bytes;
}

}  // namespace adcore

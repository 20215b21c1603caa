#include "adcore/bucket/slot_table.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace adcore {

namespace {

constexpr std::size_t kPlacesPerEntry = 4;
constexpr std::size_t kSmallestTable = 16;
constexpr std::uint64_t kFibonacci = 0x9e3779b97f4a7c15ULL;

}  // namespace

void SlotTable::shape(std::size_t entries, std::size_t entities) {
  if (entities <= kPlacesPerEntry * entries + kSmallestTable) {
    factor_ = 1;
    shift_ = 0;
    mask_ = ~std::size_t{0};
    table_.assign(entities, Entry{kNoCode, kNone});
    return;
  }
  const std::size_t places = std::bit_ceil(std::max(kSmallestTable, 2 * entries));
  factor_ = kFibonacci;
  shift_ = 64U - static_cast<unsigned>(std::countr_zero(places));
  mask_ = places - 1;
  table_.assign(places, Entry{kNoCode, kNone});
}

void SlotTable::reset(std::size_t entries, std::size_t entities) {
  size_ = 0;
  shape(entries, entities);
}

void SlotTable::place(Entry entry) noexcept {
  std::uint64_t position = (entry.entity * factor_) >> shift_;
  while (table_[position].entity != kNoCode) position = (position + 1) & mask_;
  table_[position] = entry;
}

void SlotTable::rebuild(std::size_t entities) {
  const auto old = std::exchange(table_, {});
  for (const Entry entry : old) {
    if (entry.entity != kNoCode) entities = std::max(entities, entry.entity + std::size_t{1});
  }
  shape(size_ + size_ / 2 + 1, entities + entities / 4);
  for (const Entry entry : old) {
    if (entry.entity != kNoCode) place(entry);
  }
}

auto SlotTable::must_grow(std::uint32_t entity) const noexcept -> bool {
  return is_direct() ? entity >= table_.size() : 2 * (size_ + 1) > table_.size();
}

auto SlotTable::add(std::uint32_t entity) -> std::uint32_t {
  if (must_grow(entity)) rebuild(entity + std::size_t{1});
  const auto slot = static_cast<std::uint32_t>(size_++);
  place({entity, slot});
  return slot;
}

void SlotTable::sorted_entries(std::vector<Entry>& entries) const {
  entries.clear();
  entries.reserve(size_);
  for (const Entry entry : table_) {
    if (entry.entity != kNoCode) entries.push_back(entry);
  }
  if (!is_direct()) {
    std::sort(entries.begin(), entries.end(), [](Entry a, Entry b) { return a.entity < b.entity; });
  }
}

}  // namespace adcore

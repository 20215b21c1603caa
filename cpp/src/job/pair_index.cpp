#include "adcore/job/pair_index.hpp"

#include <algorithm>
#include <bit>

namespace adcore {

namespace {

constexpr std::size_t kSmallestTable = 16;

}  // namespace

void PairIndex::add(std::uint32_t first, std::uint32_t second, std::uint32_t number) {
  if (2 * (size_ + 1) > table_.size()) grow();
  const std::uint64_t key = key_of(first, second);
  table_[position_of(key)] = {key, number};
  ++size_;
}

void PairIndex::clear() noexcept {
  std::fill(table_.begin(), table_.end(), Entry{0, kAbsent});
  size_ = 0;
}

void PairIndex::grow() {
  std::vector<Entry> entries(std::max(kSmallestTable, 2 * table_.size()), Entry{0, kAbsent});
  entries.swap(table_);
  shift_ = 64U - static_cast<unsigned>(std::countr_zero(table_.size()));
  for (const Entry& entry : entries) {
    if (entry.number != kAbsent) table_[position_of(entry.key)] = entry;
  }
}

}  // namespace adcore

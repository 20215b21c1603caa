// PairIndex: what number a pair of small numbers has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "adcore/base/attributes.hpp"

namespace adcore {

/// Open addressing, Fibonacci hashing, at most half full: a look-up rarely asks twice.
class PairIndex {
 public:
  static constexpr std::uint32_t kAbsent = 0xffffffffU;

  /// The number of a pair, kAbsent if it has none.
  [[nodiscard]] ADCORE_INLINE auto find(std::uint32_t first, std::uint32_t second) const noexcept -> std::uint32_t {
    if (table_.empty()) return kAbsent;
    return table_[position_of(key_of(first, second))].number;
  }
  /// Numbers a pair that has no number.
  void add(std::uint32_t first, std::uint32_t second, std::uint32_t number);
  void clear() noexcept;

 private:
  struct Entry {
    std::uint64_t key;
    std::uint32_t number;
  };

  static auto key_of(std::uint32_t first, std::uint32_t second) noexcept -> std::uint64_t {
    return (std::uint64_t{first} << 32U) | second;
  }
  // Pairs of small dense numbers: the factor spreads both halves over the high bits.
  [[nodiscard]] ADCORE_INLINE auto position_of(std::uint64_t key) const noexcept -> std::size_t {
    auto position = static_cast<std::size_t>(((key ^ (key >> 29U)) * 0x9e3779b97f4a7c15ULL) >> shift_);
    while (table_[position].number != kAbsent && table_[position].key != key) {
      position = (position + 1) & (table_.size() - 1);
    }
    return position;
  }
  void grow();

  std::vector<Entry> table_;
  std::size_t size_ = 0;
  unsigned shift_ = 64;
};

}  // namespace adcore

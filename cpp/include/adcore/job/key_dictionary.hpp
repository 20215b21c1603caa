// KeyDictionary: the values of one key field, as small numbers, within a memory budget.
#pragma once

#include <cstdint>
#include <string_view>

#include "adcore/column/interner.hpp"
#include "adcore/job/memory_budget.hpp"
#include "adcore/job/record_row.hpp"

namespace adcore {

class KeyDictionary {
 public:
  /// What a value is counted as, besides its bytes, where nothing is kept with it.
  static constexpr std::uint64_t kValueBytes = 24;

  explicit KeyDictionary(std::uint64_t value_bytes = kValueBytes) noexcept : value_bytes_(value_bytes) {}

  /// The code of a value; kRefused if it is new and there is no memory for it.
  auto code_of(std::string_view text, MemoryBudget& budget) -> std::uint32_t {
    const std::uint32_t known = values_.find(text);
    if (known != kNoCode) return known;
    return budget.reserve(value_bytes_ + text.size()) ? restore(text) : kRefused;
  }
  /// Takes a new value for which the budget holds the bytes already.
  auto restore(std::string_view text) -> std::uint32_t {
    held_ += value_bytes_ + text.size();
    return values_.intern(text);
  }
  [[nodiscard]] auto text(std::uint32_t code) const -> std::string_view { return values_.text(code); }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return values_.size(); }
  /// Held in the budget.
  [[nodiscard]] auto held_bytes() const noexcept -> std::uint64_t { return held_; }

  void write(ByteWriter& writer) const { values_.write(writer); }
  void read(ByteReader& reader) {
    values_ = Interner::read(reader);
    held_ = 0;
    for (std::uint32_t code = 0; code < values_.size(); ++code) held_ += value_bytes_ + values_.text(code).size();
  }

 private:
  std::uint64_t value_bytes_;
  Interner values_;
  std::uint64_t held_ = 0;
};

}  // namespace adcore

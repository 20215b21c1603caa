// Interner: strings to small dense numbers, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace adcore {

/// The code of no string.
inline constexpr std::uint32_t kNoCode = 0xffffffffU;

/// Codes are 0, 1, 2, ... in the order of first sight and never change. The bytes of all strings lie end to end in one
/// arena (8 bytes of overhead each) beside an open-addressing table of at most 12 bytes per string at its fullest.
/// Strings are bytes: no encoding is assumed, zero bytes are allowed.
class Interner {
 public:
  /// The code of `text`, made if it is new. Throws InvalidState at 2^32 - 2 strings.
  auto intern(std::string_view text) -> std::uint32_t;
  /// The code of `text`, kNoCode if it was never interned.
  [[nodiscard]] auto find(std::string_view text) const noexcept -> std::uint32_t;
  /// The string of a code; valid until the next intern(). Throws InvalidArgument if no string has the code.
  [[nodiscard]] auto text(std::uint32_t code) const -> std::string_view;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return ends_.size(); }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  void reserve(std::size_t strings, std::size_t bytes);

 private:
  struct Entry {
    std::uint32_t fingerprint;  // the high half of the hash: most mismatches are settled without touching the arena
    std::uint32_t code;
  };

  [[nodiscard]] auto slice(std::uint32_t code) const noexcept -> std::string_view;
  [[nodiscard]] auto position_of(std::string_view text, std::uint64_t hash) const noexcept -> std::size_t;
  auto append(std::string_view text) -> std::uint32_t;
  void grow();

  std::vector<char> arena_;
  std::vector<std::uint64_t> ends_;
  std::vector<Entry> table_;
};

}  // namespace adcore

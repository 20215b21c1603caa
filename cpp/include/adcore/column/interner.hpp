// Interner: strings to small dense numbers, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// The code of no string.
inline constexpr std::uint32_t kNoCode = 0xffffffffU;

/// 64 bits that depend on every byte; the same on every machine. Not made to withstand strings chosen to collide.
[[nodiscard]] auto hash_text(std::string_view text) noexcept -> std::uint64_t;

/// Codes are 0, 1, 2, ... in the order of first sight and never change. The bytes of all strings lie end to end in one
/// arena, beside an open-addressing table. Everything grows by a quarter or a half, not twofold: at millions of strings
/// that keeps the overhead at 20 to 28 bytes a string.
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

  void write(ByteWriter& writer) const;
  [[nodiscard]] static auto read(ByteReader& reader) -> Interner;

 private:
  struct Entry {
    std::uint32_t fingerprint;  // the high half of the hash: places the entry, and settles most mismatches
    std::uint32_t code;
  };

  [[nodiscard]] auto slice(std::uint32_t code) const noexcept -> std::string_view;
  [[nodiscard]] auto home_of(std::uint32_t fingerprint) const noexcept -> std::size_t;
  [[nodiscard]] auto position_of(std::string_view text, std::uint32_t fingerprint) const noexcept -> std::size_t;
  void place(Entry entry) noexcept;
  void append(std::string_view text);
  void grow();

  std::vector<char> arena_;
  std::vector<std::uint64_t> ends_;
  std::vector<Entry> table_;
};

}  // namespace adcore

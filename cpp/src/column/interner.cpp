#include "adcore/column/interner.hpp"

#include <cstring>
#include <span>
#include <string>

#include "adcore/base/error.hpp"
#include "adcore/base/random.hpp"
#include "adcore/column/growth.hpp"

namespace adcore {

namespace {

constexpr std::size_t kFewestEntries = 16;
constexpr std::size_t kMostStrings = kNoCode - 1;

// Bytes are put together by value, not by address, so that the hash is the same on every byte order.
auto word_of(const char* bytes, std::size_t count) noexcept -> std::uint64_t {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return word;
}

auto fingerprint_of(std::string_view text) noexcept -> std::uint32_t {
  return static_cast<std::uint32_t>(hash_text(text) >> 32U);
}

}  // namespace

auto hash_text(std::string_view text) noexcept -> std::uint64_t {
  constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15ULL;
  std::uint64_t hash = text.size() * kFactor;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    hash = (hash ^ word_of(text.data() + i, 8)) * kFactor;
    hash ^= hash >> 32U;
  }
  return mix_bits((hash ^ word_of(text.data() + i, text.size() - i)) + kFactor);
}

auto Interner::slice(std::uint32_t code) const noexcept -> std::string_view {
  const std::uint64_t start = code == 0 ? 0 : ends_[code - 1];
  return {arena_.data() + start, static_cast<std::size_t>(ends_[code] - start)};
}

auto Interner::home_of(std::uint32_t fingerprint) const noexcept -> std::size_t {
  return static_cast<std::size_t>((std::uint64_t{fingerprint} * table_.size()) >> 32U);
}

auto Interner::position_of(std::string_view text, std::uint32_t fingerprint) const noexcept -> std::size_t {
  std::size_t position = home_of(fingerprint);
  while (table_[position].code != kNoCode &&
         (table_[position].fingerprint != fingerprint || slice(table_[position].code) != text)) {
    position = position + 1 == table_.size() ? 0 : position + 1;
  }
  return position;
}

void Interner::place(Entry entry) noexcept {
  std::size_t position = home_of(entry.fingerprint);
  while (table_[position].code != kNoCode) position = position + 1 == table_.size() ? 0 : position + 1;
  table_[position] = entry;
}

void Interner::grow() {
  std::vector<Entry> entries(table_.size() + table_.size() / 2 + kFewestEntries, Entry{0, kNoCode});
  entries.swap(table_);
  for (const Entry entry : entries) {
    if (entry.code != kNoCode) place(entry);
  }
}

void Interner::append(std::string_view text) {
  if (ends_.size() == kMostStrings) throw_invalid_state("the interner is full: it holds 2^32 - 2 strings");
  make_room(arena_, text.size());
  make_room(ends_, 1);
  arena_.insert(arena_.end(), text.begin(), text.end());
  ends_.push_back(arena_.size());
}

auto Interner::intern(std::string_view text) -> std::uint32_t {
  if (5 * (ends_.size() + 1) > 4 * table_.size()) grow();
  const std::uint32_t fingerprint = fingerprint_of(text);
  Entry& entry = table_[position_of(text, fingerprint)];
  if (entry.code == kNoCode) {
    append(text);
    entry = {fingerprint, static_cast<std::uint32_t>(ends_.size() - 1)};
  }
  return entry.code;
}

auto Interner::find(std::string_view text) const noexcept -> std::uint32_t {
  return table_.empty() ? kNoCode : table_[position_of(text, fingerprint_of(text))].code;
}

auto Interner::text(std::uint32_t code) const -> std::string_view {
  if (code >= ends_.size())
    throw_invalid_argument("code", code, "below the number of strings, " + std::to_string(size()));
  return slice(code);
}

auto Interner::memory_bytes() const noexcept -> std::size_t {
  return sizeof(*this) + arena_.capacity() + ends_.capacity() * sizeof(std::uint64_t) +
         table_.capacity() * sizeof(Entry);
}

void Interner::write(ByteWriter& writer) const {
  writer.put_all(ends_);
  writer.put_bytes(std::as_bytes(std::span(arena_)));
}

auto Interner::read(ByteReader& reader) -> Interner {
  const auto ends = reader.get_all<std::uint64_t>(kMostStrings);
  const auto bytes = reader.get_bytes();
  Interner interner;
  std::uint64_t start = 0;
  for (const std::uint64_t end : ends) {
    if (end < start || end > bytes.size()) throw_snapshot("the strings do not fit their bytes");
    interner.intern({reinterpret_cast<const char*>(bytes.data()) + start, static_cast<std::size_t>(end - start)});
    start = end;
  }
  if (start != bytes.size() || interner.size() != ends.size()) throw_snapshot("a string is there twice, or none");
  return interner;
}

}  // namespace adcore

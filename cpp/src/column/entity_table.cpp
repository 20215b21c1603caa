#include "adcore/column/entity_table.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "adcore/base/error.hpp"
#include "adcore/base/random.hpp"
#include "adcore/column/growth.hpp"

namespace adcore {

namespace {

constexpr SnapshotKind kKind = snapshot_kind("enty");
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kSmallestTable = 16;

auto hash_of(std::span<const std::uint32_t> codes) noexcept -> std::uint64_t {
  std::uint64_t hash = 0;
  for (const std::uint32_t code : codes) hash = mix_bits((hash ^ code) + 0x9e3779b97f4a7c15ULL);
  return hash;
}

}  // namespace

EntityTable::EntityTable(std::size_t key_fields) {
  if (key_fields > kMaximumKeyFields) {
    throw_invalid_argument("key_fields", static_cast<double>(key_fields), "0 to " + std::to_string(kMaximumKeyFields));
  }
  fields_.resize(key_fields);
}

auto EntityTable::size() const noexcept -> std::size_t {
  if (fields_.empty()) return 1;
  return fields_.size() == 1 ? fields_[0].size() : tuples_.size() / fields_.size();
}

void EntityTable::check_length(std::size_t parts) const {
  if (parts != fields_.size()) {
    throw_invalid_argument("key", std::to_string(parts) + " parts", std::to_string(fields_.size()) + " parts");
  }
}

auto EntityTable::is_tuple(std::uint32_t entity, std::span<const std::uint32_t> codes) const noexcept -> bool {
  return std::equal(codes.begin(), codes.end(), tuples_.begin() + static_cast<std::ptrdiff_t>(entity * codes.size()));
}

auto EntityTable::position_of(std::span<const std::uint32_t> codes) const noexcept -> std::size_t {
  auto position = static_cast<std::size_t>(((hash_of(codes) >> 32U) * table_.size()) >> 32U);
  while (table_[position] != kNoCode && !is_tuple(table_[position], codes)) {
    position = position + 1 == table_.size() ? 0 : position + 1;
  }
  return position;
}

void EntityTable::grow() {
  table_.assign(table_.size() + table_.size() / 2 + kSmallestTable, kNoCode);
  const std::size_t entities = size();
  for (std::size_t e = 0; e < entities; ++e) {
    table_[position_of(std::span(tuples_).subspan(e * fields_.size(), fields_.size()))] = static_cast<std::uint32_t>(e);
  }
}

auto EntityTable::intern_tuple(std::span<const std::uint32_t> codes) -> std::uint32_t {
  if (fields_.empty()) return 0;
  if (fields_.size() == 1) return codes[0];
  const std::size_t entities = size();
  if (5 * (entities + 1) > 4 * table_.size()) grow();
  std::uint32_t& entry = table_[position_of(codes)];
  if (entry != kNoCode) return entry;
  if (entities == kNoCode - 1) throw_invalid_state("the entity table is full: it holds 2^32 - 2 entities");
  make_room(tuples_, codes.size());
  tuples_.insert(tuples_.end(), codes.begin(), codes.end());
  return entry = static_cast<std::uint32_t>(entities);
}

auto EntityTable::intern(std::span<const std::string_view> key) -> std::uint32_t {
  check_length(key.size());
  std::array<std::uint32_t, kMaximumKeyFields> codes;
  for (std::size_t f = 0; f < key.size(); ++f) codes[f] = fields_[f].intern(key[f]);
  return intern_tuple({codes.data(), key.size()});
}

auto EntityTable::find(std::span<const std::string_view> key) const -> std::uint32_t {
  check_length(key.size());
  if (key.empty()) return 0;
  std::array<std::uint32_t, kMaximumKeyFields> codes;
  for (std::size_t f = 0; f < key.size(); ++f) {
    codes[f] = fields_[f].find(key[f]);
    if (codes[f] == kNoCode) return kNoCode;
  }
  if (key.size() == 1) return codes[0];
  return table_.empty() ? kNoCode : table_[position_of({codes.data(), key.size()})];
}

auto EntityTable::intern_value(std::size_t field, std::string_view text) -> std::uint32_t {
  if (field >= fields_.size()) {
    throw_invalid_argument("field", static_cast<double>(field), "below " + std::to_string(fields_.size()));
  }
  return fields_[field].intern(text);
}

void EntityTable::check_codes(std::span<const std::span<const std::uint32_t>> codes, std::size_t rows) const {
  check_length(codes.size());
  for (std::size_t f = 0; f < codes.size(); ++f) {
    if (codes[f].size() != rows) {
      throw_invalid_argument("codes", std::to_string(codes[f].size()) + " rows", std::to_string(rows) + " rows");
    }
    for (const std::uint32_t code : codes[f]) {
      if (code >= fields_[f].size() && code != kNoCode) {
        throw_invalid_argument("codes", code, "below the number of values, " + std::to_string(fields_[f].size()));
      }
    }
  }
}

void EntityTable::intern_codes(std::span<const std::span<const std::uint32_t>> codes,
                               std::span<std::uint32_t> entities) {
  check_codes(codes, entities.size());
  std::array<std::uint32_t, kMaximumKeyFields> tuple;
  for (std::size_t row = 0; row < entities.size(); ++row) {
    bool is_whole = true;
    for (std::size_t f = 0; f < codes.size(); ++f) is_whole &= (tuple[f] = codes[f][row]) != kNoCode;
    entities[row] = is_whole ? intern_tuple({tuple.data(), codes.size()}) : kNoCode;
  }
}

auto EntityTable::key(std::uint32_t entity, std::size_t field) const -> std::string_view {
  if (entity >= size()) {
    throw_invalid_argument("entity", entity, "below the number of entities, " + std::to_string(size()));
  }
  if (field >= fields_.size()) {
    throw_invalid_argument("field", static_cast<double>(field), "below " + std::to_string(fields_.size()));
  }
  return fields_[field].text(fields_.size() == 1 ? entity : tuples_[entity * fields_.size() + field]);
}

auto EntityTable::memory_bytes() const noexcept -> std::size_t {
  std::size_t sum = sizeof(*this) + (tuples_.capacity() + table_.capacity()) * sizeof(std::uint32_t);
  for (const Interner& field : fields_) sum += field.memory_bytes();
  return sum;
}

auto EntityTable::to_bytes() const -> std::vector<std::byte> {
  ByteWriter writer(kKind, kVersion);
  writer.put_count(fields_.size());
  for (const Interner& field : fields_) field.write(writer);
  writer.put_all(tuples_);
  return writer.finish();
}

void EntityTable::read_tuples(ByteReader& reader) {
  const auto tuples = reader.get_all<std::uint32_t>(reader.remaining());
  if (fields_.size() < 2 ? !tuples.empty() : tuples.size() % fields_.size() != 0) {
    throw_snapshot("the tuples do not fit the key fields");
  }
  for (std::size_t at = 0; at < tuples.size(); at += fields_.size()) {
    for (std::size_t f = 0; f < fields_.size(); ++f) {
      if (tuples[at + f] >= fields_[f].size()) throw_snapshot("a tuple has a part that is no value");
    }
    if (intern_tuple(std::span(tuples).subspan(at, fields_.size())) != at / fields_.size()) {
      throw_snapshot("a tuple is there twice");
    }
  }
}

auto EntityTable::from_bytes(std::span<const std::byte> bytes) -> EntityTable {
  ByteReader reader(bytes, kKind, kVersion);
  EntityTable table(static_cast<std::size_t>(reader.get_count(kMaximumKeyFields)));
  for (Interner& field : table.fields_) field = Interner::read(reader);
  table.read_tuples(reader);
  reader.finish();
  return table;
}

}  // namespace adcore

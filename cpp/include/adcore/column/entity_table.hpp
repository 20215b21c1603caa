// EntityTable: tuples of key values to entity ids, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "adcore/column/interner.hpp"

namespace adcore {

inline constexpr std::size_t kMaximumKeyFields = 64;

/// An entity is a tuple of `key_fields` strings. Ids are 0, 1, 2, ... in the order of first sight and never change.
/// Every field has an interner of its own; with one field its codes are the ids. With none, the only entity is 0.
class EntityTable {
 public:
  /// Throws InvalidArgument for more than kMaximumKeyFields.
  explicit EntityTable(std::size_t key_fields);

  /// The id of a tuple, made if it is new. Throws InvalidArgument if its length is not key_fields().
  auto intern(std::span<const std::string_view> key) -> std::uint32_t;
  /// The id of a tuple; kNoCode if it was never seen.
  [[nodiscard]] auto find(std::span<const std::string_view> key) const -> std::uint32_t;
  /// The code of one value of a field, made if it is new.
  auto intern_value(std::size_t field, std::string_view text) -> std::uint32_t;
  /// For each row the id of the tuple whose parts are codes given out by intern_value(): codes[field][row].
  /// A row with a part kNoCode (a missing value) gets kNoCode. Throws InvalidArgument for a code never given out.
  void intern_codes(std::span<const std::span<const std::uint32_t>> codes, std::span<std::uint32_t> entities);

  /// One part of the tuple of an entity; valid until the next intern call.
  [[nodiscard]] auto key(std::uint32_t entity, std::size_t field) const -> std::string_view;

  [[nodiscard]] auto key_fields() const noexcept -> std::size_t { return fields_.size(); }
  /// Entities seen.
  [[nodiscard]] auto size() const noexcept -> std::size_t;
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;

  [[nodiscard]] auto to_bytes() const -> std::vector<std::byte>;
  /// Throws SnapshotError on anything that to_bytes() did not write.
  [[nodiscard]] static auto from_bytes(std::span<const std::byte> bytes) -> EntityTable;

 private:
  void check_length(std::size_t parts) const;
  void check_codes(std::span<const std::span<const std::uint32_t>> codes, std::size_t rows) const;
  auto intern_tuple(std::span<const std::uint32_t> codes) -> std::uint32_t;
  [[nodiscard]] auto is_tuple(std::uint32_t entity, std::span<const std::uint32_t> codes) const noexcept -> bool;
  [[nodiscard]] auto position_of(std::span<const std::uint32_t> codes) const noexcept -> std::size_t;
  void read_tuples(ByteReader& reader);
  void grow();

  std::vector<Interner> fields_;
  std::vector<std::uint32_t> tuples_;  // key_fields codes per entity; empty with one field
  std::vector<std::uint32_t> table_;   // open addressing over tuples_: entity ids
};

}  // namespace adcore

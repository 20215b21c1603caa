// Reads a snapshot and trusts nothing: every length is checked against the bytes that are left.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// The kind of a snapshot, without checking the rest. Throws SnapshotError if there is no frame.
[[nodiscard]] auto peek_kind(std::span<const std::byte> bytes) -> SnapshotKind;

/// All getters throw SnapshotError when the bytes run out.
class ByteReader {
 public:
  /// Checks magic, kind, length and checksum, and that the version is 1..newest_version.
  ByteReader(std::span<const std::byte> bytes, SnapshotKind kind, std::uint16_t newest_version);

  [[nodiscard]] auto version() const noexcept -> std::uint16_t { return version_; }
  [[nodiscard]] auto remaining() const noexcept -> std::size_t { return rest_.size(); }

  template <class T>
    requires std::is_arithmetic_v<T>
  [[nodiscard]] auto get() -> T {
    if constexpr (std::is_same_v<T, bool>) {
      return get_at_most(1) != 0;
    } else if constexpr (std::is_floating_point_v<T>) {
      if constexpr (sizeof(T) == 4) return std::bit_cast<T>(static_cast<std::uint32_t>(get_bits(4)));
      else return std::bit_cast<T>(get_bits(8));
    } else {
      return static_cast<T>(get_bits(sizeof(T)));
    }
  }

  /// What put_count wrote; throws if it exceeds `most`.
  [[nodiscard]] auto get_count(std::uint64_t most) -> std::uint64_t;

  /// A small number in one byte (an enumerator); throws if it exceeds `most`.
  [[nodiscard]] auto get_at_most(std::uint8_t most) -> std::uint8_t;

  /// What put_all wrote, of at most `most` values; nothing is allocated before the bytes are known to be there.
  template <class T>
  [[nodiscard]] auto get_all(std::uint64_t most) -> std::vector<T> {
    const auto count = static_cast<std::size_t>(get_count(most));
    need(count, sizeof(T));
    std::vector<T> values;
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) values.push_back(get<T>());
    return values;
  }
  /// A view of what put_bytes wrote, valid as long as the bytes are.
  [[nodiscard]] auto get_bytes() -> std::span<const std::byte>;

  /// Throws if bytes are left over.
  void finish() const;

 private:
  [[nodiscard]] auto get_bits(std::size_t bytes) -> std::uint64_t;
  void need(std::size_t count, std::size_t bytes_each) const;

  std::span<const std::byte> rest_;
  std::uint16_t version_ = 0;
};

}  // namespace adcore

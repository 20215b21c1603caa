// Writes a snapshot: a frame (magic, kind, version, length, checksum) around little-endian values.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace adcore {

/// Four characters that say what a snapshot holds.
using SnapshotKind = std::uint32_t;
[[nodiscard]] constexpr auto snapshot_kind(const char (&name)[5]) noexcept -> SnapshotKind {
  SnapshotKind kind = 0;
  for (int i = 3; i >= 0; --i) kind = (kind << 8U) | static_cast<unsigned char>(name[i]);
  return kind;
}

/// Bytes of the frame in front of the payload: magic 4, kind 4, version 2, reserved 2, payload length 8, checksum 8.
inline constexpr std::size_t kFrameBytes = 28;
inline constexpr std::uint32_t kFrameMagic = snapshot_kind("adcr");

/// 64 bits that change with any change of the bytes; guards against damage, not against malice.
[[nodiscard]] auto checksum(std::span<const std::byte> bytes) noexcept -> std::uint64_t;

class ByteWriter {
 public:
  ByteWriter(SnapshotKind kind, std::uint16_t version);

  template <class T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T>)
  void put(T value) {
    if constexpr (std::is_same_v<T, bool>) {
      put_bits(static_cast<std::uint64_t>(value), 1);
    } else if constexpr (std::is_floating_point_v<T>) {
      if constexpr (sizeof(T) == 4) put_bits(std::bit_cast<std::uint32_t>(value), 4);
      else put_bits(std::bit_cast<std::uint64_t>(value), 8);
    } else {
      put_bits(static_cast<std::uint64_t>(value), sizeof(T));
    }
  }

  /// Unsigned, seven bits a byte: small numbers take one byte.
  void put_count(std::uint64_t value);

  /// The length, then the values.
  template <class T>
  void put_all(std::span<const T> values) {
    put_count(values.size());
    for (const T value : values) put(value);
  }
  template <class T>
  void put_all(const std::vector<T>& values) {
    put_all(std::span<const T>(values));
  }
  /// The length, then the bytes: an embedded snapshot, or text.
  void put_bytes(std::span<const std::byte> bytes);

  /// Completes the frame; the writer is empty afterwards.
  [[nodiscard]] auto finish() -> std::vector<std::byte>;

 private:
  void put_bits(std::uint64_t bits, std::size_t bytes);

  std::vector<std::byte> bytes_;
};

}  // namespace adcore

// Hostile snapshots: the bytes of a fuzz input with every frame in them made valid again, so that what is behind the
// checksums is reached.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/state/writer.hpp"

namespace adcore::fuzz {

using Bytes = std::vector<std::byte>;

inline void put_bits(Bytes& bytes, std::size_t offset, std::uint64_t bits, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) bytes[offset + i] = static_cast<std::byte>(bits >> (8 * i));
}

inline auto bits_at(const Bytes& bytes, std::size_t offset, std::size_t count) -> std::uint64_t {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) bits |= static_cast<std::uint64_t>(bytes[offset + i]) << (8 * i);
  return bits;
}

// The outermost frame holds all the rest; one inside another keeps the length it states.
inline void repair_frame(Bytes& bytes, std::size_t offset) {
  const auto rest = bytes.size() - offset - kFrameBytes;
  if (offset == 0) put_bits(bytes, 12, rest, 8);
  const auto length = bits_at(bytes, offset + 12, 8);
  if (length > rest) return;
  const auto payload = std::span<const std::byte>(bytes).subspan(offset + kFrameBytes, length);
  put_bits(bytes, offset + 20, checksum(payload), 8);
}

// Inner frames first: their checksums are part of what the outer ones cover.
[[nodiscard]] inline auto repaired(const std::uint8_t* data, std::size_t size) -> Bytes {
  Bytes bytes(size);
  std::transform(data, data + size, bytes.begin(), [](std::uint8_t byte) { return std::byte{byte}; });
  if (size < kFrameBytes) return bytes;
  for (auto offset = size - kFrameBytes + 1; offset-- > 0;) {
    if (bits_at(bytes, offset, 4) == kFrameMagic) repair_frame(bytes, offset);
  }
  return bytes;
}

// A snapshot is either refused with SnapshotError, or becomes a model that works and can be written again.
template <class Load, class Use>
auto run_snapshot(const std::uint8_t* data, std::size_t size, Load load, Use use) -> int {
  const auto bytes = repaired(data, size);
  try {
    auto model = load(std::span<const std::byte>(bytes));
    use(model);
  } catch (const SnapshotError&) {
    return 0;
  }
  return 0;
}

// What was read writes bytes that read as the same.
template <class Model, class Load>
void expect_round_trip(const Model& model, Load load) {
  const Bytes written = model.to_bytes();
  if (load(std::span<const std::byte>(written)).to_bytes() != written) std::abort();
}

}  // namespace adcore::fuzz

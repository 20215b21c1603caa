#include "adcore/state/reader.hpp"

#include <string>

namespace adcore {

namespace {

auto bits_at(std::span<const std::byte> bytes, std::size_t offset, std::size_t count) noexcept -> std::uint64_t {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) bits |= static_cast<std::uint64_t>(bytes[offset + i]) << (8 * i);
  return bits;
}

void check_frame(std::span<const std::byte> bytes) {
  if (bytes.size() < kFrameBytes) throw_snapshot(std::to_string(bytes.size()) + " bytes are too few for a frame");
  if (bits_at(bytes, 0, 4) != kFrameMagic) throw_snapshot("the magic bytes 'adcr' are missing");
}

}  // namespace

auto peek_kind(std::span<const std::byte> bytes) -> SnapshotKind {
  check_frame(bytes);
  return static_cast<SnapshotKind>(bits_at(bytes, 4, 4));
}

ByteReader::ByteReader(std::span<const std::byte> bytes, SnapshotKind kind, std::uint16_t newest_version) {
  if (peek_kind(bytes) != kind) throw_snapshot("it holds another kind of object");
  version_ = static_cast<std::uint16_t>(bits_at(bytes, 8, 2));
  if (version_ < 1 || version_ > newest_version) {
    throw_snapshot("format version " + std::to_string(version_) + ", this release reads 1 to " +
                   std::to_string(newest_version));
  }
  if (bits_at(bytes, 10, 2) != 0) throw_snapshot("reserved bytes are not zero");
  rest_ = bytes.subspan(kFrameBytes);
  if (bits_at(bytes, 12, 8) != rest_.size()) throw_snapshot("its length is not the one it states");
  if (bits_at(bytes, 20, 8) != checksum(rest_)) throw_snapshot("the checksum does not match");
}

void ByteReader::need(std::size_t count, std::size_t bytes_each) const {
  if (count > rest_.size() / bytes_each) throw_snapshot("it ends too early");
}

auto ByteReader::get_bits(std::size_t bytes) -> std::uint64_t {
  need(bytes, 1);
  const std::uint64_t bits = bits_at(rest_, 0, bytes);
  rest_ = rest_.subspan(bytes);
  return bits;
}

auto ByteReader::get_count(std::uint64_t most) -> std::uint64_t {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint64_t group = get_bits(1);
    value |= (group & 0x7FU) << shift;
    if (group < 0x80U) {
      if (value > most)
        throw_snapshot("a count of " + std::to_string(value) + " where " + std::to_string(most) + " is the most");
      return value;
    }
  }
  throw_snapshot("a count without an end");
}

auto ByteReader::get_at_most(std::uint8_t most) -> std::uint8_t {
  const auto value = static_cast<std::uint8_t>(get_bits(1));
  if (value > most)
    throw_snapshot("the code " + std::to_string(value) + " where " + std::to_string(most) + " is the most");
  return value;
}

auto ByteReader::get_bytes() -> std::span<const std::byte> {
  const auto count = static_cast<std::size_t>(get_count(rest_.size()));
  need(count, 1);
  const auto view = rest_.first(count);
  rest_ = rest_.subspan(count);
  return view;
}

void ByteReader::finish() const {
  if (!rest_.empty()) throw_snapshot(std::to_string(rest_.size()) + " bytes are left over");
}

}  // namespace adcore

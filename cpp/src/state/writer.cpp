#include "adcore/state/writer.hpp"

#include <algorithm>
#include <utility>

#include "adcore/base/random.hpp"

namespace adcore {

namespace {

auto word_at(std::span<const std::byte> bytes, std::size_t offset) noexcept -> std::uint64_t {
  std::uint64_t word = 0;
  const std::size_t length = std::min<std::size_t>(8, bytes.size() - offset);
  for (std::size_t i = 0; i < length; ++i) word |= static_cast<std::uint64_t>(bytes[offset + i]) << (8 * i);
  return word;
}

// Eight bytes that are there: one instruction where the processor is little-endian.
auto whole_word_at(std::span<const std::byte> bytes, std::size_t offset) noexcept -> std::uint64_t {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; ++i) word |= static_cast<std::uint64_t>(bytes[offset + i]) << (8 * i);
  return word;
}

void write_at(std::vector<std::byte>& bytes, std::size_t offset, std::uint64_t bits, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) bytes[offset + i] = static_cast<std::byte>((bits >> (8 * i)) & 0xFFU);
}

}  // namespace

auto checksum(std::span<const std::byte> bytes) noexcept -> std::uint64_t {
  std::uint64_t sum = mix_bits(bytes.size() + 1);
  const std::size_t whole = bytes.size() / 8 * 8;
  for (std::size_t offset = 0; offset < whole; offset += 8) sum = mix_bits(sum ^ whole_word_at(bytes, offset));
  if (whole < bytes.size()) sum = mix_bits(sum ^ word_at(bytes, whole));
  return sum;
}

ByteWriter::ByteWriter(SnapshotKind kind, std::uint16_t version) : bytes_(kFrameBytes) {
  write_at(bytes_, 0, kFrameMagic, 4);
  write_at(bytes_, 4, kind, 4);
  write_at(bytes_, 8, version, 2);
}

void ByteWriter::put_bits(std::uint64_t bits, std::size_t bytes) {
  const std::size_t offset = bytes_.size();
  bytes_.resize(offset + bytes);
  write_at(bytes_, offset, bits, bytes);
}

void ByteWriter::put_count(std::uint64_t value) {
  for (; value >= 0x80U; value >>= 7U) put_bits((value & 0x7FU) | 0x80U, 1);
  put_bits(value, 1);
}

void ByteWriter::put_bytes(std::span<const std::byte> bytes) {
  put_count(bytes.size());
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

auto ByteWriter::finish() -> std::vector<std::byte> {
  const auto payload = std::span<const std::byte>(bytes_).subspan(kFrameBytes);
  const std::uint64_t sum = checksum(payload);
  write_at(bytes_, 12, payload.size(), 8);
  write_at(bytes_, 20, sum, 8);
  return std::exchange(bytes_, {});
}

}  // namespace adcore

#include "adcore/bucket/distinct_counter.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <utility>

#include "adcore/base/error.hpp"
#include "adcore/base/random.hpp"

namespace adcore {

namespace {

constexpr unsigned kIndexBits = 14;
constexpr unsigned kRankBits = 64 - kIndexBits;  // highest rank is one more
constexpr std::size_t kRegisters = std::size_t{1} << kIndexBits;
constexpr std::size_t kFewestHashes = 8;
// The bits of one NaN: it is the only value whose scrambled form is 0, and NaN is never counted.
constexpr std::uint64_t kNeverCounted = 0x7ff8'0000'dead'beefULL;

auto scrambled(double value) noexcept -> std::uint64_t {
  return mix_bits(std::bit_cast<std::uint64_t>(value + 0.0) ^ kNeverCounted);  // + 0.0 makes -0 a 0
}

// sigma and tau are the two series of Ertl's estimator, formulas (15) and (19).
auto sigma(double x) noexcept -> double {
  if (x == 1.0) return std::numeric_limits<double>::infinity();
  double power = 1.0;
  double sum = x;
  for (double last = -1.0; sum != last; power += power) {
    x *= x;
    last = sum;
    sum += x * power;
  }
  return sum;
}

auto tau(double x) noexcept -> double {
  if (x == 0.0 || x == 1.0) return 0.0;
  double power = 1.0;
  double sum = 1.0 - x;
  for (double last = -1.0; sum != last;) {
    x = std::sqrt(x);
    last = sum;
    power *= 0.5;
    sum -= (1.0 - x) * (1.0 - x) * power;
  }
  return sum / 3.0;
}

auto estimate(const std::vector<std::uint8_t>& registers) noexcept -> double {
  std::array<double, kRankBits + 2> histogram{};
  for (const std::uint8_t rank : registers) histogram[rank] += 1.0;
  constexpr auto kSize = static_cast<double>(kRegisters);
  double z = kSize * tau(1.0 - histogram[kRankBits + 1] / kSize);
  for (std::size_t rank = kRankBits; rank >= 1; --rank) z = 0.5 * (z + histogram[rank]);
  z += kSize * sigma(histogram[0] / kSize);
  return kSize * kSize / (2.0 * std::numbers::ln2 * z);
}

}  // namespace

void DistinctCounter::add(double value) { add_hash(scrambled(value)); }

void DistinctCounter::add_hash(std::uint64_t hash) {
  if (registers_.empty()) {
    insert(hash);
  } else {
    raise_register(hash);
  }
}

auto DistinctCounter::position_of(std::uint64_t hash) const noexcept -> std::size_t {
  std::size_t position = hash & (hashes_.size() - 1);
  while (hashes_[position] != 0 && hashes_[position] != hash) position = (position + 1) & (hashes_.size() - 1);
  return position;
}

void DistinctCounter::insert(std::uint64_t hash) {
  if (!hashes_.empty() && hashes_[position_of(hash)] == hash) return;
  if (used_ == kExactValues) {
    switch_to_registers();
    raise_register(hash);
    return;
  }
  if (4 * (std::size_t{used_} + 1) > 3 * hashes_.size()) grow();
  hashes_[position_of(hash)] = hash;
  ++used_;
}

void DistinctCounter::grow() {
  std::vector<std::uint64_t> old(hashes_.empty() ? kFewestHashes : 2 * hashes_.size());
  old.swap(hashes_);
  for (const std::uint64_t hash : old) {
    if (hash != 0) hashes_[position_of(hash)] = hash;
  }
}

void DistinctCounter::raise_register(std::uint64_t hash) noexcept {
  const std::uint64_t rest = hash << kIndexBits;
  const auto rank = rest == 0 ? kRankBits + 1 : static_cast<unsigned>(std::countl_zero(rest)) + 1;
  std::uint8_t& best = registers_[hash >> kRankBits];
  if (rank > best) best = static_cast<std::uint8_t>(rank);
}

void DistinctCounter::switch_to_registers() {
  registers_.resize(kRegisters);
  for (const std::uint64_t hash : std::exchange(hashes_, {})) {
    if (hash != 0) raise_register(hash);
  }
  used_ = 0;
}

auto DistinctCounter::count() const noexcept -> double {
  return registers_.empty() ? static_cast<double>(used_) : std::round(estimate(registers_));
}

auto DistinctCounter::memory_bytes() const noexcept -> std::size_t {
  return sizeof(*this) + hashes_.capacity() * sizeof(std::uint64_t) + registers_.capacity();
}

void DistinctCounter::write(ByteWriter& writer) const {
  writer.put(!registers_.empty());
  if (!registers_.empty()) {
    for (const std::uint8_t rank : registers_) writer.put(rank);
    return;
  }
  // Sorted, so that equal counters have equal bytes whatever order their values came in.
  std::vector<std::uint64_t> sorted(hashes_);
  std::sort(sorted.begin(), sorted.end());
  writer.put_all(std::span<const std::uint64_t>(sorted).last(used_));
}

auto DistinctCounter::read(ByteReader& reader) -> DistinctCounter {
  DistinctCounter counter;
  if (reader.get<bool>()) {
    if (reader.remaining() < kRegisters) throw_snapshot("it ends within the registers of a counter");
    counter.registers_.resize(kRegisters);
    for (std::uint8_t& rank : counter.registers_) rank = reader.get_at_most(kRankBits + 1);
    return counter;
  }
  const auto hashes = reader.get_all<std::uint64_t>(kExactValues);
  for (const std::uint64_t hash : hashes) {
    if (hash == 0) throw_snapshot("a counter holds a value that cannot be");
    counter.insert(hash);
  }
  if (counter.used_ != hashes.size()) throw_snapshot("a counter holds a value twice");
  return counter;
}

}  // namespace adcore

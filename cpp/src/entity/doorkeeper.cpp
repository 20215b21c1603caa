#include "adcore/entity/doorkeeper.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/base/random.hpp"

namespace adcore {

Doorkeeper::Doorkeeper(std::size_t entities, std::int64_t intervals)
    : bits_(static_cast<std::size_t>(std::ceil(static_cast<double>(entities) * kBitsPerEntity / 64))),
      intervals_(intervals) {}

// Two hashes make all others (Kirsch and Mitzenmacher 2006).
auto Doorkeeper::pass(std::uint64_t entity) noexcept -> bool {
  if (bits_.empty()) return true;
  const std::uint64_t size = bits_.size() * 64;
  std::uint64_t hash = mix_bits(entity + 0x9e3779b97f4a7c15ULL);
  const std::uint64_t step = mix_bits(hash) | 1U;
  bool seen = true;
  for (std::size_t i = 0; i < kHashes; ++i, hash += step) {
    const std::uint64_t bit = hash % size;
    const std::uint64_t mask = std::uint64_t{1} << (bit % 64);
    seen = seen && (bits_[bit / 64] & mask) != 0;
    bits_[bit / 64] |= mask;
  }
  return seen;
}

void Doorkeeper::advance(std::int64_t interval) noexcept {
  if (interval - cleared_at_ < intervals_) return;
  std::fill(bits_.begin(), bits_.end(), 0);
  cleared_at_ = interval;
}

}  // namespace adcore

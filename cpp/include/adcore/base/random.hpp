// A small seeded generator whose whole state is one 64-bit word, so that it is saved with the model.
#pragma once

#include <cmath>
#include <cstdint>

#include "adcore/base/attributes.hpp"

namespace adcore {

/// Scrambles 64 bits so that every output bit depends on every input bit
/// (the finaliser of Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
[[nodiscard]] ADCORE_INLINE constexpr auto mix_bits(std::uint64_t z) noexcept -> std::uint64_t {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

/// An independent seed for part `part` of the thing seeded with `seed`.
[[nodiscard]] ADCORE_INLINE constexpr auto derive_seed(std::uint64_t seed, std::uint64_t part) noexcept
    -> std::uint64_t {
  return mix_bits(seed + 0x9e3779b97f4a7c15ULL * (part + 1));
}

/// Uniform in the open interval (0, 1): never 0, so that its logarithm is finite, and never 1.
[[nodiscard]] ADCORE_INLINE constexpr auto to_unit_interval(std::uint64_t bits) noexcept -> double {
  return (static_cast<double>(bits >> 12U) + 0.5) * 0x1p-52;
}

class Random {
 public:
  constexpr explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

  [[nodiscard]] ADCORE_INLINE constexpr auto next() noexcept -> std::uint64_t {
    state_ += 0x9e3779b97f4a7c15ULL;
    return mix_bits(state_);
  }

  /// Uniform in (0, 1).
  [[nodiscard]] ADCORE_INLINE constexpr auto uniform() noexcept -> double { return to_unit_interval(next()); }

  /// Exponential with mean 1.
  [[nodiscard]] auto exponential() noexcept -> double { return -std::log(uniform()); }

  [[nodiscard]] constexpr auto state() const noexcept -> std::uint64_t { return state_; }
  template <class Fields>
  constexpr void fields(Fields& f) {
    f(state_);
  }

 private:
  std::uint64_t state_;
};

}  // namespace adcore

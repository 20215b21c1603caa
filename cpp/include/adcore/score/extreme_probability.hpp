// How unlikely the smallest of a set of probabilities are.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace adcore {

/// Most values an extreme may be made of.
inline constexpr std::size_t kMostExtremes = 8;

/// The smallest of a set, ascending; `size` is that of the set.
struct Extremes {
  std::array<double, kMostExtremes> smallest{};
  std::size_t count = 0;
  std::size_t size = 0;
};
[[nodiscard]] auto smallest_of(std::span<const double> log_probabilities, std::size_t count) noexcept -> Extremes;

/// ln of the probability that the `count` smallest of `size` independent uniform probabilities are each as small as
/// these: U(1) <= p(1), ..., U(m) <= p(m) for order statistics U(i). Exact, also where it underflows.
[[nodiscard]] auto log_extreme_probability(const Extremes& extremes) noexcept -> double;

/// The least of the former over the first `least` to `most` values, each in units that make up for having had several
/// to choose from: ln P(m) / (1 + ln m / 2.1). 0 for none.
[[nodiscard]] auto log_extreme_probability(std::span<const double> log_probabilities, std::size_t least,
                                           std::size_t most) noexcept -> double;

}  // namespace adcore

// Moments: the running numbers kept per column, and the loops that update them.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace adcore {

/// What is kept of a column besides its number of values, as bits.
enum Moment : unsigned {
  kSumMoment = 1,  ///< sum, and the error of its roundings
  kMinMoment = 2,
  kMaxMoment = 4,
  kVarianceMoment = 8,  ///< mean, and sum of squared deviations
};
inline constexpr unsigned kNumberOfMomentSets = 16;

/// Where each moment of a set lies, in doubles from the first one: the count of values comes first. Counts are doubles
/// too (exact to 2^53), so that a record is one array of one type.
struct MomentLayout {
  std::uint32_t sum = 0;
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  std::uint32_t variance = 0;
  std::uint32_t size = 0;

  constexpr explicit MomentLayout(unsigned moments) noexcept {
    std::uint32_t next = 1;
    if ((moments & kSumMoment) != 0) sum = next, next += 2;
    if ((moments & kMinMoment) != 0) min = next, next += 1;
    if ((moments & kMaxMoment) != 0) max = next, next += 1;
    if ((moments & kVarianceMoment) != 0) variance = next, next += 2;
    size = next;
  }
};

/// Adds values[i] to the moments at records[i] + offset, for i = 0 .. n - 1 in order; NaN is skipped. One loop per set
/// of moments, so that none asks per row what to do.
using MomentKernel = void (*)(double* const* records, const double* values, std::size_t n, std::size_t offset);
[[nodiscard]] auto moment_kernel(unsigned moments) noexcept -> MomentKernel;
/// The same, and adds 1 to records[i][0], the number of rows.
[[nodiscard]] auto counting_moment_kernel(unsigned moments) noexcept -> MomentKernel;

/// Adds 1 to records[i][0].
void count_rows(double* const* records, std::size_t n) noexcept;
/// Adds to the two sums (each with its error) at records[i] + offset: weights, then weight times value.
void add_weighted(double* const* records, const double* values, const double* weights, std::size_t n,
                  std::size_t offset) noexcept;
/// Writes the moments of no value at all.
void clear_moments(unsigned moments, double* first) noexcept;

/// A sum and its error as one number. Once the sum is infinite its error is NaN, and means nothing.
[[nodiscard]] inline auto compensated(const double* sum) noexcept -> double {
  return std::isfinite(sum[0]) ? sum[0] + sum[1] : sum[0];
}

}  // namespace adcore

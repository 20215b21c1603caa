#include "adcore/bucket/moments.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace adcore {

namespace {

// Knuth's TwoSum: what the addition rounds away goes to sum[1]. Same result as Neumaier's variant, without its branch.
inline void add_compensated(double* sum, double value) noexcept {
  const double before = sum[0];
  const double after = before + value;
  const double taken = after - before;
  sum[1] += (before - (after - taken)) + (value - taken);
  sum[0] = after;
}

// Welford's update; `count` includes the value.
inline void add_variance(double* variance, double value, double count) noexcept {
  const double deviation = value - variance[0];
  variance[0] += deviation / count;
  variance[1] += deviation * (value - variance[0]);
}

template <unsigned moments>
inline void add_value(double* at, double value) noexcept {
  constexpr MomentLayout layout(moments);
  at[0] += 1.0;
  if constexpr ((moments & kSumMoment) != 0) add_compensated(at + layout.sum, value);
  if constexpr ((moments & kMinMoment) != 0) at[layout.min] = value < at[layout.min] ? value : at[layout.min];
  if constexpr ((moments & kMaxMoment) != 0) at[layout.max] = value > at[layout.max] ? value : at[layout.max];
  if constexpr ((moments & kVarianceMoment) != 0) add_variance(at + layout.variance, value, at[0]);
}

template <unsigned moments, bool counts_rows>
void add_values(double* const* records, const double* values, std::size_t n, std::size_t offset) {
  for (std::size_t i = 0; i < n; ++i) {
    double* record = records[i];
    if constexpr (counts_rows) record[0] += 1.0;
    if (!std::isnan(values[i])) add_value<moments>(record + offset, values[i]);
  }
}

template <bool counts_rows, unsigned... moments>
constexpr auto kernels(std::integer_sequence<unsigned, moments...>) -> std::array<MomentKernel, kNumberOfMomentSets> {
  return {add_values<moments, counts_rows>...};
}

using AllSets = std::make_integer_sequence<unsigned, kNumberOfMomentSets>;
constexpr auto kKernels = kernels<false>(AllSets{});
constexpr auto kCountingKernels = kernels<true>(AllSets{});

}  // namespace

auto moment_kernel(unsigned moments) noexcept -> MomentKernel { return kKernels[moments]; }

auto counting_moment_kernel(unsigned moments) noexcept -> MomentKernel { return kCountingKernels[moments]; }

void count_rows(double* const* records, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) records[i][0] += 1.0;
}

void add_weighted(double* const* records, const double* values, const double* weights, std::size_t n,
                  std::size_t offset) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    if (std::isnan(values[i]) || std::isnan(weights[i])) continue;
    add_compensated(records[i] + offset, weights[i]);
    add_compensated(records[i] + offset + 2, weights[i] * values[i]);
  }
}

void clear_moments(unsigned moments, double* first) noexcept {
  const MomentLayout layout(moments);
  std::fill_n(first, layout.size, 0.0);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if ((moments & kMinMoment) != 0) first[layout.min] = kInfinity;
  if ((moments & kMaxMoment) != 0) first[layout.max] = -kInfinity;
}

}  // namespace adcore

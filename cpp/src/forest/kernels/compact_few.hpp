// The walk when all paths of a group have few points left: the points are copied to the lanes of their paths, and boxes
// and cuts of all paths are worked out together.
#pragma once

#include "compact_crowds.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL::compact {

/// Copies the points left (of more than kFew, all copies of one, the first) to the lanes. dead[k] marks the lanes that
/// have no point k. Returns the most points of a path.
template <class S>
ADCORE_INLINE auto collect(const Query<S>& query, Group& group, Ints* dead) noexcept -> std::size_t {
  const std::size_t dimensions = query.shape.dimensions();
  LaneValues<std::int32_t> lacking[kFew];
  std::memset(lacking, 0xff, sizeof lacking);
  std::size_t most = 0;
  for (std::size_t path = 0; path < group.paths; ++path) {
    const std::uint64_t* members = group.members + path * query.shape.words();
    std::uint64_t full[kFew + 1];  // the words that are not 0, so that the loop below has no second exit to guess
    std::size_t start[kFew + 1];
    std::size_t words = 0;
    for (std::size_t w = 0; w < query.shape.words() && words < kFew; ++w) {
      full[words] = members[w];
      start[words] = w * kWordPoints;
      words += members[w] != 0 ? 1 : 0;
    }
    full[words] = 1;
    start[words] = 0;
    const auto mass = static_cast<std::size_t>(group.mass[path]);
    const std::size_t count = mass < kFew ? mass : kFew;
    std::uint64_t rest = full[0];
    for (std::size_t k = 0, w = 0; k < count; ++k) {
      // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): there are as many words as count needs
      const float* source = query.sample.values + start[w] + static_cast<std::size_t>(__builtin_ctzll(rest));
      float* target = group.points + k * dimensions * kPaths + path;
      for (std::size_t d = 0; d < dimensions; ++d) target[d * kPaths] = source[d * query.sample.stride];
      lacking[k][path] = 0;
      rest &= rest - 1;
      w += rest == 0 ? 1 : 0;
      rest = rest == 0 ? full[w] : rest;
    }
    most = count > most ? count : most;
  }
  std::memcpy(dead, lacking, sizeof lacking);
  return most;
}

/// The boxes of the points left, `Together` dimensions from `first` on.
template <std::size_t Together>
ADCORE_INLINE void box_dimensions(Group& group, std::size_t dimensions, std::size_t first, const Ints* dead,
                                  std::size_t most) noexcept {
  Floats lo[Together];
  Floats hi[Together];
  for (std::size_t i = 0; i < Together; ++i) {
    lo[i] = spread(kInfinity);
    hi[i] = spread(-kInfinity);
  }
  for (std::size_t k = 0; k < most; ++k) {
    const float* values = group.points + (k * dimensions + first) * kPaths;
    for (std::size_t i = 0; i < Together; ++i) {
      lo[i] = minimum_alive(lo[i], load_floats(values + i * kPaths), dead[k]);
      hi[i] = maximum_alive(hi[i], load_floats(values + i * kPaths), dead[k]);
    }
  }
  for (std::size_t i = 0; i < Together; ++i) {
    store_floats(group.lo + (first + i) * kPaths, lo[i]);
    store_floats(group.hi + (first + i) * kPaths, hi[i]);
  }
}

ADCORE_INLINE void box_few(Group& group, std::size_t dimensions, const Ints* dead, std::size_t most) noexcept {
  std::size_t d = 0;
  for (; d + 4 <= dimensions; d += 4) box_dimensions<4>(group, dimensions, d, dead, most);
  for (; d < dimensions; ++d) box_dimensions<1>(group, dimensions, d, dead, most);
}

ADCORE_INLINE auto sum_gaps(const Group& group, std::size_t dimensions, const float* query) noexcept -> Floats {
  Floats total = {};
  for (std::size_t d = 0; d < dimensions; ++d) {
    const Floats below = load_floats(group.lo + d * kPaths) - query[d];
    const Floats above = query[d] - load_floats(group.hi + d * kPaths);
    const Floats gap = below > above ? below : above;
    total += gap > 0 ? gap : Floats{};
  }
  return total;
}

/// Paths whose query equals a leaf of m copies among n points: (1 - m / 2n) / (depth + log2(m + 1)).
ADCORE_INLINE void add_equals(Group& group, std::uint32_t where, std::size_t count) noexcept {
  for (; where != 0; where &= where - 1) {
    const auto path = static_cast<std::size_t>(__builtin_ctz(where));
    const auto copies = static_cast<float>(group.mass[path]);
    const float damp = 1.0F - copies / (2.0F * static_cast<float>(count));
    const float height = static_cast<float>(group.depth[path]) + __builtin_log2f(copies + 1.0F);
    group.score[path] += group.weight[path] * damp / height;
  }
}

ADCORE_INLINE void cut_few(Group& group, std::size_t dimensions, const Cuts& cuts, Ints done, Ints* dead,
                           std::size_t most) noexcept {
  const Ints offsets = cuts.dimension * static_cast<std::int32_t>(kPaths) + lane_numbers();
  Ints kept = {};
  for (std::size_t k = 0; k < most; ++k) {
    const Floats values = gather(group.points + k * dimensions * kPaths, offsets);
    dead[k] |= ((values <= cuts.value) ^ cuts.left) & ~done;
    kept -= ~dead[k];
  }
  group.mass = done ? group.mass : kept;
  group.depth -= ~done;
}

template <class S>
ADCORE_INLINE void walk_few(const Query<S>& query, Group& group) noexcept {
  const std::size_t dimensions = query.shape.dimensions();
  Ints dead[kFew];
  const std::size_t most = collect(query, group, dead);
  Ints done = (lane_numbers() >= static_cast<std::int32_t>(group.paths)) | (group.weight <= kNegligible);
  for (;;) {
    box_few(group, dimensions, dead, most);
    const Floats ranges = sum_ranges(group, dimensions);
    const Floats gap = sum_gaps(group, dimensions, query.point);
    const Ints leaf = ~done & (ranges <= 0);
    const Ints equal = leaf & (gap <= 0);
    add_cut_off(group, gap, ranges, ~done & ~equal);
    add_equals(group, to_bits(equal), query.sample.count);
    // Two points and a query unlike both: whatever the cut, it ends in a leaf one level down.
    const Ints pair = ~done & ~leaf & (group.mass == 2) & (gap > 0);
    group.score += pair ? group.weight / to_floats(group.depth + 2) : Floats{};
    done |= leaf | pair | (group.weight <= kNegligible);
    if (to_bits(~done) == 0) return;
    const Floats fractions = draw_fractions(group, query.trees, ~done);
    cut_few(group, dimensions, place_cuts(group, dimensions, query.point, fractions * ranges), done, dead, most);
  }
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL::compact

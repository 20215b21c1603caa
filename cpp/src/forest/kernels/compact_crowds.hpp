// The walk while a path has many points left: sets are bit masks, and boxes are not worked out but bounded.
//
// A cut is drawn from a box around the points, which may be too large. If all points lie on one side, it is no cut of
// the tree: the box shrinks to the query's side and the path draws again. The first cut that divides the points is
// uniform over their smallest box, so the law is the same, and a set of 256 points costs 16 comparisons instead of a
// box. The distance to the query needs only those sides of the box on which the query has no points at all.
#pragma once

#include "compact_group.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL::compact {

/// Paths with at most this many points left are finished in compact_few.hpp.
inline constexpr std::size_t kFew = 24;
/// After this many misses in a row the box is made as small as it can be.
inline constexpr std::int32_t kMostMisses = 4;

/// Makes one side of a path's box tight. Returns where it is.
template <int Side, class S>
ADCORE_INLINE auto tighten(const Query<S>& query, Group& group, std::size_t path, std::size_t d) noexcept -> float {
  const float* column = query.sample.values + d * query.sample.stride;
  const float end = farthest<Side>(column, group.members + path * query.shape.words(), query.shape.words());
  (Side > 0 ? group.hi : group.lo)[d * kPaths + path] = end;
  return end;
}

template <class S>
ADCORE_INLINE void count_miss(const Query<S>& query, Group& group, std::size_t path) noexcept {
  if (++group.misses[path] % kMostMisses != 0) return;
  for (std::size_t d = 0; d < query.shape.dimensions(); ++d) {
    static_cast<void>(tighten<-1>(query, group, path, d));
    static_cast<void>(tighten<1>(query, group, path, d));
  }
}

/// The distance of the query to the points left.
template <class S>
ADCORE_INLINE auto measure_gap(const Query<S>& query, Group& group, std::size_t path) noexcept -> float {
  const std::uint64_t* members = group.members + path * query.shape.words();
  float gap = 0;
  for (std::size_t d = 0; d < query.shape.dimensions(); d += kWordsPerVector) {
    Words below = {};
    Words above = {};
    for (std::size_t w = 0; w < query.shape.words(); ++w) {
      Words up_to;
      std::memcpy(&up_to, query.up_to_query + w * query.shape.width() + d, sizeof up_to);
      below |= up_to & members[w];
      above |= ~up_to & members[w];
    }
    const std::size_t left = query.shape.dimensions() - d;
    const std::uint32_t valid = left < kWordsPerVector ? (1U << left) - 1 : ~0U;
    for (std::uint32_t rest = zero_words(below) & valid; rest != 0; rest &= rest - 1) {
      const std::size_t dimension = d + static_cast<std::size_t>(__builtin_ctz(rest));
      gap += tighten<-1>(query, group, path, dimension) - query.point[dimension];
    }
    for (std::uint32_t rest = zero_words(above) & valid; rest != 0; rest &= rest - 1) {
      const std::size_t dimension = d + static_cast<std::size_t>(__builtin_ctz(rest));
      gap += query.point[dimension] - tighten<1>(query, group, path, dimension);
    }
  }
  return gap;
}

/// The boxes on the query's side of the cuts.
ADCORE_INLINE void cut_boxes(Group& group, std::size_t dimensions, const Cuts& cuts, Ints where) noexcept {
  for (std::size_t d = 0; d < dimensions; ++d) {
    const Ints here = where & (cuts.dimension == static_cast<std::int32_t>(d));
    float* lo = group.lo + d * kPaths;
    float* hi = group.hi + d * kPaths;
    store_floats(lo, here & ~cuts.left ? cuts.value : load_floats(lo));
    store_floats(hi, here & cuts.left ? cuts.value : load_floats(hi));
  }
}

template <class S>
ADCORE_INLINE void cut_crowds(const Query<S>& query, Group& group, std::uint32_t active, const Cuts& cuts) noexcept {
  const std::size_t words = query.shape.words();
  const auto dimension = bits_as<LaneValues<std::int32_t>>(cuts.dimension);
  const auto value = bits_as<LaneValues<float>>(cuts.value);
  const auto left = bits_as<LaneValues<std::int32_t>>(cuts.left);
  auto mass = bits_as<LaneValues<std::int32_t>>(group.mass);
  auto depth = bits_as<LaneValues<std::int32_t>>(group.depth);
  auto gap = bits_as<LaneValues<float>>(group.gap);
  for (std::uint32_t rest = active; rest != 0; rest &= rest - 1) {
    const auto path = static_cast<std::size_t>(__builtin_ctz(rest));
    const float* column = query.sample.values + static_cast<std::size_t>(dimension[path]) * query.sample.stride;
    select_up_to(column, value[path], words, group.selected + path * words);
  }
  for (std::uint32_t rest = active; rest != 0; rest &= rest - 1) {
    const auto path = static_cast<std::size_t>(__builtin_ctz(rest));
    const std::int32_t kept =
        keep_side(group.members + path * words, group.selected + path * words, left[path] != 0, words);
    if (kept == mass[path]) {
      count_miss(query, group, path);
      continue;
    }
    group.misses[path] = 0;
    mass[path] = kept;
    ++depth[path];
    if (static_cast<std::size_t>(kept) > kFew) gap[path] = measure_gap(query, group, path);
  }
  group.mass = bits_as<Ints>(mass);
  group.depth = bits_as<Ints>(depth);
  group.gap = bits_as<Floats>(gap);
}

/// Walks until every path has few points left, or copies of one, or a query that is surely cut off.
template <class S>
ADCORE_INLINE void walk_crowds(const Query<S>& query, Group& group) noexcept {
  const std::size_t dimensions = query.shape.dimensions();
  for (;;) {
    const Floats ranges = sum_ranges(group, dimensions);
    const Ints where = (group.mass > static_cast<std::int32_t>(kFew)) & (ranges > 0) & (group.weight > kNegligible);
    const std::uint32_t active = to_bits(where);
    if (active == 0) return;
    add_cut_off(group, group.gap, ranges, where);
    const Floats fractions = draw_fractions(group, query.trees, where);
    const Cuts cuts = place_cuts(group, dimensions, query.point, fractions * ranges);
    cut_boxes(group, dimensions, cuts, where);
    cut_crowds(query, group, active, cuts);
  }
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL::compact

// A query and the group of paths that walk together, one tree to a lane: what both parts of the walk share.
#pragma once

#include "../compact_forest_kernel.hpp"
#include "compact_members.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL::compact {

/// A path stops where its query is still there with less than this probability: what is left cannot move a score by
/// more than this times log2(n + 1).
inline constexpr float kNegligible = 0x1p-12F;

/// Dimensions of the points and words of a set of points; values > 0 are fixed at compile time.
template <std::size_t Dimensions, std::size_t SetWords>
struct Shape {
  std::size_t any_dimensions;
  std::size_t any_words;
  [[nodiscard]] ADCORE_INLINE auto dimensions() const noexcept -> std::size_t {
    return Dimensions > 0 ? Dimensions : any_dimensions;
  }
  [[nodiscard]] ADCORE_INLINE auto words() const noexcept -> std::size_t { return SetWords > 0 ? SetWords : any_words; }
  /// Dimensions, rounded up to whole vectors of words on every instruction set.
  [[nodiscard]] ADCORE_INLINE auto width() const noexcept -> std::size_t { return (dimensions() + 3) / 4 * 4; }
};

/// What every path of a query shares.
template <class S>
struct Query {
  S shape;
  SampleColumns sample;
  const float* point = nullptr;
  std::uint32_t seed = 0;
  std::size_t trees = 0;
  float root_gap = 0;                    // distance to the box of all points
  std::uint64_t* up_to_query = nullptr;  // [words][width]: per dimension, the points at or below the query
};

/// The paths, lane by lane, and their scratch memory. Distances are summed over dimensions.
struct Group {
  std::size_t first_tree = 0;
  std::size_t paths = 0;
  Hashes key = {};
  Ints draws = {};
  Ints depth = {};
  Ints mass = {};                     // points left
  Floats weight = {};                 // probability that the query is not yet cut off
  Floats score = {};                  // expected inverse depth so far
  Floats gap = {};                    // distance of the query to the points left
  std::int32_t misses[kPaths] = {};   // cuts in a row that were no cuts of the tree
  std::uint64_t* members = nullptr;   // [kPaths][words]: the points left
  std::uint64_t* selected = nullptr;  // [kPaths][words]: the points up to a cut
  float* lo = nullptr;                // [dimensions][kPaths]: a box around the points left, perhaps not the smallest
  float* hi = nullptr;
  float* points = nullptr;  // [kFew][dimensions][kPaths]: the points left, when they are few
};

struct Cuts {
  Ints dimension = {};
  Floats value = {};
  Ints left = {};  // the query is left of the cut
};

/// The query is cut off here with probability gap / (gap + ranges), given that it came this far, and if so it stands
/// alone one level down.
ADCORE_INLINE void add_cut_off(Group& group, Floats gap, Floats ranges, Ints where) noexcept {
  const Floats probability = where & (gap > 0) ? gap / (gap + ranges) : Floats{};
  group.score += group.weight * probability / to_floats(group.depth + 1);
  group.weight *= 1.0F - probability;
}

/// The next uniform number of each path. The first ones of the trees together cover [0, 1) evenly, since they decide
/// most: each alone is uniform, so the expected score stays, and the mean over trees varies less.
ADCORE_INLINE auto draw_fractions(Group& group, std::size_t trees, Ints where) noexcept -> Floats {
  const Floats fractions = to_fractions(scramble(group.key + bits_as<Hashes>(group.draws) * 0x9e3779b9U));
  const Floats tree = to_floats(lane_numbers() + static_cast<std::int32_t>(group.first_tree));
  const Floats stratified = (tree + fractions) * (1.0F / static_cast<float>(trees));
  const Floats drawn = group.draws == 0 ? stratified : fractions;
  group.draws -= where;
  return drawn;
}

ADCORE_INLINE auto sum_ranges(const Group& group, std::size_t dimensions) noexcept -> Floats {
  Floats total = {};
  for (std::size_t d = 0; d < dimensions; ++d) {
    total += load_floats(group.hi + d * kPaths) - load_floats(group.lo + d * kPaths);
  }
  return total;
}

/// The cuts at `position` along the ranges laid end to end. Ranges must not all be 0; lo <= value < hi.
ADCORE_INLINE auto place_cuts(const Group& group, std::size_t dimensions, const float* query, Floats position) noexcept
    -> Cuts {
  Cuts cuts;
  Ints found = {};
  Floats end = {};
  Floats coordinate = {};
  for (std::size_t d = 0; d < dimensions; ++d) {
    const Floats low = load_floats(group.lo + d * kPaths);
    const Floats high = load_floats(group.hi + d * kPaths);
    const Floats range = high - low;
    const Ints here = ~found & (range > 0);
    cuts.value = here ? low + (position < range ? position : range) : cuts.value;
    cuts.dimension = here ? spread(static_cast<std::int32_t>(d)) : cuts.dimension;
    coordinate = here ? spread(query[d]) : coordinate;
    end = here ? high : end;
    found |= here & (position <= range);
    position -= range;
  }
  cuts.value = cuts.value < end ? cuts.value : just_below(end);
  cuts.left = coordinate <= cuts.value;
  return cuts;
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL::compact

// The anomaly score of a query against one tree: the expected inverse of the depth at which a cut would single it
// out (Guha et al. 2016), normalised by the depth of a balanced tree. Included by kernels only.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstring>

#include "climb.hpp"
#include "flight.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

/// Fewer than these are sooner down one after the other.
inline constexpr std::size_t kLeastFlight = 3;

/// So many boxes of a way are looked at together: it is guessed but once whether one of them holds the query.
inline constexpr std::uint32_t kBoxesTogether = 4;
using Quad = float __attribute__((vector_size(4 * kBoxesTogether)));
using QuadMask = std::int32_t __attribute__((vector_size(4 * kBoxesTogether)));

struct InverseDepths {
  static constexpr std::uint32_t kKnown = 64;
  float of[kKnown] = {};
  constexpr InverseDepths() noexcept {
    for (std::uint32_t depth = 1; depth < kKnown; ++depth) of[depth] = 1.0F / static_cast<float>(depth);
  }
};
inline constexpr InverseDepths kInverseDepths;

ADCORE_INLINE auto inverse_depth(std::uint32_t depth) noexcept -> float {
  return depth < InverseDepths::kKnown ? kInverseDepths.of[depth] : 1.0F / static_cast<float>(depth);
}

/// Of depths depth, depth - 1, depth - 2, depth - 3, all of which are known.
ADCORE_INLINE auto inverse_depths_down(std::uint32_t depth) noexcept -> Quad {
  Quad up;
  std::memcpy(&up, kInverseDepths.of + depth + 1 - kBoxesTogether, sizeof up);
  return __builtin_shufflevector(up, up, 3, 2, 1, 0);
}

/// The score of a query that equals a leaf: the damped one of a point that is known.
inline auto seen_score(const SampledTree& tree, PointIndex leaf, std::uint32_t depth) noexcept -> float {
  const auto mass = static_cast<float>(copies_of(tree.items, leaf));
  const float damp = 1.0F - mass / (2.0F * static_cast<float>(tree.items.size()));
  return damp / (static_cast<float>(depth) + std::log2(mass + 1.0F));
}

/// From the leaf up: at each box that does not hold the query, it may be cut off there, or else scores as below.
template <std::size_t Groups>
ADCORE_INLINE auto scoring_into(float& score, const SampledTree& tree, const Shape<Groups>& shape,
                                const float* query) noexcept {
  return [&score, &tree, &shape, query](NodeCode code, std::uint32_t depth, auto* lo, auto* hi)
             __attribute__((always_inline)) {
               if (is_leaf(code)) {  // cut off for certain, if it is not this point
                 const bool seen = !(distance(shape, lo, hi, query) > 0);
                 score = seen ? seen_score(tree, code & ~kLeafFlag, depth) : inverse_depth(depth + 1);
                 return !seen;
               }
               const Reach at = reach(shape, lo, hi, query);
               if (!(at.outside > 0)) return false;
               const float cut_off = at.probability_of_cut();
               score = cut_off * inverse_depth(depth + 1) + (1.0F - cut_off) * score;
               return true;
             };
}

template <std::size_t Groups>
ADCORE_INLINE auto score_landed(const SampledTree& tree, const Shape<Groups>& shape, const PointView& points,
                                const float* query, const Landing& landing, const Path& path, Box<Groups>& box,
                                Pending& pending) -> float {
  float score = 0;
  climb(*tree.tree, shape, points, landing, path, box, pending, scoring_into(score, tree, shape, query));
  return score;
}

template <std::size_t Groups>
ADCORE_INLINE auto score_way(const SampledTree& tree, const Shape<Groups>& shape, const PointView& points,
                             const Way& way, Box<Groups>& box) -> float {
  float score = 0;
  climb_way(way, shape, points, box, scoring_into(score, tree, shape, way.query));
  return score;
}

/// For each of four boxes what reach() says of it, in the same order of sums.
template <std::size_t Groups, class Boxes>
ADCORE_INLINE auto reach_of_four(const Shape<Groups>& shape, const Boxes& boxes, const float* query,
                                 Quad& length) noexcept -> Quad {
  Lanes halves[kBoxesTogether];  // of the sums of a box: what is outside, length
  for (std::uint32_t i = 0; i < kBoxesTogether; ++i) {
    const float* lo = boxes(i);
    const float* hi = lo + shape.size();
    Lanes outside = outside_of(load(lo), load(hi), load(query));
    Lanes extent = load(hi) - load(lo);
    for (std::size_t at = kLanes; at < shape.size(); at += kLanes) {
      const Lanes low = load(lo + at);
      const Lanes high = load(hi + at);
      outside += outside_of(low, high, load(query + at));
      extent += high - low;
    }
    halves[i] = __builtin_shufflevector(outside, extent, 0, 1, 2, 3, 8, 9, 10, 11) +
                __builtin_shufflevector(outside, extent, 4, 5, 6, 7, 12, 13, 14, 15);
  }
  const Lanes first = __builtin_shufflevector(halves[0], halves[1], 0, 1, 8, 9, 4, 5, 12, 13) +
                      __builtin_shufflevector(halves[0], halves[1], 2, 3, 10, 11, 6, 7, 14, 15);
  const Lanes second = __builtin_shufflevector(halves[2], halves[3], 0, 1, 8, 9, 4, 5, 12, 13) +
                       __builtin_shufflevector(halves[2], halves[3], 2, 3, 10, 11, 6, 7, 14, 15);
  const Lanes all = __builtin_shufflevector(first, second, 0, 2, 8, 10, 4, 6, 12, 14) +
                    __builtin_shufflevector(first, second, 1, 3, 9, 11, 5, 7, 13, 15);
  length = __builtin_shufflevector(all, all, 4, 5, 6, 7);
  return __builtin_shufflevector(all, all, 0, 1, 2, 3);
}

/// What four boxes, one above the other, make of a score: at each it becomes here + kept * score.
struct Rungs {
  Quad here;
  Quad kept;
  bool last;  // whether one of them holds the query, as all above it do: these leave a score as it is

  [[nodiscard]] ADCORE_INLINE auto climb(float score) const noexcept -> float {
    for (std::size_t i = 0; i < kBoxesTogether; ++i) score = here[i] + kept[i] * score;
    return score;
  }
};

/// The lowest above `depth`.
template <std::size_t Groups>
ADCORE_INLINE auto rungs(const TreeArrays& tree, const Shape<Groups>& shape, const float* query, const Column& way,
                         std::uint32_t depth) noexcept -> Rungs {
  const auto boxes = [&](std::uint32_t i)
                         __attribute__((always_inline)) { return box_at(tree, shape, way.above(depth - i)); };
  Quad length;
  const Quad outside = reach_of_four(shape, boxes, query, length);
  const QuadMask is_outside = outside > 0;
  const Quad cut_off = keep(outside / (outside + length), is_outside);
  return {cut_off * inverse_depths_down(depth), 1.0F - cut_off, is_outside[kBoxesTogether - 1] == 0};
}

/// The score of a query of a flight. The lowest boxes are looked at first: how long the way is up to them nobody can
/// guess, and by the time it is known they have come.
template <std::size_t Groups>
ADCORE_INLINE auto score_column(const SampledTree& tree, const Shape<Groups>& shape, const PointView& points,
                                const float* query, Landing at, const Column& way, std::uint32_t boxed,
                                Box<Groups>& box, Pending& pending) -> float {
  float score = 0;
  const auto visit = scoring_into(score, tree, shape, query);
  if (boxed < kBoxesTogether) {
    if (!climb_unboxed(*tree.tree, shape, points, at, way, box, pending, visit)) return score;
  } else {
    Rungs next = rungs(*tree.tree, shape, query, way, boxed);
    if (!climb_unboxed(*tree.tree, shape, points, at, way, box, pending, visit)) return score;
    for (at.depth = boxed;;) {
      score = next.climb(score);
      if (next.last) return score;
      at.depth -= kBoxesTogether;
      if (at.depth < kBoxesTogether) break;
      next = rungs(*tree.tree, shape, query, way, at.depth);
    }
  }
  while (at.depth > 0) {
    const NodeCode code = way.above(at.depth);
    const float* corners = box_at(*tree.tree, shape, code);
    if (!visit(code, --at.depth, corners, corners + shape.size())) return score;
  }
  return score;
}

/// The same in a tree deeper than a flight looks.
template <std::size_t Groups>
__attribute__((noinline)) auto score_deep(const SampledTree& tree, const Shape<Groups>& shape, const PointView& points,
                                          const float* query, Landing at, const Column& way, Box<Groups>& box,
                                          Pending& pending) -> float {
  Path path(tree.tree->unboxed_leaves);
  for (std::uint32_t depth = 0; depth < at.depth; ++depth) path.pass(depth, way.above(depth + 1));
  while (!is_leaf(at.leaf)) step_down(*tree.tree, query, at, path);
  return score_landed(tree, shape, points, query, at, path, box, pending);
}

/// What a call to a kernel works with.
template <std::size_t Groups>
struct Workspace {
  Shape<Groups> shape;
  Box<Groups> box;
  Pending pending;

  ADCORE_INLINE Workspace(std::size_t dimensions, std::size_t unboxed_leaves)
      : shape(dimensions), box(shape.size()), pending(unboxed_leaves) {}
};

/// Scores up to kFlight queries, each against its tree; tree_of and the queries know whole lane groups of them, those
/// beyond `count` are walked but not scored.
template <std::size_t Groups, class TreeOf, class Queries>
ADCORE_INLINE void score_flight(const TreeOf& tree_of, const Queries& queries, std::size_t count,
                                const PointView& points, Workspace<Groups>& work, float* scores) {
  const std::size_t walkers = lane_groups(count) * kLanes;
  ADCORE_ASSUME(count > 0 && count <= walkers);
  const TreeArrays* trees[kFlight];
  bool together = count >= kLeastFlight;
  for (std::size_t i = 0; i < walkers; ++i) {
    trees[i] = tree_of(i).tree;
    together = together && !is_leaf(trees[i]->root);
  }
  if (!together) {
    Path path(trees[0]->unboxed_leaves);
    for (std::size_t i = 0; i < count; ++i) {
      const Landing at = descend(*trees[i], queries.of(i), path);
      scores[i] = score_landed(tree_of(i), work.shape, points, queries.of(i), at, path, work.box, work.pending);
    }
    return;
  }
  Flight flight;
  flight.descend(trees, count, queries);
  for (std::size_t i = 0; i < count; ++i) {
    const Landing at = flight.landing(i);
    const float* query = queries.of(i);
    scores[i] = is_leaf(at.leaf)
                    ? score_column(tree_of(i), work.shape, points, query, at, flight.column(i), flight.boxed(i),
                                   work.box, work.pending)
                    : score_deep(tree_of(i), work.shape, points, query, at, flight.column(i), work.box, work.pending);
  }
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

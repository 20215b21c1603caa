// The anomaly score of a query against one tree: the expected inverse of the depth at which a cut would single it
// out (Guha et al. 2016), normalised by the depth of a balanced tree. Included by kernels only.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstring>

#include "climb.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

/// Queries walk down together, so that their cache misses and compares overlap.
inline constexpr std::size_t kFlight = 8;
/// Fewer than these are sooner down one after the other.
inline constexpr std::size_t kLeastFlight = 3;

/// Nodes among the first `count` codes of a way: so deep is the leaf, which all codes after them are. Looks at all that
/// a way can hold, without a branch.
ADCORE_INLINE auto depth_of_leaf(const NodeCode* codes, std::uint32_t count) noexcept -> std::uint32_t {
  std::uint32_t nodes = 0;
  for (std::uint32_t i = 0; i < Way::kMost; ++i) nodes += i < count && !is_leaf(codes[i]) ? 1U : 0U;
  return nodes;
}

/// Walks kFlight queries down; walker i goes through trees[i] with queries[i]. No tree is a single leaf.
ADCORE_INLINE void descend_together(const SampledTree* const* trees, const float* const* queries, Landing* landings,
                                    Path* paths) noexcept {
  const Node* nodes[kFlight];
  NodeCode at[kFlight];  // a walker that has landed stays at the node above its leaf
  NodeCode passed[kFlight][Way::kMost];
  for (std::size_t i = 0; i < kFlight; ++i) {
    nodes[i] = trees[i]->tree->nodes;
    at[i] = passed[i][0] = trees[i]->tree->root;
  }
  NodeCode all_landed = 0;
  std::uint32_t last = 0;
  while (last + 1 < Way::kMost && all_landed == 0) {
    all_landed = kLeafFlag;
    ++last;
    for (std::size_t i = 0; i < kFlight; ++i) {
      const NodeCode next = next_on_path(nodes[i][at[i]], queries[i]);
      passed[i][last] = next;
      // By a move, not a jump: when a walker lands nobody can guess.
      at[i] = __builtin_expect_with_probability(is_leaf(next), 1, 0.5) ? at[i] : next;
      all_landed &= next;
    }
  }
  for (std::size_t i = 0; i < kFlight; ++i) {
    landings[i] = {passed[i][last], depth_of_leaf(passed[i], last)};
    std::memcpy(paths[i].ring(), passed[i], sizeof passed[i]);
    while (!is_leaf(landings[i].leaf)) step_down(*trees[i]->tree, queries[i], landings[i], paths[i]);
  }
}

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

/// What a call to a kernel works with.
template <std::size_t Groups>
struct Workspace {
  Shape<Groups> shape;
  Box<Groups> box;
  Pending pending;
  Path paths[kFlight];

  ADCORE_INLINE Workspace(std::size_t dimensions, std::size_t unboxed_leaves)
      : shape(dimensions), box(shape.size()), pending(unboxed_leaves) {
    for (Path& path : paths) path.remember(unboxed_leaves);
  }
};

/// Scores up to kFlight queries, each against its tree; both arrays have kFlight entries, and those beyond `count` are
/// walked but not scored.
template <std::size_t Groups>
ADCORE_INLINE void score_flight(const SampledTree* const* trees, const float* const* queries, std::size_t count,
                                const PointView& points, Workspace<Groups>& work, float* scores) {
  Landing landings[kFlight];
  bool together = count >= kLeastFlight;
  for (std::size_t i = 0; i < kFlight; ++i) together = together && !is_leaf(trees[i]->tree->root);
  if (together) {
    descend_together(trees, queries, landings, work.paths);
  } else {
    for (std::size_t i = 0; i < count; ++i) landings[i] = descend(*trees[i]->tree, queries[i], work.paths[i]);
  }
  for (std::size_t i = 0; i < count; ++i) {
    scores[i] =
        score_landed(*trees[i], work.shape, points, queries[i], landings[i], work.paths[i], work.box, work.pending);
  }
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

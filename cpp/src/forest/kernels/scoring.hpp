// The anomaly score of a query against one tree: the expected inverse of the depth at which a cut would single it
// out (Guha et al. 2016), normalised by the depth of a balanced tree. Included by kernels only.
#pragma once

#include <cmath>
#include <cstddef>

#include "climb.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

/// Queries walk down together, so that their cache misses and compares overlap.
inline constexpr std::size_t kFlight = 8;
/// Fewer than these are sooner down one after the other.
inline constexpr std::size_t kLeastFlight = 3;

/// One step of a walker, or none for one that has landed: without a branch, since when a walker lands nobody can guess.
ADCORE_INLINE void step_or_stay(const Node* nodes, const float* query, Landing& at) noexcept {
  const NodeCode code = at.leaf;
  const NodeCode landed = code / kLeafFlag;  // 1 or 0
  const NodeCode stay = NodeCode{0} - landed;
  const NodeCode next = next_on_path(nodes[code & ~stay], query);
  at.leaf = next ^ ((next ^ code) & stay);
  at.depth += 1U - landed;
}

/// Walks kFlight queries down; walker i goes through trees[i] with queries[i]. No tree is a single leaf.
ADCORE_INLINE void descend_together(const SampledTree* const* trees, const float* const* queries, Landing* landings,
                                    Path* paths) noexcept {
  Landing at[kFlight];
  const Node* nodes[kFlight];
  NodeCode* passed[kFlight];
  for (std::size_t i = 0; i < kFlight; ++i) {
    at[i] = {trees[i]->tree->root, 0};
    nodes[i] = trees[i]->tree->nodes;
    passed[i] = paths[i].ring();
  }
  NodeCode all_landed = 0;
  for (std::size_t depth = 0; depth < Way::kMost && all_landed == 0; ++depth) {
    all_landed = kLeafFlag;
    for (std::size_t i = 0; i < kFlight; ++i) {
      passed[i][depth] = at[i].leaf;  // of no meaning, and not looked at, once it has landed
      step_or_stay(nodes[i], queries[i], at[i]);
      all_landed &= at[i].leaf;
    }
  }
  for (std::size_t i = 0; i < kFlight; ++i) {
    while (!is_leaf(at[i].leaf)) step_down(*trees[i]->tree, queries[i], at[i], paths[i]);
    landings[i] = at[i];
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
ADCORE_INLINE auto score_landed(const SampledTree& tree, const Shape<Groups>& shape, const PointView& points,
                                const float* query, const Landing& landing, const Path& path, Box<Groups>& box,
                                Pending& pending) -> float {
  float score = 0;
  const auto visit = [&](NodeCode code, std::uint32_t depth, const float* lo, const float* hi) {
    const Reach at = reach(shape, lo, hi, query);
    if (!(at.outside > 0)) {
      if (is_leaf(code)) score = seen_score(tree, code & ~kLeafFlag, depth);
      return false;
    }
    const float cut_off = at.probability_of_cut();  // 1 at the leaf
    score = cut_off * inverse_depth(depth + 1) + (1.0F - cut_off) * score;
    return true;
  };
  climb(*tree.tree, shape, points, landing, path, box, pending, visit);
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

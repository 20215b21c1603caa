// The anomaly score of a query against one tree: the expected inverse of the depth at which a cut would single it
// out (Guha et al. 2016), normalised by the depth of a balanced tree. Included by kernels only.
#pragma once

#include <cmath>
#include <cstddef>

#include "climb.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

/// Queries walk down together so that their cache misses and compares overlap.
inline constexpr std::size_t kFlight = 8;

/// Walks `count` <= kFlight queries down; walker i goes through trees[i] with queries[i].
ADCORE_INLINE void descend_together(const SampledTree* const* trees, const float* const* queries, std::size_t count,
                                    const PointView& points, Landing* landings, PathBuffer& paths) noexcept {
  std::size_t walking[kFlight];
  for (std::size_t i = 0; i < count; ++i) {
    landings[i] = {};
    landings[i].leaf = trees[i]->tree->root;
    walking[i] = i;
  }
  for (std::size_t left = count; left > 0;) {
    std::size_t still = 0;
    for (std::size_t k = 0; k < left; ++k) {
      const std::size_t i = walking[k];
      if (!is_leaf(landings[i].leaf)) step_down(*trees[i]->tree, queries[i], landings[i], paths.of(i));
      walking[still] = i;
      still += is_leaf(landings[i].leaf) ? 0U : 1U;
    }
    left = still;
  }
  for (std::size_t i = 0; i < count; ++i) __builtin_prefetch(leaf_point(points, landings[i].leaf));
}

ADCORE_INLINE auto inverse_depth(std::uint32_t depth) noexcept -> float { return 1.0F / static_cast<float>(depth); }

/// The score of a query that equals a leaf: the damped one of a point that is known.
inline auto seen_score(const SampledTree& tree, PointIndex leaf, std::uint32_t depth) noexcept -> float {
  std::size_t copies = 0;
  for (const Sampler::Item& item : tree.items) copies += item.point == leaf ? 1U : 0U;
  const auto mass = static_cast<float>(copies);
  const float damp = 1.0F - mass / (2.0F * static_cast<float>(tree.items.size()));
  return damp / (static_cast<float>(depth) + std::log2(mass + 1.0F));
}

/// From the leaf up: at each box that does not hold the query, it may be cut off there, or else scores as below.
template <std::size_t Groups>
ADCORE_INLINE auto score_landed(const SampledTree& tree, const Shape<Groups>& shape, const PointView& points,
                                const float* query, const Landing& landing, const NodeCode* path, Box<Groups>& box,
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

template <std::size_t Groups>
ADCORE_INLINE void score_flight(const SampledTree* const* trees, const float* const* queries, std::size_t count,
                                const Shape<Groups>& shape, const PointView& points, Box<Groups>& box,
                                PathBuffer& paths, Pending& pending, float* scores) {
  Landing landings[kFlight];
  descend_together(trees, queries, count, points, landings, paths);
  for (std::size_t i = 0; i < count; ++i) {
    const float score = score_landed(*trees[i], shape, points, queries[i], landings[i], paths.of(i), box, pending);
    scores[i] = score * std::log2(static_cast<float>(trees[i]->items.size()) + 1.0F);
  }
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

// The anomaly score of a query against one tree: the expected inverse of the depth at which a cut would single it
// out (Guha et al. 2016), normalised by the depth of a balanced tree. Included by kernels only.
#pragma once

#include <cmath>
#include <cstddef>

#include "adcore/forest/tree_kernels.hpp"
#include "boxes.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

/// Queries walk down together so that their cache misses and compares overlap.
inline constexpr std::size_t kFlight = 8;

/// Where a query's walk ended: in a bucket, `depth` cuts below the root.
struct Landing {
  NodeCode bucket;
  std::uint32_t depth;
};

/// Walks `count` <= kFlight queries down; walker i goes through trees[i] with queries[i].
ADCORE_INLINE void descend(const TreeArrays* const* trees, const float* const* queries, std::size_t count,
                           Landing* landings) noexcept {
  for (std::size_t i = 0; i < count; ++i) landings[i] = {trees[i]->root, 0};
  bool walking = true;
  while (walking) {
    walking = false;
    for (std::size_t i = 0; i < count; ++i) {
      if (is_bucket(landings[i].bucket)) continue;
      const Node& node = trees[i]->nodes[landings[i].bucket];
      landings[i].bucket = node.child[queries[i][node.cut_dimension] > node.cut_value ? 1 : 0];
      ++landings[i].depth;
      walking = true;
    }
  }
  for (std::size_t i = 0; i < count; ++i) __builtin_prefetch(&bucket_of(*trees[i], landings[i].bucket));
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

/// Draws the cuts of the bucket along the query's way: while points are left, the query is cut off here with the
/// probability of a cut, or goes on with the points on its side. `inside` tells whether the bucket's box holds it.
template <std::size_t Groups>
ADCORE_INLINE auto score_in_bucket(const SampledTree& tree, const Shape<Groups>& shape, const PointView& points,
                                   const float* query, Landing landing, Box<Groups>& box, bool& inside) -> float {
  const Bucket& bucket = bucket_of(*tree.tree, landing.bucket);
  const float* rows[kBucketCapacity];
  PointIndex indices[kBucketCapacity];
  std::size_t left = bucket.count;
  ADCORE_ASSUME(left > 0);
  for (std::size_t i = 0; i < left; ++i) {
    indices[i] = bucket.points[i];
    rows[i] = points.point(indices[i]);
  }
  std::uint64_t state = cut_state(bucket.seed);
  std::uint32_t depth = landing.depth;
  float weight = 1.0F;
  float score = 0.0F;
  for (bool first = true;; first = false) {
    box_of_points(shape, rows, left, box.lo, box.hi);
    const Reach at = reach(shape, box.lo, box.hi, query);
    if (first) inside = !(at.outside > 0);
    if (left == 1) break;
    if (at.outside > 0) {
      const float cut_off = at.probability_of_cut();
      score += weight * cut_off * inverse_depth(depth + 1);
      weight *= 1.0F - cut_off;
    }
    const Cut cut = draw_cut<Groups>(box.lo, box.hi, shape.groups(), cut_fraction(state));
    const bool right = cut.is_right(query);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < left; ++i) {
      const float* row = rows[i];
      indices[kept] = indices[i];
      rows[kept] = row;
      kept += cut.is_right(row) == right ? 1U : 0U;
    }
    left = kept;
    state = child_state(state, right);
    ++depth;
  }
  const bool equal = !(reach(shape, box.lo, box.hi, query).outside > 0);
  return score + weight * (equal ? seen_score(tree, indices[0], depth) : inverse_depth(depth + 1));
}

/// Takes the score of a subtree up to the root: at each ancestor the query may be cut off, until a box holds it.
template <std::size_t Groups>
ADCORE_INLINE auto score_upwards(const TreeArrays& tree, const Shape<Groups>& shape, const PointView& points,
                                 const float* query, Landing landing, float score, Box<Groups>& scratch) -> float {
  NodeCode code = bucket_of(tree, landing.bucket).parent;
  for (std::uint32_t depth = landing.depth; code != kNoNode; --depth, code = tree.nodes[code].parent) {
    const Corners box = corners(tree, shape, points, code, scratch);
    const Reach at = reach(shape, box.lo, box.hi, query);
    if (!(at.outside > 0)) break;
    const float cut_off = at.probability_of_cut();
    score = cut_off * inverse_depth(depth) + (1.0F - cut_off) * score;
  }
  return score;
}

template <std::size_t Groups>
ADCORE_INLINE auto score_landed(const SampledTree& tree, const Shape<Groups>& shape, const PointView& points,
                                const float* query, Landing landing, Box<Groups>& box) -> float {
  bool inside = false;
  float score = score_in_bucket(tree, shape, points, query, landing, box, inside);
  if (!inside) score = score_upwards(*tree.tree, shape, points, query, landing, score, box);
  return score * std::log2(static_cast<float>(tree.items.size()) + 1.0F);
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

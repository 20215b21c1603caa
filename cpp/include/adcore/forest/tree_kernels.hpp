// The hot loops of a tree, compiled for several instruction sets and chosen when the process starts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "adcore/base/random.hpp"
#include "adcore/forest/tree.hpp"
#include "adcore/forest/way.hpp"

namespace adcore {

/// A tree with its sample, as scoring sees it.
struct SampledTree {
  const TreeArrays* tree = nullptr;
  std::span<const Sampler::Item> items;
};

/// A query of which only some coordinates are known; both arrays in whole lane groups.
struct Incomplete {
  const float* values = nullptr;
  const std::int32_t* known = nullptr;  // -1 where known, 0 where not
  double centrality = 1;                // 0: leaves that are as good as each other in all that is known are drawn
};

/// All functions read points by lane groups; queries are padded with zeros to whole groups.
struct TreeKernels {
  /// Scores `count` queries, `query_stride` floats apart, against one tree.
  void (*score_queries)(const SampledTree& tree, const PointView& points, const float* queries,
                        std::size_t query_stride, std::size_t count, float* scores);
  /// Scores one query against each of `count` trees.
  void (*score_trees)(const SampledTree* trees, std::size_t count, const PointView& points, const float* query,
                      float* scores);
  /// Finds the ways of some points, all together, so that their cache misses overlap, and asks for the memory that
  /// scoring, removing and inserting them will touch; for the points only where that is said.
  void (*walk)(Way* ways, std::size_t count, const PointView& points, bool ask_for_points);
  /// Scores one query against each of `count` trees, ways[i] being its way through the tree sampled[i].
  void (*score_ways)(const SampledTree* sampled, const Way* ways, std::size_t count, const PointView& points,
                     float* scores);
  /// Adds the attributions of one query in each of `count` trees to `high` and `low`, [dimensions].
  void (*attribute_trees)(const SampledTree* trees, std::size_t count, const PointView& points, const float* query,
                          double* high, double* low);
  /// The point of the leaf that best completes a query.
  auto (*complete)(const TreeArrays& tree, const PointView& points, const Incomplete& query, Random& random)
      -> PointIndex;
  /// See RandomCutTree; needs a free node and a free box. `way` is that of the point, or null.
  auto (*insert)(TreeArrays& tree, std::span<const Sampler::Item> items, const PointView& points, PointIndex point,
                 const Way* way) -> PointIndex;
  void (*remove)(TreeArrays& tree, const PointView& points, PointIndex point, bool last, const Way* way);
  /// The bounding box of a subtree, in whole lane groups.
  void (*box)(const TreeArrays& tree, const PointView& points, NodeCode code, float* lo, float* hi);
};

/// The kernels for points of this many dimensions, best for the processor this runs on.
[[nodiscard]] auto tree_kernels(std::size_t dimensions) -> const TreeKernels&;

}  // namespace adcore

// Compiled once per instruction set; ADCORE_KERNEL_LEVEL names it and is the namespace of everything here.
#include "adcore/forest/tree_kernels.hpp"

#include <algorithm>
#include <cmath>

#include "attributing.hpp"
#include "completing.hpp"
#include "scoring.hpp"
#include "surgery.hpp"
#include "walking.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

namespace {

// Scores are normalised by the depth of a balanced tree. Trees of a forest mostly have samples of one size.
class Height {
 public:
  ADCORE_INLINE auto of(const SampledTree& tree) noexcept -> float {
    if (tree.items.size() != size_) {
      size_ = tree.items.size();
      height_ = std::log2(static_cast<float>(size_) + 1.0F);
    }
    return height_;
  }

 private:
  std::size_t size_ = 0;
  float height_ = 0;
};

template <std::size_t Groups>
void score_queries(const SampledTree& tree, const PointView& points, const float* queries, std::size_t query_stride,
                   std::size_t count, float* scores) {
  Workspace<Groups> work(points.dimensions, tree.tree->unboxed_leaves);
  const float height = Height().of(tree);
  const float* flight[kFlight];
  for (std::size_t start = 0; start < count; start += kFlight) {
    const std::size_t flying = count - start < kFlight ? count - start : kFlight;
    const std::size_t walkers = lane_groups(flying) * kLanes;
    ADCORE_ASSUME(flying <= walkers);
    for (std::size_t i = 0; i < walkers; ++i) {
      flight[i] = queries + (start + (i < flying ? i : 0)) * query_stride;
    }
    const auto tree_of = [&](std::size_t) -> const SampledTree& { return tree; };
    score_flight(tree_of, ManyQueries{flight}, flying, points, work, scores + start);
    for (std::size_t i = 0; i < flying; ++i) scores[start + i] *= height;
  }
}

template <std::size_t Groups>
void score_trees(const SampledTree* sampled, std::size_t count, const PointView& points, const float* query,
                 float* scores) {
  Workspace<Groups> work(points.dimensions, sampled->tree->unboxed_leaves);
  Height height;
  for (std::size_t start = 0; start < count; start += kFlight) {
    const std::size_t flying = count - start < kFlight ? count - start : kFlight;
    const auto tree_of = [&](std::size_t i) -> const SampledTree& { return sampled[start + (i < flying ? i : 0)]; };
    score_flight(tree_of, OneQuery<Groups>{query}, flying, points, work, scores + start);
    for (std::size_t i = 0; i < flying; ++i) scores[start + i] *= height.of(tree_of(i));
  }
}

template <std::size_t Groups>
void score_ways(const SampledTree* sampled, const Way* ways, std::size_t count, const PointView& points,
                float* scores) {
  Workspace<Groups> work(points.dimensions, sampled->tree->unboxed_leaves);
  Path path(sampled->tree->unboxed_leaves);
  Height height;
  for (std::size_t i = 0; i < count; ++i) {
    if constexpr (Groups > 0) {
      if (ways[i].gathered) {
        scores[i] = height.of(sampled[i]) * score_way(sampled[i], work.shape, points, ways[i], work.box);
        continue;
      }
    }
    const float* query = ways[i].query;
    const Landing landing = descend(*sampled[i].tree, query, &ways[i], path);
    scores[i] = height.of(sampled[i]) *
                score_landed(sampled[i], work.shape, points, query, landing, path, work.box, work.pending);
  }
}

template <std::size_t Groups>
void attribute_trees(const SampledTree* trees, std::size_t count, const PointView& points, const float* query,
                     double* high, double* low) {
  Workspace<Groups> work(points.dimensions, trees->tree->unboxed_leaves);
  ADCORE_ASSUME(points.dimensions <= work.shape.size());
  Box<Groups> parts(work.shape.size());
  Path path(trees->tree->unboxed_leaves);
  Height height;
  for (std::size_t i = 0; i < count; ++i) {
    const Landing landing = descend(*trees[i].tree, query, path);
    attribute_landed(trees[i], work.shape, points, query, landing, path, work.box, work.pending, parts);
    const auto scale = static_cast<double>(height.of(trees[i]));
    for (std::size_t d = 0; d < points.dimensions; ++d) {
      high[d] += scale * static_cast<double>(parts.hi[d]);
      low[d] += scale * static_cast<double>(parts.lo[d]);
    }
  }
}

template <std::size_t Groups>
void box(const TreeArrays& tree, const PointView& points, NodeCode code, float* lo, float* hi) {
  const Shape<Groups> shape(points.dimensions);
  Pending pending(tree.unboxed_leaves);
  start_subtree(tree, shape, points, code, lo, hi);
  merge_subtree(tree, shape, points, code, lo, hi, pending);
}

template <std::size_t Groups>
constexpr TreeKernels kKernels = {score_queries<Groups>, score_trees<Groups>,     walk<Groups>,
                                  score_ways<Groups>,    attribute_trees<Groups>, complete<Groups>,
                                  insert<Groups>,        remove<Groups>,          box<Groups>};

}  // namespace

auto tree_kernels(std::size_t groups) noexcept -> const TreeKernels& {
  switch (groups) {
    case 1: return kKernels<1>;
    case 2: return kKernels<2>;
    case 3: return kKernels<3>;
    case 4: return kKernels<4>;
    default: return kKernels<0>;
  }
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

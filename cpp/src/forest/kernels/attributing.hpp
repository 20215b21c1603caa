// The anomaly score of a query split over dimensions and sides: by how far it lies outside each box on its way. The
// slow twin is add_attribution in visitors.cpp. Included by kernels only.
#pragma once

#include <cstddef>

#include "scoring.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

/// From the leaf up, as score_landed. In `parts`, hi is how much of the score lies above boxes, lo below them.
template <std::size_t Groups>
ADCORE_INLINE void attribute_landed(const SampledTree& tree, const Shape<Groups>& shape, const PointView& points,
                                    const float* query, const Landing& landing, const Path& path, Box<Groups>& box,
                                    Pending& pending, Box<Groups>& parts) {
  constexpr Lanes zero = {};
  for (std::size_t i = 0; i < shape.size(); ++i) parts.lo[i] = parts.hi[i] = 0;
  const auto visit = [&](NodeCode code, std::uint32_t depth, const float* lo, const float* hi) {
    const Reach at = reach(shape, lo, hi, query);
    if (!(at.outside > 0)) {
      if (!is_leaf(code)) return false;
      // A known point is outside of nothing: all its dimensions have an equal part.
      const float part = seen_score(tree, code & ~kLeafFlag, depth) / (2.0F * static_cast<float>(points.dimensions));
      for (std::size_t i = 0; i < shape.size(); ++i) parts.lo[i] = parts.hi[i] = part;
      return false;
    }
    const float cut_off = at.probability_of_cut();
    const float kept = 1.0F - cut_off;
    const float per_distance = cut_off * inverse_depth(depth + 1) / at.outside;
    for (std::size_t g = 0; g < shape.groups(); ++g) {
      const Lanes q = load(query + g * kLanes);
      const Lanes below = maximum(load(lo + g * kLanes) - q, zero) * per_distance;
      const Lanes above = maximum(q - load(hi + g * kLanes), zero) * per_distance;
      store(parts.lo + g * kLanes, below + load(parts.lo + g * kLanes) * kept);
      store(parts.hi + g * kLanes, above + load(parts.hi + g * kLanes) * kept);
    }
    return true;
  };
  climb(*tree.tree, shape, points, landing, path, box, pending, visit);
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

// The leaf of a tree that best completes a query with unknown coordinates: both ways at a cut that cannot be decided,
// and up again with the better leaf. The slow twin is complete in visitors.cpp. Included by kernels only.
#pragma once

#include <cstddef>

#include "adcore/base/random.hpp"
#include "climb.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

/// What a subtree offers.
struct Offer {
  NodeCode leaf = kNoNode;
  double rank = 0;         // expected inverse depth over the known coordinates: low is good
  bool is_inside = false;  // a box on the way up held the known coordinates: those above do, too
};

template <std::size_t Groups>
class Completer {
 public:
  Completer(const TreeArrays& tree, const PointView& points, const Incomplete& query, Random& random)
      : tree_(tree),
        shape_(points.dimensions),
        points_(points),
        query_(query),
        random_(random),
        pending_(tree.unboxed_leaves) {}

  /// The offer of a subtree; while it is not inside, `box` is left as the box of a subtree that has none of its own.
  [[nodiscard]] auto walk(NodeCode code, std::uint32_t depth, Box<Groups>& box) -> Offer {
    if (is_leaf(code)) return at_leaf(code, depth, box);
    const Node& node = tree_.nodes[code];
    const bool boxed = node.box != kNoBox;
    Offer best =
        query_.known[node.cut_dimension] == 0 ? walk_both(node, depth, box, boxed) : walk_one(node, depth, box, boxed);
    if (best.is_inside) return best;
    const float* lo = boxed ? box_at(tree_, shape_, code) : box.lo;
    const Reach at = known_reach(lo, boxed ? lo + shape_.size() : box.hi);
    best.is_inside = !(at.outside > 0);
    if (!best.is_inside) best.rank = mixed(at, depth, best.rank);
    return best;
  }

 private:
  [[nodiscard]] auto walk_one(const Node& node, std::uint32_t depth, Box<Groups>& box, bool boxed) -> Offer {
    const std::size_t side = query_.values[node.cut_dimension] > node.cut_value ? 1 : 0;
    const Offer offer = walk(node.child[side], depth + 1, box);
    if (!boxed && !offer.is_inside) {
      merge_subtree(tree_, shape_, points_, node.child[1 - side], box.lo, box.hi, pending_);
    }
    return offer;
  }

  [[nodiscard]] auto walk_both(const Node& node, std::uint32_t depth, Box<Groups>& box, bool boxed) -> Offer {
    Box<Groups> other(shape_.size());
    const Offer left = walk(node.child[0], depth + 1, box);
    const Offer right = walk(node.child[1], depth + 1, other);
    Offer best = better(left, right);
    best.is_inside = left.is_inside || right.is_inside;
    if (!boxed && !best.is_inside) merge(shape_, box.lo, box.hi, other.lo, other.hi);
    return best;
  }

  [[nodiscard]] auto at_leaf(NodeCode code, std::uint32_t depth, Box<Groups>& box) -> Offer {
    start_box(shape_, leaf_point(points_, code), box.lo, box.hi);
    const bool equal = !(known_reach(box.lo, box.hi).outside > 0);
    return {code, equal ? 0.0 : 1.0 / (static_cast<double>(depth) + 1.0), equal};
  }

  /// Draws for both, whatever comes of it: which leaf is taken must not depend on anything else.
  [[nodiscard]] auto better(const Offer& left, const Offer& right) -> Offer {
    const double left_cost = cost(left);
    return cost(right) < left_cost ? right : left;
  }
  [[nodiscard]] auto cost(const Offer& offer) -> double {
    return (1.0 - query_.centrality) * random_.uniform() + query_.centrality * offer.rank;
  }

  [[nodiscard]] static auto mixed(const Reach& at, std::uint32_t depth, double rank) noexcept -> double {
    const auto outside = static_cast<double>(at.outside);
    const double here = outside / (outside + static_cast<double>(at.length));
    return here / (static_cast<double>(depth) + 1.0) + (1.0 - here) * rank;
  }

  [[nodiscard]] auto known_reach(const float* lo, const float* hi) const noexcept -> Reach {
    constexpr Lanes zero = {};
    Lanes outside = zero;
    Lanes length = zero;
    for (std::size_t g = 0; g < shape_.groups(); ++g) {
      LaneMask known;
      std::memcpy(&known, query_.known + g * kLanes, sizeof known);
      const Lanes q = load(query_.values + g * kLanes);
      const Lanes low = load(lo + g * kLanes);
      const Lanes high = load(hi + g * kLanes);
      outside += keep(maximum(low - q, zero) + maximum(q - high, zero), known);
      length += keep(high - low, known);
    }
    return {sum(outside), sum(length)};
  }

  const TreeArrays& tree_;
  Shape<Groups> shape_;
  const PointView& points_;
  const Incomplete& query_;
  Random& random_;
  Pending pending_;
};

template <std::size_t Groups>
auto complete(const TreeArrays& tree, const PointView& points, const Incomplete& query, Random& random) -> PointIndex {
  Completer<Groups> completer(tree, points, query, random);
  Box<Groups> box(lane_groups(points.dimensions) * kLanes);
  return completer.walk(tree.root, 0, box).leaf & ~kLeafFlag;
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

#include "adcore/forest/subtree.hpp"

#include <algorithm>
#include <numeric>

namespace adcore {

namespace {

auto box_around(const std::vector<WeightedPoint>& points, std::size_t dimensions) -> BoundingBox {
  BoundingBox box(dimensions);
  box.start(points.front().values);
  for (const WeightedPoint& point : points) box.add(point.values);
  return box;
}

}  // namespace

Subtree::Subtree(const SampledTree& tree, const PointView& points, NodeCode code)
    : tree_(&tree), points_(points), code_(code) {
  if ((code & kLeafFlag) == 0) return;
  drawn_.push_back({points.point(code & ~kLeafFlag), copies_of(tree.items, code & ~kLeafFlag)});
  tree_ = nullptr;
}

Subtree::Subtree(std::vector<WeightedPoint> points, std::size_t dimensions, std::uint64_t state)
    : drawn_(std::move(points)), state_(state) {
  points_.dimensions = dimensions;
  if (!is_leaf()) drawn_box_ = box_around(drawn_, dimensions);
}

auto Subtree::mass() const -> std::size_t {
  if (tree_ == nullptr) {
    return std::accumulate(drawn_.begin(), drawn_.end(), std::size_t{0},
                           [](std::size_t total, const WeightedPoint& point) { return total + point.mass; });
  }
  const Node& node = tree_->tree->nodes[code_];
  if (node.box != kNoBox) return tree_->tree->boxed[node.box].mass;
  return Subtree(*tree_, points_, node.child[0]).mass() + Subtree(*tree_, points_, node.child[1]).mass();
}

auto Subtree::box() const -> BoundingBox {
  if (tree_ == nullptr) return is_leaf() ? box_around(drawn_, points_.dimensions) : drawn_box_;
  BoundingBox box(points_.dimensions);
  tree_kernels(points_.dimensions).box(*tree_->tree, points_, code_, box.lower(), box.upper());
  return box;
}

auto Subtree::cut() const -> Cut {
  if (tree_ != nullptr) {
    const Node& node = tree_->tree->nodes[code_];
    return {node.cut_dimension, node.cut_value};
  }
  const BoundingBox& box = drawn_box_;
  const float length = range_sum(box.lower(), box.upper(), box.groups());
  return draw_cut(box.lower(), box.upper(), box.groups(), length, cut_fraction(state_));
}

auto Subtree::child(Cut cut, bool right) const -> Subtree {
  if (tree_ != nullptr) return {*tree_, points_, tree_->tree->nodes[code_].child[right ? 1 : 0]};
  std::vector<WeightedPoint> kept;
  kept.reserve(drawn_.size());
  std::copy_if(drawn_.begin(), drawn_.end(), std::back_inserter(kept),
               [&](const WeightedPoint& point) { return cut.is_right(point.values) == right; });
  return {std::move(kept), points_.dimensions, child_state(state_, right)};
}

}  // namespace adcore

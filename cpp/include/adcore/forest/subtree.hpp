// A tree as visitors see it: every cut, whether in memory or drawn when looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/forest/bounding_box.hpp"
#include "adcore/forest/cut.hpp"
#include "adcore/forest/tree_kernels.hpp"

namespace adcore {

/// A distinct point and how many copies of it there are.
struct WeightedPoint {
  const float* values = nullptr;
  std::size_t mass = 1;
};

/// A node or a leaf of a tree, by value; valid until the tree changes. For queries that are rarer than scores.
class Subtree {
 public:
  /// The subtree below `code` of a tree in memory.
  Subtree(const SampledTree& tree, const PointView& points, NodeCode code);
  /// The tree that `state` (cut.hpp) draws over these distinct points; at least one.
  Subtree(std::vector<WeightedPoint> points, std::size_t dimensions, std::uint64_t state);

  [[nodiscard]] auto is_leaf() const noexcept -> bool { return drawn_.size() == 1; }
  [[nodiscard]] auto mass() const -> std::size_t;
  [[nodiscard]] auto box() const -> BoundingBox;
  /// The only point of a leaf.
  [[nodiscard]] auto point() const noexcept -> const WeightedPoint& { return drawn_.front(); }

  // -- not for leaves
  [[nodiscard]] auto cut() const -> Cut;
  [[nodiscard]] auto child(Cut cut, bool right) const -> Subtree;

 private:
  const SampledTree* tree_ = nullptr;  // null where the cuts are drawn
  PointView points_;
  NodeCode code_ = kNoNode;
  std::vector<WeightedPoint> drawn_;
  BoundingBox drawn_box_{0};  // of more than one point: the cut is drawn from it
  std::uint64_t state_ = 0;
};

}  // namespace adcore

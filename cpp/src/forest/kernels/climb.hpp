// The way of a query through a tree: down to a leaf by the cuts, then up again from box to box, until one holds it.
// Included by kernels only.
#pragma once

#include "adcore/forest/tree_kernels.hpp"
#include "boxes.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

/// Where a query's walk down ended, and the way back up.
struct Landing {
  NodeCode leaf = kNoNode;
  NodeCode boxed = kNoNode;  // the last node with a box
  std::uint32_t depth = 0;   // of the leaf
  std::uint32_t unboxed = 0; // nodes below `boxed`, in the path
};

/// The nodes without a box that a query passes: few, or all where no boxes are kept.
class PathBuffer {
 public:
  PathBuffer(std::size_t walkers, std::size_t unboxed_leaves)
      : stride_(unboxed_leaves + 1),
        codes_(walkers * stride_ <= kNear ? near_ : new NodeCode[walkers * stride_]) {}
  PathBuffer(const PathBuffer&) = delete;
  auto operator=(const PathBuffer&) -> PathBuffer& = delete;
  ADCORE_INLINE ~PathBuffer() {
    if (codes_ != near_) delete[] codes_;
  }
  [[nodiscard]] ADCORE_INLINE auto of(std::size_t walker) noexcept -> NodeCode* { return codes_ + walker * stride_; }

 private:
  static constexpr std::size_t kNear = 8 * 17;
  std::size_t stride_;
  NodeCode near_[kNear];
  NodeCode* codes_;
};

/// One step down, without a branch on where: nodes with a box overwrite each other in the path.
ADCORE_INLINE void step_down(const TreeArrays& tree, const float* query, Landing& at, NodeCode* path) noexcept {
  const Node& node = tree.nodes[at.leaf];
  const bool boxed = node.box != kNoBox;
  path[at.unboxed] = at.leaf;
  at.boxed = boxed ? at.leaf : at.boxed;
  at.unboxed += boxed ? 0U : 1U;
  at.leaf = next_on_path(node, query);
  ++at.depth;
}

ADCORE_INLINE auto descend(const TreeArrays& tree, const float* query, NodeCode* path) noexcept -> Landing {
  Landing at;
  at.leaf = tree.root;
  while (!is_leaf(at.leaf)) step_down(tree, query, at, path);
  return at;
}

/// Calls visit(code, depth, lo, hi) for the leaf and then each node above it, with its box; stops when visit says so
/// by returning false.
template <std::size_t Groups, class Visit>
ADCORE_INLINE void climb(const TreeArrays& tree, const Shape<Groups>& shape, const PointView& points,
                         const Landing& from, const NodeCode* path, Box<Groups>& box, Pending& pending,
                         const Visit& visit) {
  start_box(shape, leaf_point(points, from.leaf), box.lo, box.hi);
  std::uint32_t depth = from.depth;
  if (!visit(from.leaf, depth, box.lo, box.hi)) return;
  NodeCode below = from.leaf;
  for (std::uint32_t i = from.unboxed; i-- > 0;) {
    const Node& node = tree.nodes[path[i]];
    merge_subtree(tree, shape, points, node.child[node.child[0] == below ? 1 : 0], box.lo, box.hi, pending);
    below = path[i];
    if (!visit(below, --depth, box.lo, box.hi)) return;
  }
  for (NodeCode code = from.boxed; code != kNoNode; code = tree.boxed[tree.nodes[code].box].parent) {
    const float* corners = box_at(tree, shape, code);
    if (!visit(code, --depth, corners, corners + shape.size())) return;
  }
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

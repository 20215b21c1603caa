// Many ways through trees that are not in the cache: all together, each step asking for the memory of the next.
// Included by kernels only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "climb.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

/// Ways walked together: enough that by the next turn of one its memory has come.
inline constexpr std::size_t kParty = 64;
/// Boxes to ask for from the leaf up: one of these mostly holds the query, and so ends its climb.
inline constexpr std::size_t kBoxesAhead = 4;
/// Boxes that mostly have to be worked out again when a point leaves.
inline constexpr std::size_t kBoxesAfresh = 3;

/// Without a branch, since nobody can guess.
ADCORE_INLINE void ask_for(const Node* nodes, const PointView& points, NodeCode code) noexcept {
  const auto point = reinterpret_cast<std::uintptr_t>(leaf_point(points, code));
  const auto node = reinterpret_cast<std::uintptr_t>(nodes + code);
  const std::uintptr_t leaf = code / kLeafFlag;  // 1 or 0
  __builtin_prefetch(reinterpret_cast<const void*>(node ^ ((node ^ point) & (0 - leaf))));
}

template <std::size_t Groups>
ADCORE_INLINE void ask_for_box(const TreeArrays& tree, const Shape<Groups>& shape, NodeCode code) noexcept {
  const float* box = box_at(tree, shape, code);
  for (std::size_t g = 0; g < shape.groups(); ++g) __builtin_prefetch(box + 2 * g * kLanes);
}

/// A way that has not landed yet.
struct Walker {
  const Node* nodes;
  const float* query;
  Way* way;
  NodeCode code;
};

/// All ways have the same depth in one round. Without branches that depend on where a way goes.
ADCORE_INLINE void walk_down(Way* ways, std::size_t count, const PointView& points) noexcept {
  Walker walkers[kParty];
  std::size_t going = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const NodeCode root = ways[i].tree->root;
    ways[i].end = {root, 0};
    walkers[going] = {ways[i].tree->nodes, ways[i].query, &ways[i], root};
    going += is_leaf(root) || root == kNoNode ? 0 : 1;
  }
  for (std::uint32_t depth = 0; depth < Way::kMost && going > 0; ++depth) {
    std::size_t left = 0;
    for (std::size_t i = 0; i < going; ++i) {
      Walker at = walkers[i];
      at.way->passed[depth] = at.code;
      at.code = next_on_path(at.nodes[at.code], at.query);
      ask_for(at.nodes, points, at.code);
      at.way->end = {at.code, depth + 1};
      walkers[left] = at;
      left += is_leaf(at.code) ? 0 : 1;
    }
    going = left;
  }
  for (std::size_t i = 0; i < going; ++i) walkers[i].way->end = {};
}

/// Subtrees beside the ways that will be walked through, because there are no boxes to take instead.
template <std::size_t Groups>
class SubtreesBeside {
 public:
  ADCORE_INLINE SubtreesBeside(const Shape<Groups>& shape, const PointView& points) noexcept
      : shape_(shape), points_(points) {}

  ADCORE_INLINE void add(const TreeArrays& tree, NodeCode code) noexcept {
    ask_for(tree.nodes, points_, code);
    subtrees_[last_] = {&tree, code};
    last_ += is_leaf(code) || last_ == kMost ? 0 : 1;
  }
  ADCORE_INLINE void ask_for_all() noexcept {
    for (std::size_t first = 0; first < last_; ++first) {
      const auto [tree, code] = subtrees_[first];
      const Node& node = tree->nodes[code];
      if (node.box != kNoBox) {
        ask_for_box(*tree, shape_, code);
      } else {
        add(*tree, node.child[0]);
        add(*tree, node.child[1]);
      }
    }
  }

 private:
  static constexpr std::size_t kMost = 1024;
  struct Subtree {
    const TreeArrays* tree;
    NodeCode code;
  };
  const Shape<Groups>& shape_;
  const PointView& points_;
  std::size_t last_ = 0;
  Subtree subtrees_[kMost + 1];
};

/// The leaves of the subtrees beside the parts of ways without boxes: asked for, and listed with their ways. A queue:
/// when it comes to a node, that was asked for long ago. Without branches that depend on what is a leaf.
class LeavesBeside {
 public:
  ADCORE_INLINE LeavesBeside(Way* ways, const PointView& points) noexcept : ways_(ways), points_(points) {}

  ADCORE_INLINE void add(std::uint32_t place, NodeCode code) noexcept {
    Way& way = ways_[place / Way::kMost];
    ask_for(way.tree->nodes, points_, code);
    const std::uint32_t leaf = code / kLeafFlag;  // 1 or 0
    way.beside[way.leaves_beside] = {code, place};
    way.leaves_beside += leaf;
    queue_[last_] = {code, place};
    last_ += 1 - leaf;
  }
  ADCORE_INLINE void find_all() noexcept {
    for (std::size_t first = 0; first < last_; ++first) {
      const Beside at = queue_[first];
      const Node& node = ways_[at.place / Way::kMost].tree->nodes[at.code];
      add(at.place, node.child[0]);
      add(at.place, node.child[1]);
    }
  }

 private:
  Way* ways_;
  const PointView& points_;
  std::size_t last_ = 0;
  Beside queue_[kParty * Way::kMost];
};

/// Whether a way can hold the leaves beside it.
template <std::size_t Groups>
ADCORE_INLINE auto can_gather(const Way& way) noexcept -> bool {
  return Groups > 0 && way.tree->unboxed_leaves <= Way::kMost;
}

template <std::size_t Groups>
ADCORE_INLINE void ask_along(Way& way, std::uint32_t number, const Shape<Groups>& shape, LeavesBeside& leaves,
                             SubtreesBeside<Groups>& beside) noexcept {
  const TreeArrays& tree = *way.tree;
  way.gathered = can_gather<Groups>(way) && way.is_known();
  NodeCode below = way.end.leaf;
  std::uint32_t depth = way.end.depth;
  std::uint32_t place = number * Way::kMost;
  for (; depth > 0 && tree.nodes[way.passed[depth - 1]].box == kNoBox; below = way.passed[--depth]) {
    const NodeCode sibling = tree.nodes[way.passed[depth - 1]].sibling(below);
    if (way.gathered) leaves.add(place++, sibling);
    else beside.add(tree, sibling);
  }
  way.boxed = depth;
  const std::uint32_t most = depth < kBoxesAhead ? depth : kBoxesAhead;
  for (std::uint32_t i = 0; i < most; ++i) ask_for_box(tree, shape, way.passed[depth - 1 - i]);
  if (!way.changes) return;
  for (std::uint32_t i = 0; i < depth; ++i) __builtin_prefetch(tree.boxed + tree.nodes[way.passed[i]].box);
  if (!way.leaves) return;
  for (std::uint32_t i = 0; i < kBoxesAfresh && depth > 0; ++i, below = way.passed[--depth]) {
    beside.add(tree, tree.nodes[way.passed[depth - 1]].sibling(below));
  }
}

template <std::size_t Groups>
void walk(Way* ways, std::size_t count, const PointView& points) {
  const Shape<Groups> shape(points.dimensions);
  for (std::size_t start = 0; start < count; start += kParty) {
    const std::size_t together = count - start < kParty ? count - start : kParty;
    walk_down(ways + start, together, points);
    LeavesBeside leaves(ways + start, points);
    SubtreesBeside<Groups> beside(shape, points);
    for (std::uint32_t i = 0; i < together; ++i) ask_along(ways[start + i], i, shape, leaves, beside);
    leaves.find_all();
    beside.ask_for_all();
  }
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

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

// Both without a branch, since nobody can guess what is a leaf.
ADCORE_INLINE void ask_for(const Node* nodes, const PointView& points, NodeCode code) noexcept {
  const auto node = reinterpret_cast<std::uintptr_t>(nodes + code);
  const auto point = reinterpret_cast<std::uintptr_t>(leaf_point(points, code));
  const std::uintptr_t leaf = std::uintptr_t{0} - code / kLeafFlag;
  __builtin_prefetch(
      reinterpret_cast<const void*>(node ^ ((node ^ point) & leaf)));  // NOLINT(performance-no-int-to-ptr)
}
/// Asks for a child that is no leaf, else for what is there.
ADCORE_INLINE void ask_for_child(const Node* nodes, NodeCode code, NodeCode child) noexcept {
  const NodeCode stay = NodeCode{0} - child / kLeafFlag;
  __builtin_prefetch(nodes + (child ^ ((child ^ code) & stay)));
}

template <std::size_t Groups>
ADCORE_INLINE void ask_for_box(const TreeArrays& tree, const Shape<Groups>& shape, NodeCode code) noexcept {
  const float* box = box_at(tree, shape, code);
  for (std::size_t g = 0; g < shape.groups(); ++g) __builtin_prefetch(box + 2 * g * kLanes);
}

/// A way on its way down.
struct Walker {
  const Node* nodes;
  const float* query;
  NodeCode* passed;
  NodeCode at;
};

/// All ways have the same depth in one round. Without branches that depend on where a way goes.
ADCORE_INLINE void walk_down(Way* ways, std::size_t count) noexcept {
  Walker walkers[kParty];
  std::uint8_t depths[kParty] = {};
  std::uint8_t going[kParty];  // who has not landed yet
  std::size_t left = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const NodeCode root = ways[i].tree->root;
    walkers[i] = {ways[i].tree->nodes, ways[i].query, ways[i].passed, root};
    going[left] = static_cast<std::uint8_t>(i);
    left += is_leaf(root) || root == kNoNode ? 0 : 1;
  }
  for (std::uint32_t depth = 0; depth < Way::kMost && left > 0; ++depth) {
    const std::size_t last = left;
    left = 0;
    for (std::size_t i = 0; i < last; ++i) {
      const std::uint8_t number = going[i];
      Walker& walker = walkers[number];
      const NodeCode code = walker.at;
      const NodeCode next = next_on_path(walker.nodes[code], walker.query);
      walker.passed[depth] = code;
      walker.at = next;
      depths[number] = static_cast<std::uint8_t>(depth + 1);
      ask_for_child(walker.nodes, code, next);
      going[left] = number;
      left += 1 - next / kLeafFlag;
    }
  }
  for (std::size_t i = 0; i < count; ++i) ways[i].end = {walkers[i].at, depths[i]};
  for (std::size_t i = 0; i < left; ++i) ways[going[i]].end = {};
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

/// The leaves of the subtrees beside the parts of ways without boxes, listed with their ways. A queue: when it comes to
/// a node, that was asked for long ago. Without branches that depend on what is a leaf.
class LeavesBeside {
 public:
  explicit ADCORE_INLINE LeavesBeside(Way* ways) noexcept : ways_(ways) {}

  ADCORE_INLINE void add(Way& way, const Beside& found, NodeCode above) noexcept {
    ask_for_child(way.tree->nodes, above, found.code);
    const std::uint32_t leaf = found.code / kLeafFlag;  // 1 or 0
    way.beside[way.leaves_beside] = found;
    way.leaves_beside += leaf;
    queue_[last_] = found;
    last_ += 1 - leaf;
  }
  ADCORE_INLINE void find_all() noexcept {
    for (std::size_t first = 0; first < last_; ++first) {
      const Beside at = queue_[first];
      Way& way = ways_[at.place / Way::kMost];
      const Node node = way.tree->nodes[at.code];
      for (const NodeCode child : node.child) add(way, {child, at.place}, at.code);
    }
  }

 private:
  Way* ways_;
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
    const NodeCode above = way.passed[depth - 1];
    const NodeCode sibling = tree.nodes[above].sibling(below);
    if (way.gathered) leaves.add(way, {sibling, place++}, above);
    else beside.add(tree, sibling);
  }
  way.boxed = depth;
  const std::uint32_t most = depth < kBoxesAhead ? depth : kBoxesAhead;
  for (std::uint32_t i = 0; i < most; ++i) ask_for_box(tree, shape, way.passed[depth - 1 - i]);
  // The lowest box mostly has to be worked out again when a point leaves.
  if (way.leaves && depth > 0) beside.add(tree, tree.nodes[way.passed[depth - 1]].sibling(below));
}

ADCORE_INLINE void fill_up(Way& way) noexcept {
  for (std::size_t i = 0; i < Way::kFiller; ++i) way.beside[way.leaves_beside + i] = {way.end.leaf, 0};
}

ADCORE_INLINE void ask_for_points_of(const Way& way, const PointView& points) noexcept {
  __builtin_prefetch(leaf_point(points, way.end.leaf));
  for (std::uint32_t i = 0; i < way.leaves_beside; ++i) __builtin_prefetch(leaf_point(points, way.beside[i].code));
}

template <std::size_t Groups>
void walk(Way* ways, std::size_t count, const PointView& points, bool ask_for_points) {
  const Shape<Groups> shape(points.dimensions);
  for (std::size_t start = 0; start < count; start += kParty) {
    const std::size_t together = count - start < kParty ? count - start : kParty;
    walk_down(ways + start, together);
    LeavesBeside leaves(ways + start);
    SubtreesBeside<Groups> beside(shape, points);
    for (std::uint32_t i = 0; i < together; ++i) ask_along(ways[start + i], i, shape, leaves, beside);
    leaves.find_all();
    for (std::size_t i = start; i < start + together; ++i) fill_up(ways[i]);
    beside.ask_for_all();
    if (ask_for_points) {
      for (std::size_t i = start; i < start + together; ++i) ask_for_points_of(ways[i], points);
    }
  }
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

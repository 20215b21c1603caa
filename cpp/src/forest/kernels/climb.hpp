// The way of a query through a tree: down to a leaf by the cuts, then up again from box to box, until one holds it.
// Included by kernels only.
#pragma once

#include <cstddef>
#include <limits>

#include "adcore/forest/tree_kernels.hpp"
#include "boxes.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

/// The last nodes a query passed, in a ring: enough to find the way up to the first node that has a box and a parent.
class Path {
 public:
  ADCORE_INLINE Path() noexcept : own_(near_), codes_(near_) {}
  explicit ADCORE_INLINE Path(std::size_t unboxed_leaves) : Path() { remember(unboxed_leaves); }
  Path(const Path&) = delete;
  auto operator=(const Path&) -> Path& = delete;
  ADCORE_INLINE ~Path() {
    if (own_ != near_) delete[] own_;
  }

  /// Makes room for the nodes without a box, of which a way passes fewer than they have leaves. Called once.
  ADCORE_INLINE void remember(std::size_t unboxed_leaves) {
    if (unboxed_leaves < kNear) return;
    while (mask_ < unboxed_leaves) mask_ = 2 * mask_ + 1;
    codes_ = own_ = new NodeCode[mask_ + 1];
  }
  ADCORE_INLINE void pass(std::uint32_t depth, NodeCode code) noexcept { own_[depth & mask_] = code; }
  /// From here on it is that of a way that is known, or again one of its own.
  ADCORE_INLINE void follow(const Way& way) noexcept { codes_ = way.passed; }
  ADCORE_INLINE void follow_none() noexcept { codes_ = own_; }
  /// Whether a way of this length is remembered from end to end.
  [[nodiscard]] ADCORE_INLINE auto holds_all(std::uint32_t depth) const noexcept -> bool { return depth <= mask_; }
  /// The node above depth `depth`, none for the root. Valid up to and including the first node with a box; on all of
  /// the way where holds_all.
  [[nodiscard]] ADCORE_INLINE auto above(std::uint32_t depth) const noexcept -> NodeCode {
    return depth == 0 ? kNoNode : codes_[(depth - 1) & mask_];
  }

 private:
  static constexpr std::size_t kNear = Way::kMost;
  std::size_t mask_ = kNear - 1;
  NodeCode near_[kNear];
  NodeCode* own_;
  const NodeCode* codes_;
};

ADCORE_INLINE void step_down(const TreeArrays& tree, const float* query, Landing& at, Path& path) noexcept {
  path.pass(at.depth, at.leaf);
  at.leaf = next_on_path(tree.nodes[at.leaf], query);
  ++at.depth;
}

ADCORE_INLINE auto descend(const TreeArrays& tree, const float* query, Path& path) noexcept -> Landing {
  Landing at{tree.root, 0};
  while (!is_leaf(at.leaf)) step_down(tree, query, at, path);
  return at;
}

/// The same, unless the way is known.
ADCORE_INLINE auto descend(const TreeArrays& tree, const float* query, const Way* way, Path& path) noexcept -> Landing {
  if (way == nullptr || !way->is_known()) {
    path.follow_none();
    return descend(tree, query, path);
  }
  path.follow(*way);
  return way->end;
}

/// Calls visit(code, depth, lo, hi) for the leaf and then each node above it that has no box, with its box; false when
/// visit says so. `at` ends at the first node with a box, if there is one.
template <std::size_t Groups, class Passed, class Visit>
ADCORE_INLINE auto climb_unboxed(const TreeArrays& tree, const Shape<Groups>& shape, const PointView& points,
                                 Landing& at, const Passed& path, Box<Groups>& box, Pending& pending,
                                 const Visit& visit) -> bool {
  NodeCode below = at.leaf;
  ADCORE_ASSUME(is_leaf(below));
  start_box(shape, leaf_point(points, below), box.lo, box.hi);
  if (!visit(below, at.depth, box.lo, box.hi)) return false;
  at.leaf = path.above(at.depth);
  for (; at.leaf != kNoNode && tree.nodes[at.leaf].box == kNoBox; at.leaf = path.above(at.depth)) {
    ADCORE_ASSUME(!is_leaf(at.leaf));
    merge_subtree(tree, shape, points, tree.nodes[at.leaf].sibling(below), box.lo, box.hi, pending);
    if (!visit(at.leaf, --at.depth, box.lo, box.hi)) return false;
    below = at.leaf;
  }
  return true;
}

/// The same for the leaf and all nodes above it; stops when visit says so by returning false.
template <std::size_t Groups, class Visit>
ADCORE_INLINE void climb(const TreeArrays& tree, const Shape<Groups>& shape, const PointView& points, Landing at,
                         const Path& path, Box<Groups>& box, Pending& pending, const Visit& visit) {
  const bool holds_all = path.holds_all(at.depth);
  if (!climb_unboxed(tree, shape, points, at, path, box, pending, visit)) return;
  NodeCode code = at.leaf;
  std::uint32_t depth = at.depth;
  const auto visit_boxed = [&] {
    ADCORE_ASSUME(!is_leaf(code));
    const float* corners = box_at(tree, shape, code);
    return visit(code, --depth, corners, corners + shape.size());
  };
  // The path is at hand, while parents have to be fetched, one after the other.
  if (holds_all) {
    while (depth > 0 && visit_boxed()) code = path.above(depth);
  } else {
    for (; code != kNoNode && visit_boxed();) code = tree.boxed[tree.nodes[code].box].parent;
  }
}

/// Whether all of a way is known; never where boxes have a size that is only known at run time.
template <std::size_t Groups>
ADCORE_INLINE auto is_gathered(const Way* way) noexcept -> bool {
  return Groups > 0 && way != nullptr && way->gathered;
}

/// The boxes of the subtrees beside the part of a way that has no boxes, by level.
template <std::size_t Groups>
class BoxesBeside {
 public:
  ADCORE_INLINE BoxesBeside(const Shape<Groups>& shape, const PointView& points, const Way& way,
                            std::size_t levels) noexcept {
    constexpr float most = std::numeric_limits<float>::max();
    constexpr Lanes zero = {};
    for (std::size_t level = 0; level < levels; level += kTogether) {
      for (std::size_t i = level; i < level + kTogether; ++i) {
        for (std::size_t g = 0; g < Groups; ++g) {
          store(lo(i) + g * kLanes, zero + most);
          store(hi(i) + g * kLanes, zero - most);
        }
      }
    }
    for (std::uint32_t first = 0; first < way.leaves_beside; first += kTogether) {
      for (std::uint32_t i = first; i < first + kTogether; ++i) {
        const std::size_t level = way.beside[i].place % Way::kMost;
        const float* point = leaf_point(points, way.beside[i].code);
        merge(shape, lo(level), hi(level), point, point);
      }
    }
  }
  [[nodiscard]] ADCORE_INLINE auto lo(std::size_t level) noexcept -> float* { return corners_[level]; }
  [[nodiscard]] ADCORE_INLINE auto hi(std::size_t level) noexcept -> float* { return lo(level) + Groups * kLanes; }

 private:
  // So many at a time, since nobody can guess how many there are; what fills up a way is on the way anyway.
  static constexpr std::uint32_t kTogether = Way::kFiller + 1;
  alignas(32) float corners_[Way::kMost][2 * Groups * kLanes];
};

/// The box of all leaves beside a way; at least one.
template <std::size_t Groups>
ADCORE_INLINE void box_of_beside(const Shape<Groups>& shape, const PointView& points, const Way& way, float* lo,
                                 float* hi) noexcept {
  start_box(shape, leaf_point(points, way.beside[0].code), lo, hi);
  for (std::uint32_t i = 1; i < way.leaves_beside; ++i) {
    const float* point = leaf_point(points, way.beside[i].code);
    merge(shape, lo, hi, point, point);
  }
}

/// The same as climb for a way of which all is known: without a look at the subtrees beside it.
template <std::size_t Groups, class Visit>
ADCORE_INLINE void climb_way(const Way& way, const Shape<Groups>& shape, const PointView& points, Box<Groups>& box,
                             const Visit& visit) {
  ADCORE_ASSUME(is_leaf(way.end.leaf) && way.end.depth <= Way::kMost);
  start_box(shape, leaf_point(points, way.end.leaf), box.lo, box.hi);
  std::uint32_t depth = way.end.depth;
  if (!visit(way.end.leaf, depth, box.lo, box.hi)) return;
  const std::size_t levels = depth - way.boxed;
  BoxesBeside<Groups> beside(shape, points, way, levels);
  for (std::size_t level = 0; depth > way.boxed; ++level) {
    ADCORE_ASSUME(level < levels);
    merge(shape, box.lo, box.hi, beside.lo(level), beside.hi(level));
    --depth;
    ADCORE_ASSUME(!is_leaf(way.passed[depth]));
    if (!visit(way.passed[depth], depth, box.lo, box.hi)) return;
  }
  while (depth > 0) {
    const NodeCode code = way.passed[--depth];
    ADCORE_ASSUME(!is_leaf(code));
    const float* corners = box_at(*way.tree, shape, code);
    if (!visit(code, depth, corners, corners + shape.size())) return;
  }
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

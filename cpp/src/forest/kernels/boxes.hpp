// Bounding boxes in lane groups. Included by kernels only: everything lives in the namespace of their level.
#pragma once

#include <cstddef>

#include "adcore/base/lanes.hpp"
#include "adcore/forest/tree.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

/// The shape of the points: `Groups` lane groups each, 0 when only known at run time.
template <std::size_t Groups>
struct Shape {
  std::size_t run_time_groups;
  LaneMask tail;

  explicit ADCORE_INLINE Shape(std::size_t dimensions) noexcept
      : run_time_groups(lane_groups(dimensions)), tail(tail_mask(dimensions)) {}
  [[nodiscard]] ADCORE_INLINE auto groups() const noexcept -> std::size_t {
    if constexpr (Groups > 0) return Groups;
    return run_time_groups;
  }
  [[nodiscard]] ADCORE_INLINE auto size() const noexcept -> std::size_t { return groups() * kLanes; }
  /// Group `g` of a point in the store, without what lies beyond its dimensions.
  [[nodiscard]] ADCORE_INLINE auto group(const float* point, std::size_t g) const noexcept -> Lanes {
    return trim(load(point + g * kLanes), g);
  }
  [[nodiscard]] ADCORE_INLINE auto trim(Lanes value, std::size_t g) const noexcept -> Lanes {
    return g + 1 == groups() ? keep(value, tail) : value;
  }
};

/// A lower and an upper corner: on the stack where the size is known, else on the heap.
template <std::size_t Groups>
struct Box {
  alignas(32) float lo[Groups * kLanes] = {};
  alignas(32) float hi[Groups * kLanes] = {};
  explicit ADCORE_INLINE Box(std::size_t) noexcept {}
};
template <>
struct Box<0> {
  float* lo;
  float* hi;
  explicit ADCORE_INLINE Box(std::size_t size) : lo(new float[2 * size]), hi(lo + size) {}
  Box(const Box&) = delete;
  auto operator=(const Box&) -> Box& = delete;
  ADCORE_INLINE ~Box() { delete[] lo; }
};

template <std::size_t Groups>
ADCORE_INLINE auto cut_box(const Shape<Groups>& shape, const Box<Groups>& box, float fraction) noexcept -> Cut {
  const float length = range_sum<Groups>(box.lo, box.hi, shape.groups());
  return draw_cut<Groups>(box.lo, box.hi, shape.groups(), length, fraction);
}

/// Grows the box to hold another box (or a point: both corners the same).
template <std::size_t Groups>
ADCORE_INLINE void merge(const Shape<Groups>& shape, float* lo, float* hi, const float* other_lo,
                         const float* other_hi) noexcept {
  for (std::size_t g = 0; g < shape.groups(); ++g) {
    store(lo + g * kLanes, minimum(shape.group(other_lo, g), load(lo + g * kLanes)));
    store(hi + g * kLanes, maximum(shape.group(other_hi, g), load(hi + g * kLanes)));
  }
}

/// How far the query lies outside the box, and the length of the box, summed over dimensions.
struct Reach {
  float outside;
  float length;
  /// Probability that a cut of the box grown by the query separates the two.
  [[nodiscard]] ADCORE_INLINE auto probability_of_cut() const noexcept -> float { return outside / (outside + length); }
};

/// How far the query lies outside the box in each dimension of a group.
ADCORE_INLINE auto outside_of(Lanes low, Lanes high, Lanes query) noexcept -> Lanes {
  constexpr Lanes zero = {};
  return maximum(low - query, zero) + maximum(query - high, zero);
}

template <std::size_t Groups>
ADCORE_INLINE auto reach(const Shape<Groups>& shape, const float* lo, const float* hi, const float* query) noexcept
    -> Reach {
  Lanes outside = outside_of(load(lo), load(hi), load(query));
  Lanes length = load(hi) - load(lo);
  for (std::size_t at = kLanes; at < shape.size(); at += kLanes) {
    const Lanes low = load(lo + at);
    const Lanes high = load(hi + at);
    outside += outside_of(low, high, load(query + at));
    length += high - low;
  }
  const Sums both = sums(outside, length);
  return {both.first, both.second};
}

/// How far the query lies outside the box, summed over dimensions.
template <std::size_t Groups>
ADCORE_INLINE auto distance(const Shape<Groups>& shape, const float* lo, const float* hi, const float* query) noexcept
    -> float {
  Lanes outside = outside_of(load(lo), load(hi), load(query));
  for (std::size_t at = kLanes; at < shape.size(); at += kLanes) {
    outside += outside_of(load(lo + at), load(hi + at), load(query + at));
  }
  return sum(outside);
}

ADCORE_INLINE auto leaf_point(const PointView& points, NodeCode code) noexcept -> const float* {
  return points.point(code & ~kLeafFlag);
}
ADCORE_INLINE auto has_box(const TreeArrays& tree, NodeCode code) noexcept -> bool {
  return !is_leaf(code) && tree.nodes[code].box != kNoBox;
}
template <std::size_t Groups>
ADCORE_INLINE auto box_at(const TreeArrays& tree, const Shape<Groups>& shape, NodeCode code) noexcept -> float* {
  return tree.boxes + static_cast<std::size_t>(tree.nodes[code].box) * 2 * shape.size();
}
ADCORE_INLINE auto next_on_path(const Node& node, const float* query) noexcept -> NodeCode {
  return node.child[query[node.cut_dimension] > node.cut_value ? 1 : 0];
}

/// Codes still to be visited. A walk that pushes both children of a node holds at most one code per level, plus one.
class Pending {
 public:
  explicit ADCORE_INLINE Pending(std::size_t unboxed_leaves)
      : codes_(unboxed_leaves <= kNear ? near_ : new NodeCode[unboxed_leaves + 2]) {}
  Pending(const Pending&) = delete;
  auto operator=(const Pending&) -> Pending& = delete;
  ADCORE_INLINE ~Pending() {
    if (codes_ != near_) delete[] codes_;
  }
  ADCORE_INLINE void push(NodeCode code) noexcept { codes_[size_++] = code; }
  [[nodiscard]] ADCORE_INLINE auto pop() noexcept -> NodeCode { return codes_[--size_]; }
  [[nodiscard]] ADCORE_INLINE auto empty() const noexcept -> bool { return size_ == 0; }
  ADCORE_INLINE void clear() noexcept { size_ = 0; }
  [[nodiscard]] ADCORE_INLINE auto size() const noexcept -> std::size_t { return size_; }
  [[nodiscard]] ADCORE_INLINE auto at(std::size_t i) const noexcept -> NodeCode { return codes_[i]; }

 private:
  static constexpr std::size_t kNear = 16;
  NodeCode near_[kNear + 2];
  NodeCode* codes_;
  std::size_t size_ = 0;
};

/// Grows a box to hold a subtree: its box where it has one, else point by point.
template <std::size_t Groups>
ADCORE_INLINE void merge_subtree(const TreeArrays& tree, const Shape<Groups>& shape, const PointView& points,
                                 NodeCode top, float* lo, float* hi, Pending& pending) noexcept {
  for (NodeCode code = top;;) {
    if (is_leaf(code)) {
      const float* point = leaf_point(points, code);
      merge(shape, lo, hi, point, point);
    } else if (tree.nodes[code].box != kNoBox) {
      const float* box = box_at(tree, shape, code);
      merge(shape, lo, hi, box, box + shape.size());
    } else {
      pending.push(tree.nodes[code].child[1]);
      code = tree.nodes[code].child[0];
      continue;
    }
    if (pending.empty()) return;
    code = pending.pop();
  }
}

template <std::size_t Groups>
ADCORE_INLINE void start_box(const Shape<Groups>& shape, const float* point, float* lo, float* hi) noexcept {
  for (std::size_t g = 0; g < shape.groups(); ++g) {
    const Lanes value = shape.group(point, g);
    store(lo + g * kLanes, value);
    store(hi + g * kLanes, value);
  }
}

/// Starts with a part of a subtree: all of it where it has a box or is a leaf.
template <std::size_t Groups>
ADCORE_INLINE void start_subtree(const TreeArrays& tree, const Shape<Groups>& shape, const PointView& points,
                                 NodeCode code, float* lo, float* hi) noexcept {
  while (!is_leaf(code) && !has_box(tree, code)) code = tree.nodes[code].child[0];
  if (is_leaf(code)) return start_box(shape, leaf_point(points, code), lo, hi);
  const float* box = box_at(tree, shape, code);
  for (std::size_t i = 0; i < shape.groups(); ++i) {
    store(lo + i * kLanes, load(box + i * kLanes));
    store(hi + i * kLanes, load(box + shape.size() + i * kLanes));
  }
}

/// The box of a node from those of its children.
template <std::size_t Groups>
ADCORE_INLINE void box_of_node(const TreeArrays& tree, const Shape<Groups>& shape, const PointView& points,
                               NodeCode code, float* lo, float* hi, Pending& pending) noexcept {
  start_subtree(tree, shape, points, tree.nodes[code].child[0], lo, hi);
  for (const NodeCode child : tree.nodes[code].child) merge_subtree(tree, shape, points, child, lo, hi, pending);
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

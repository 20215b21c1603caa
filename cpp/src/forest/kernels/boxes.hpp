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
    const Lanes value = load(point + g * kLanes);
    return g + 1 == groups() ? keep(value, tail) : value;
  }
};

/// A lower and an upper corner: on the stack where the size is known, else on the heap.
template <std::size_t Groups>
struct Box {
  alignas(32) float lo[Groups * kLanes];
  alignas(32) float hi[Groups * kLanes];
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

/// The box of `count` > 0 points.
template <std::size_t Groups>
ADCORE_INLINE void box_of_points(const Shape<Groups>& shape, const float* const* points, std::size_t count, float* lo,
                                 float* hi) noexcept {
  for (std::size_t g = 0; g < shape.groups(); ++g) {
    Lanes low = shape.group(points[0], g);
    Lanes high = low;
    for (std::size_t i = 1; i < count; ++i) {
      const Lanes value = shape.group(points[i], g);
      low = minimum(value, low);
      high = maximum(value, high);
    }
    store(lo + g * kLanes, low);
    store(hi + g * kLanes, high);
  }
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

template <std::size_t Groups>
ADCORE_INLINE auto reach(const Shape<Groups>& shape, const float* lo, const float* hi, const float* query) noexcept
    -> Reach {
  constexpr Lanes zero = {};
  Lanes outside = zero;
  Lanes length = zero;
  for (std::size_t g = 0; g < shape.groups(); ++g) {
    const Lanes q = load(query + g * kLanes);
    const Lanes low = load(lo + g * kLanes);
    const Lanes high = load(hi + g * kLanes);
    outside += maximum(low - q, zero) + maximum(q - high, zero);
    length += high - low;
  }
  return {sum(outside), sum(length)};
}

ADCORE_INLINE auto is_bucket(NodeCode code) noexcept -> bool { return (code & kBucketFlag) != 0; }
ADCORE_INLINE auto bucket_of(const TreeArrays& tree, NodeCode code) noexcept -> Bucket& {
  return tree.buckets[code & ~kBucketFlag];
}
ADCORE_INLINE auto parent_of(const TreeArrays& tree, NodeCode code) noexcept -> NodeCode {
  return is_bucket(code) ? bucket_of(tree, code).parent : tree.nodes[code].parent;
}
ADCORE_INLINE void set_parent(TreeArrays& tree, NodeCode code, NodeCode parent) noexcept {
  if (is_bucket(code)) bucket_of(tree, code).parent = parent;
  else tree.nodes[code].parent = parent;
}
ADCORE_INLINE auto has_box(const TreeArrays& tree, NodeCode code) noexcept -> bool { return code < tree.boxed_nodes; }
template <std::size_t Groups>
ADCORE_INLINE auto box_at(const TreeArrays& tree, const Shape<Groups>& shape, NodeCode code) noexcept -> float* {
  return tree.boxes + static_cast<std::size_t>(code) * 2 * shape.size();
}

ADCORE_INLINE void gather(const Bucket& bucket, const PointView& points, const float** rows) noexcept {
  ADCORE_ASSUME(bucket.count > 0);
  for (std::size_t i = 0; i < bucket.count; ++i) rows[i] = points.point(bucket.points[i]);
}

/// The box of a subtree whose top has no box in memory: walks down to the buckets and to nodes that have one.
template <std::size_t Groups>
void walk_box(const TreeArrays& tree, const Shape<Groups>& shape, const PointView& points, NodeCode top, float* lo,
              float* hi) {
  NodeCode code = top;
  bool first = true;
  for (;;) {
    while (!is_bucket(code) && !has_box(tree, code)) code = tree.nodes[code].child[0];
    if (is_bucket(code)) {
      const float* rows[kBucketCapacity];
      const Bucket& bucket = bucket_of(tree, code);
      gather(bucket, points, rows);
      if (first) box_of_points(shape, rows, 1, lo, hi);
      for (std::size_t i = 0; i < bucket.count; ++i) merge(shape, lo, hi, rows[i], rows[i]);
    } else {
      const float* box = box_at(tree, shape, code);
      if (first) {
        for (std::size_t i = 0; i < shape.size(); ++i) lo[i] = box[i];
        for (std::size_t i = 0; i < shape.size(); ++i) hi[i] = box[shape.size() + i];
      }
      merge(shape, lo, hi, box, box + shape.size());
    }
    first = false;
    while (code != top && tree.nodes[parent_of(tree, code)].child[1] == code) code = parent_of(tree, code);
    if (code == top) return;
    code = tree.nodes[parent_of(tree, code)].child[1];
  }
}

/// The box of a subtree: its own where it has one, else worked out into `scratch`.
struct Corners {
  const float* lo;
  const float* hi;
};
template <std::size_t Groups>
ADCORE_INLINE auto corners(const TreeArrays& tree, const Shape<Groups>& shape, const PointView& points, NodeCode code,
                           Box<Groups>& scratch) -> Corners {
  if (has_box(tree, code)) {
    const float* box = box_at(tree, shape, code);
    return {box, box + shape.size()};
  }
  if (is_bucket(code)) {
    const float* rows[kBucketCapacity];
    gather(bucket_of(tree, code), points, rows);
    box_of_points(shape, rows, bucket_of(tree, code).count, scratch.lo, scratch.hi);
  } else {
    walk_box(tree, shape, points, code, scratch.lo, scratch.hi);
  }
  return {scratch.lo, scratch.hi};
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

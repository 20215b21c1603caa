// Insertion and removal, each one pass; both leave a tree that is distributed as if drawn afresh from its points
// (Guha et al. 2016, theorems 3 and 4). Included by kernels only.
#pragma once

#include "adcore/forest/tree_kernels.hpp"
#include "boxes.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

ADCORE_INLINE auto take_node(TreeArrays& tree) noexcept -> NodeCode {
  const NodeCode code = tree.free_node;
  tree.free_node = tree.nodes[code].parent;
  return code;
}
ADCORE_INLINE void free_node(TreeArrays& tree, NodeCode code) noexcept {
  tree.nodes[code].mass = 0;
  tree.nodes[code].parent = tree.free_node;
  tree.free_node = code;
}
ADCORE_INLINE auto take_bucket(TreeArrays& tree, std::uint32_t seed) noexcept -> NodeCode {
  const NodeCode code = tree.free_bucket;
  Bucket& bucket = bucket_of(tree, code);
  tree.free_bucket = bucket.parent;
  bucket.seed = seed;
  bucket.count = 0;
  bucket.mass = 0;
  return code;
}
ADCORE_INLINE void free_bucket(TreeArrays& tree, NodeCode code) noexcept {
  bucket_of(tree, code).count = 0;
  bucket_of(tree, code).parent = tree.free_bucket;
  tree.free_bucket = code;
}
ADCORE_INLINE auto draw_seed(TreeArrays& tree) noexcept -> std::uint32_t {
  return static_cast<std::uint32_t>(tree.random.next() >> 32U);
}
ADCORE_INLINE void append(Bucket& bucket, PointIndex point, std::uint16_t copies = 1) noexcept {
  bucket.points[bucket.count++] = point;
  bucket.mass = static_cast<std::uint16_t>(bucket.mass + copies);
}

/// Puts `code` where `old` hangs.
ADCORE_INLINE void replace_child(TreeArrays& tree, NodeCode parent, NodeCode old, NodeCode code) noexcept {
  set_parent(tree, code, parent);
  if (parent == kNoNode) tree.root = code;
  else tree.nodes[parent].child[tree.nodes[parent].child[1] == old ? 1 : 0] = code;
}

/// A new node above `below`, with `beside` on the other side of the cut; its box is given.
template <std::size_t Groups>
ADCORE_INLINE void put_node_above(TreeArrays& tree, const Shape<Groups>& shape, NodeCode below, NodeCode beside,
                                  bool beside_right, Cut cut, std::uint16_t mass, const Box<Groups>& box) noexcept {
  const NodeCode code = take_node(tree);
  Node& node = tree.nodes[code];
  node.cut_dimension = static_cast<std::uint16_t>(cut.dimension);
  node.cut_value = cut.value;
  node.mass = mass;
  replace_child(tree, parent_of(tree, below), below, code);
  node.child[beside_right ? 1 : 0] = beside;
  node.child[beside_right ? 0 : 1] = below;
  set_parent(tree, below, code);
  set_parent(tree, beside, code);
  if (!has_box(tree, code)) return;
  float* target = box_at(tree, shape, code);
  for (std::size_t i = 0; i < shape.size(); ++i) target[i] = box.lo[i];
  for (std::size_t i = 0; i < shape.size(); ++i) target[shape.size() + i] = box.hi[i];
}

/// Whether the cut has the point on one side and the whole (old) box on the other.
ADCORE_INLINE auto separates(Cut cut, float coordinate, float lo, float hi) noexcept -> bool {
  return coordinate > cut.value ? hi <= cut.value : lo > cut.value;
}

ADCORE_INLINE auto copies_of(std::span<const Sampler::Item> items, PointIndex point) noexcept -> std::uint16_t {
  std::uint16_t copies = 0;
  for (const Sampler::Item& item : items) copies = static_cast<std::uint16_t>(copies + (item.point == point ? 1 : 0));
  return copies;
}

/// Materialises the top cut of a bucket that holds one point too many: `extra` is the one.
template <std::size_t Groups>
void split(TreeArrays& tree, std::span<const Sampler::Item> items, const Shape<Groups>& shape, const PointView& points,
           NodeCode code, PointIndex extra, Box<Groups>& box) noexcept {
  const float* rows[kBucketCapacity + 1];
  Bucket& left = bucket_of(tree, code);
  const Bucket full = left;
  gather(full, points, rows);
  rows[kBucketCapacity] = points.point(extra);
  box_of_points(shape, rows, kBucketCapacity + 1, box.lo, box.hi);
  const std::uint64_t state = cut_state(full.seed);
  const Cut cut = draw_cut<Groups>(box.lo, box.hi, shape.groups(), cut_fraction(state));
  const NodeCode beside = take_bucket(tree, static_cast<std::uint32_t>(child_state(state, true) >> 32U));
  Bucket& right = bucket_of(tree, beside);
  left.seed = static_cast<std::uint32_t>(child_state(state, false) >> 32U);
  left.count = 0;
  left.mass = 0;
  const bool has_copies = full.mass > full.count;
  for (std::size_t i = 0; i < kBucketCapacity; ++i) {
    const std::uint16_t copies = has_copies ? copies_of(items, full.points[i]) : std::uint16_t{1};
    append(cut.is_right(rows[i]) ? right : left, full.points[i], copies);
  }
  append(cut.is_right(rows[kBucketCapacity]) ? right : left, extra);
  put_node_above(tree, shape, code, beside, true, cut, static_cast<std::uint16_t>(full.mass + 1), box);
}

template <std::size_t Groups>
ADCORE_INLINE auto find_equal(const Shape<Groups>& shape, const PointView& points, const Bucket& bucket,
                              const float* point, Box<Groups>& box) noexcept -> std::size_t {
  for (std::size_t i = 0; i < bucket.count; ++i) {
    const float* row = points.point(bucket.points[i]);
    box_of_points(shape, &row, 1, box.lo, box.hi);
    if (!(reach(shape, box.lo, box.hi, point).outside > 0)) return i;
  }
  return bucket.count;
}

/// The point, padded with zeros to whole groups.
template <std::size_t Groups>
ADCORE_INLINE void copy_point(const Shape<Groups>& shape, const float* point, float* target) noexcept {
  for (std::size_t g = 0; g < shape.groups(); ++g) store(target + g * kLanes, shape.group(point, g));
}

/// One level of the way down: either the point is cut off here (true), or the node's box grows to hold it.
/// `grown_mass` is the mass the subtree has with the point in it.
template <std::size_t Groups>
ADCORE_INLINE auto cut_off_at(TreeArrays& tree, const Shape<Groups>& shape, const PointView& points, NodeCode code,
                              const float* point, PointIndex index, std::uint16_t grown_mass, Box<Groups>& box)
    -> bool {
  const Corners old = corners(tree, shape, points, code, box);
  if (!(reach(shape, old.lo, old.hi, point).outside > 0)) return false;
  Box<Groups> grown(shape.size());
  for (std::size_t g = 0; g < shape.groups(); ++g) {
    const Lanes value = load(point + g * kLanes);
    store(grown.lo + g * kLanes, minimum(value, load(old.lo + g * kLanes)));
    store(grown.hi + g * kLanes, maximum(value, load(old.hi + g * kLanes)));
  }
  const Cut cut = draw_cut<Groups>(grown.lo, grown.hi, shape.groups(), to_cut_fraction(tree.random.next()));
  const std::size_t d = cut.dimension;
  if (separates(cut, point[d], old.lo[d], old.hi[d])) {
    const NodeCode beside = take_bucket(tree, draw_seed(tree));
    append(bucket_of(tree, beside), index);
    put_node_above(tree, shape, code, beside, cut.is_right(point), cut, grown_mass, grown);
    return true;
  }
  if (has_box(tree, code)) {
    float* target = box_at(tree, shape, code);
    for (std::size_t g = 0; g < 2 * shape.groups(); ++g) {
      const float* source = g < shape.groups() ? grown.lo + g * kLanes : grown.hi + (g - shape.groups()) * kLanes;
      store(target + g * kLanes, load(source));
    }
  }
  return false;
}

template <std::size_t Groups>
auto insert_in_bucket(TreeArrays& tree, std::span<const Sampler::Item> items, const Shape<Groups>& shape,
                      const PointView& points, NodeCode code, PointIndex index, const float* point, Box<Groups>& box)
    -> PointIndex {
  Bucket& bucket = bucket_of(tree, code);
  const std::size_t equal = find_equal(shape, points, bucket, point, box);
  if (equal < bucket.count) {
    ++bucket.mass;
    return bucket.points[equal];
  }
  if (bucket.count < kBucketCapacity) append(bucket, index);
  else split(tree, items, shape, points, code, index, box);
  return index;
}

template <std::size_t Groups>
auto insert(TreeArrays& tree, std::span<const Sampler::Item> items, const PointView& points, PointIndex index)
    -> PointIndex {
  const Shape<Groups> shape(points.dimensions);
  Box<Groups> query(shape.size());
  Box<Groups> box(shape.size());
  copy_point(shape, points.point(index), query.lo);
  if (tree.root == kNoNode) {
    tree.root = take_bucket(tree, draw_seed(tree));
    bucket_of(tree, tree.root).parent = kNoNode;
    append(bucket_of(tree, tree.root), index);
    return index;
  }
  NodeCode code = tree.root;
  while (!is_bucket(code)) {
    Node& node = tree.nodes[code];
    const auto mass = static_cast<std::uint16_t>(node.mass + 1);
    if (cut_off_at(tree, shape, points, code, query.lo, index, mass, box)) return index;
    node.mass = mass;
    code = node.child[query.lo[node.cut_dimension] > node.cut_value ? 1 : 0];
  }
  return insert_in_bucket(tree, items, shape, points, code, index, query.lo, box);
}

/// Both children are buckets that fit into one: the cut between them is forgotten.
ADCORE_INLINE void collapse(TreeArrays& tree, NodeCode code) noexcept {
  const Node node = tree.nodes[code];
  Bucket& kept = bucket_of(tree, node.child[0]);
  const Bucket& given = bucket_of(tree, node.child[1]);
  for (std::size_t i = 0; i < given.count; ++i) append(kept, given.points[i], 0);
  kept.mass = node.mass;
  kept.seed = draw_seed(tree);
  replace_child(tree, node.parent, code, node.child[0]);
  free_bucket(tree, node.child[1]);
  free_node(tree, code);
}

/// An empty bucket and its parent go; the sibling takes the parent's place.
ADCORE_INLINE void splice(TreeArrays& tree, NodeCode empty, NodeCode parent) noexcept {
  const Node node = tree.nodes[parent];
  replace_child(tree, node.parent, parent, node.child[node.child[0] == empty ? 1 : 0]);
  free_bucket(tree, empty);
  free_node(tree, parent);
}

/// Works the node's box out again from its children. Returns whether it changed.
template <std::size_t Groups>
auto refresh_box(TreeArrays& tree, const Shape<Groups>& shape, const PointView& points, NodeCode code,
                 Box<Groups>& scratch, Box<Groups>& other) -> bool {
  const Node& node = tree.nodes[code];
  const Corners left = corners(tree, shape, points, node.child[0], scratch);
  const Corners right = corners(tree, shape, points, node.child[1], other);
  float* lo = box_at(tree, shape, code);
  float* hi = lo + shape.size();
  LaneMask changed = {};
  for (std::size_t g = 0; g < shape.groups(); ++g) {
    const Lanes low = minimum(load(left.lo + g * kLanes), load(right.lo + g * kLanes));
    const Lanes high = maximum(load(left.hi + g * kLanes), load(right.hi + g * kLanes));
    changed |= (low != load(lo + g * kLanes)) | (high != load(hi + g * kLanes));
    store(lo + g * kLanes, low);
    store(hi + g * kLanes, high);
  }
  return count(changed) > 0;
}

/// Boxes shrink from `code` upwards, until one does not change.
template <std::size_t Groups>
void shrink_boxes(TreeArrays& tree, const Shape<Groups>& shape, const PointView& points, NodeCode code) {
  Box<Groups> scratch(shape.size());
  Box<Groups> other(shape.size());
  for (; code != kNoNode; code = tree.nodes[code].parent) {
    if (has_box(tree, code) && !refresh_box(tree, shape, points, code, scratch, other)) return;
  }
}

ADCORE_INLINE void forget(Bucket& bucket, PointIndex point) noexcept {
  std::size_t i = 0;
  while (i + 1 < bucket.count && bucket.points[i] != point) ++i;
  bucket.points[i] = bucket.points[--bucket.count];
}

template <std::size_t Groups>
void remove(TreeArrays& tree, const PointView& points, PointIndex index, bool last) {
  const float* point = points.point(index);
  NodeCode code = tree.root;
  while (!is_bucket(code)) {
    Node& node = tree.nodes[code];
    --node.mass;
    code = node.child[point[node.cut_dimension] > node.cut_value ? 1 : 0];
  }
  Bucket& bucket = bucket_of(tree, code);
  --bucket.mass;
  if (last) forget(bucket, index);
  const NodeCode parent = bucket.parent;
  if (parent == kNoNode) {
    if (bucket.count > 0) return;
    free_bucket(tree, code);
    tree.root = kNoNode;
    return;
  }
  const NodeCode above = tree.nodes[parent].parent;
  const bool gone = bucket.count == 0;
  const bool small = tree.nodes[parent].mass <= kBucketCapacity;
  if (gone) splice(tree, code, parent);
  else if (small) collapse(tree, parent);
  if (last) shrink_boxes(tree, Shape<Groups>(points.dimensions), points, gone || small ? above : parent);
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

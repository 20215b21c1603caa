// Insertion and removal; both leave a tree that is distributed as if drawn afresh from its points (Guha et al. 2016,
// theorems 3 and 4). Included by kernels only.
#pragma once

#include "ascent.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

ADCORE_INLINE auto take_node(TreeArrays& tree) noexcept -> NodeCode {
  const NodeCode code = tree.free_node;
  tree.free_node = tree.nodes[code].child[0];
  return code;
}
ADCORE_INLINE auto boxed_node(const TreeArrays& tree, NodeCode code) noexcept -> BoxedNode& {
  return tree.boxed[tree.nodes[code].box];
}
ADCORE_INLINE void free_box(TreeArrays& tree, NodeCode code) noexcept {
  const BoxNumber number = tree.nodes[code].box;
  tree.nodes[code].box = kNoBox;
  tree.boxed[number].parent = tree.free_box;
  tree.free_box = number;
}
ADCORE_INLINE void free_node(TreeArrays& tree, NodeCode code) noexcept {
  if (has_box(tree, code)) free_box(tree, code);
  tree.nodes[code].child[0] = tree.free_node;
  tree.nodes[code].child[1] = 0;
  tree.free_node = code;
}

/// Points below a node without a box: distinct, and with copies.
struct Census {
  std::size_t leaves = 0;
  std::size_t mass = 0;
};
inline auto take_census(const TreeArrays& tree, std::span<const Sampler::Item> items, NodeCode top, bool with_mass,
                        Pending& pending) noexcept -> Census {
  Census census;
  for (NodeCode code = top;;) {
    if (is_leaf(code)) {
      ++census.leaves;
      if (with_mass) census.mass += copies_of(items, code & ~kLeafFlag);
    } else if (has_box(tree, code)) {
      census.leaves += boxed_node(tree, code).leaves;
      census.mass += boxed_node(tree, code).mass;
    } else {
      pending.push(tree.nodes[code].child[1]);
      code = tree.nodes[code].child[0];
      continue;
    }
    if (pending.empty()) return census;
    code = pending.pop();
  }
}

/// Hangs `code` where `old` was, below `parent`.
ADCORE_INLINE void replace_child(TreeArrays& tree, NodeCode parent, NodeCode old, NodeCode code) noexcept {
  if (has_box(tree, code)) boxed_node(tree, code).parent = parent;
  if (parent == kNoNode) tree.root = code;
  else tree.nodes[parent].child[tree.nodes[parent].child[1] == old ? 1 : 0] = code;
}

/// Whether the cut has the point on one side and the whole box on the other.
ADCORE_INLINE auto separates(Cut cut, float coordinate, float lo, float hi) noexcept -> bool {
  return coordinate > cut.value ? hi <= cut.value : lo > cut.value;
}

/// Gives a node a box that holds its subtree; its children's parent links follow.
template <std::size_t Groups>
void add_box(TreeArrays& tree, std::span<const Sampler::Item> items, const Shape<Groups>& shape,
             const PointView& points, NodeCode code, std::size_t leaves, NodeCode parent, Pending& pending) noexcept {
  // Where there are copies, the sample was asked, and it does not count the arriving point yet.
  const std::size_t mass = tree.may_have_copies() ? take_census(tree, items, code, true, pending).mass + 1 : leaves;
  const NodeCode number = tree.free_box;
  tree.free_box = tree.boxed[number].parent;
  tree.nodes[code].box = static_cast<BoxNumber>(number);
  float* lo = box_at(tree, shape, code);
  box_of_node(tree, shape, points, code, lo, lo + shape.size(), pending);
  for (const NodeCode child : tree.nodes[code].child) {
    if (has_box(tree, child)) boxed_node(tree, child).parent = code;
  }
  boxed_node(tree, code) = {parent, static_cast<std::uint16_t>(leaves), static_cast<std::uint16_t>(mass)};
}

/// Where a new point goes: a new node with this cut, above `below`.
struct Place {
  NodeCode below = kNoNode;
  Cut cut;
  std::uint32_t level = 0;  // steps of the climb up to `below`
};

/// Climbs from the leaf; at each box that does not hold the point, a cut of the grown box is drawn, and the topmost
/// one that separates the point from the box is where the point would have been cut off from the top. `way` is known if
/// it is gathered.
template <std::size_t Groups>
ADCORE_INLINE auto find_place(TreeArrays& tree, const Shape<Groups>& shape, const PointView& points, const float* point,
                              const Way* way, const Landing& landing, const Path& path, Box<Groups>& box,
                              Pending& pending) -> Place {
  Place place;
  std::uint32_t level = 0;
  Box<Groups> grown(shape.size());
  const auto visit = [&](NodeCode code, std::uint32_t, const float* lo, const float* hi) {
    if (!(distance(shape, lo, hi, point) > 0)) return false;
    for (std::size_t g = 0; g < shape.groups(); ++g) {
      const Lanes value = load(point + g * kLanes);
      store(grown.lo + g * kLanes, minimum(value, load(lo + g * kLanes)));
      store(grown.hi + g * kLanes, maximum(value, load(hi + g * kLanes)));
    }
    const Cut cut = cut_box(shape, grown, to_cut_fraction(tree.random.next()));
    const std::size_t d = cut.dimension;
    if (separates(cut, point[d], lo[d], hi[d])) place = {code, cut, level};
    ++level;
    return true;
  };
  if constexpr (Groups > 0) {
    if (is_gathered<Groups>(way)) {
      climb_way(*way, shape, points, box, visit);
      return place;
    }
  }
  climb(tree, shape, points, landing, path, box, pending, visit);
  return place;
}

/// On the ascent every box counts the point; they grow until one holds it, as those above do, too.
template <std::size_t Groups>
ADCORE_INLINE void grow_boxes(TreeArrays& tree, const Shape<Groups>& shape, const float* point, Ascent at,
                              std::uint16_t leaves) noexcept {
  for (bool growing = true; at.code() != kNoNode; at.rise(boxed_node(tree, at.code()).parent)) {
    const NodeCode code = at.code();
    BoxedNode& node = boxed_node(tree, code);
    node.leaves = static_cast<std::uint16_t>(node.leaves + leaves);
    ++node.mass;
    if (!growing) continue;
    float* lo = box_at(tree, shape, code);
    growing = distance(shape, lo, lo + shape.size(), point) > 0;
    if (growing) merge(shape, lo, lo + shape.size(), point, point);
  }
}

template <std::size_t Groups>
auto insert(TreeArrays& tree, std::span<const Sampler::Item> items, const PointView& points, PointIndex index,
            const Way* way) -> PointIndex {
  if (tree.root == kNoNode) {
    tree.root = index | kLeafFlag;
    return index;
  }
  const Shape<Groups> shape(points.dimensions);
  Box<Groups> query(shape.size());
  Box<Groups> box(shape.size());
  Path path(tree.unboxed_leaves);
  Pending pending(tree.unboxed_leaves);
  start_box(shape, points.point(index), query.lo, query.hi);
  const Landing landing = descend(tree, query.lo, way, path);
  const bool gathered = is_gathered<Groups>(way);
  const Place place = find_place(tree, shape, points, query.lo, way, landing, path, box, pending);
  const auto border_from = [&](std::uint32_t depth) {
    return gathered ? border_of(*way, depth) : find_border(tree, path, depth);
  };
  if (place.below == kNoNode) {  // the leaf equals the point
    const Border border = border_from(landing.depth);
    grow_boxes(tree, shape, query.lo, Ascent(landing, path, border.boxed, border.depth), 0);
    return landing.leaf & ~kLeafFlag;
  }
  const std::uint32_t depth = landing.depth - place.level;
  const bool above_box = has_box(tree, place.below);
  const NodeCode parent = above_box ? boxed_node(tree, place.below).parent : path.above(depth);
  const Border border = above_box ? Border{kNoNode, parent, depth} : border_from(depth);
  const NodeCode code = take_node(tree);
  Node& node = tree.nodes[code];
  node = {place.cut.value, static_cast<std::uint16_t>(place.cut.dimension), kNoBox, {place.below, place.below}};
  node.child[place.cut.is_right(query.lo) ? 1 : 0] = index | kLeafFlag;
  replace_child(tree, parent, place.below, code);
  grow_boxes(tree, shape, query.lo, Ascent(landing, path, border.boxed, border.depth), 1);
  // The topmost node without a box has one point more below it: it may need one now.
  const NodeCode top = border.unboxed == kNoNode ? code : border.unboxed;
  const std::size_t leaves = gathered && !above_box ? way->leaves_beside + std::size_t{2}
                                                    : take_census(tree, items, top, false, pending).leaves;
  if (leaves > tree.unboxed_leaves) add_box(tree, items, shape, points, top, leaves, border.boxed, pending);
  return index;
}

/// Returns whether the box changed.
template <std::size_t Groups>
ADCORE_INLINE auto replace_box(const Shape<Groups>& shape, float* lo, const Box<Groups>& fresh) noexcept -> bool {
  float* hi = lo + shape.size();
  LaneMask changed = {};
  for (std::size_t g = 0; g < shape.groups(); ++g) {
    const Lanes low = load(fresh.lo + g * kLanes);
    const Lanes high = load(fresh.hi + g * kLanes);
    changed |= (low != load(lo + g * kLanes)) | (high != load(hi + g * kLanes));
    store(lo + g * kLanes, low);
    store(hi + g * kLanes, high);
  }
  return count(changed) > 0;
}

/// Whether a point touches the surface of a box: only then can its absence make the box smaller.
template <std::size_t Groups>
ADCORE_INLINE auto touches(const Shape<Groups>& shape, const float* box, const float* point) noexcept -> bool {
  LaneMask on = {};
  for (std::size_t g = 0; g < shape.groups(); ++g) {
    const Lanes value = shape.group(point, g);
    const LaneMask here = (value <= load(box + g * kLanes)) | (value >= load(box + shape.size() + g * kLanes));
    on |= g + 1 == shape.groups() ? here & shape.tail : here;
  }
  return count(on) > 0;
}

/// What a point that went has left: its way, or null, and the topmost node without a box on it.
struct Left {
  const Way* way;
  NodeCode inner;
};

/// Works out the box of a node above a point that went; that above its neighbours from the list of them.
template <std::size_t Groups>
void box_of_left(const TreeArrays& tree, const Shape<Groups>& shape, const PointView& points, NodeCode code,
                 const Left& left, Box<Groups>& fresh, Pending& pending) noexcept {
  const Way* way = left.way;
  if (!is_gathered<Groups>(way) || way->leaves_beside == 0 || code != way->above(way->boxed)) {
    return box_of_node(tree, shape, points, code, fresh.lo, fresh.hi, pending);
  }
  box_of_beside(shape, points, *way, fresh.lo, fresh.hi);
  merge_subtree(tree, shape, points, tree.nodes[code].sibling(left.inner), fresh.lo, fresh.hi, pending);
}

/// On the ascent every node loses a point; boxes shrink until one does not change.
template <std::size_t Groups>
ADCORE_INLINE void shrink_boxes(TreeArrays& tree, const Shape<Groups>& shape, const PointView& points,
                                const float* point, const Left& left, Ascent at, Pending& pending) {
  Box<Groups> fresh(shape.size());
  bool shrinking = true;
  while (at.code() != kNoNode) {
    const NodeCode code = at.code();
    BoxedNode& node = boxed_node(tree, code);
    at.rise(node.parent);
    --node.leaves;
    --node.mass;
    if (node.leaves <= tree.unboxed_leaves) {
      free_box(tree, code);
    } else if (shrinking) {
      shrinking = touches(shape, box_at(tree, shape, code), point);
      if (!shrinking) continue;
      box_of_left(tree, shape, points, code, left, fresh, pending);
      shrinking = replace_box(shape, box_at(tree, shape, code), fresh);
    }
  }
}

template <std::size_t Groups>
void remove(TreeArrays& tree, const PointView& points, PointIndex index, bool last, const Way* way) {
  const Shape<Groups> shape(points.dimensions);
  const float* point = points.point(index);
  Path path(tree.unboxed_leaves);
  const Landing landing = descend(tree, point, way, path);
  const auto border_from = [&](std::uint32_t depth) {
    return is_gathered<Groups>(way) ? border_of(*way, depth) : find_border(tree, path, depth);
  };
  if (!last) {
    const Border border = border_from(landing.depth);
    for (Ascent at(landing, path, border.boxed, border.depth); at.code() != kNoNode;) {
      BoxedNode& node = boxed_node(tree, at.code());
      --node.mass;
      at.rise(node.parent);
    }
    return;
  }
  if (landing.depth == 0) {
    tree.root = kNoNode;
    return;
  }
  const NodeCode parent = path.above(landing.depth);
  const std::uint32_t depth = landing.depth - 1;  // of the parent, which goes with the leaf
  const bool boxed = has_box(tree, parent);
  const NodeCode above = boxed ? boxed_node(tree, parent).parent : path.above(depth);
  const Border border = boxed ? Border{kNoNode, above, depth} : border_from(depth);
  const Node gone = tree.nodes[parent];
  replace_child(tree, above, parent, gone.sibling(landing.leaf));
  free_node(tree, parent);
  Pending pending(tree.unboxed_leaves);
  const Left left{way, border.unboxed == kNoNode ? gone.sibling(landing.leaf) : border.unboxed};
  shrink_boxes(tree, shape, points, point, left, Ascent(landing, path, border.boxed, border.depth), pending);
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

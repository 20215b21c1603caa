#include "adcore/forest/tree.hpp"

#include <algorithm>
#include <cmath>
#include <ranges>

#include "adcore/forest/tree_kernels.hpp"

namespace adcore {

namespace {

// Arrays grow by an eighth: trees of a model settle at about the same size, and stay there.
auto grown(std::size_t size, std::size_t most) -> std::size_t { return std::min(size + size / 8 + 4, most); }

// About 2 / m of the nodes of a random cut tree have m or more leaves (measured: 0.52 for 4, 0.27 for 8, 0.14 for 16),
// and the larger a subtree, the more its box saves: a fraction of the boxes goes to the largest subtrees.
auto unboxed_leaves(double fraction, std::size_t sample_size) -> std::size_t {
  const double leaves = fraction > 0 ? std::ceil(2.0 / fraction) - 1.0 : 0.0;
  return leaves >= 1.0 && leaves < static_cast<double>(sample_size) ? static_cast<std::size_t>(leaves) : sample_size;
}

}  // namespace

RandomCutTree::RandomCutTree(std::size_t dimensions, std::size_t sample_size, double bounding_box_cache_fraction,
                             std::uint64_t seed)
    : dimensions_(dimensions), sample_size_(sample_size) {
  arrays_.random = Random(seed);
  arrays_.unboxed_leaves = unboxed_leaves(bounding_box_cache_fraction, sample_size);
}

RandomCutTree::RandomCutTree(const RandomCutTree& other)
    : dimensions_(other.dimensions_),
      sample_size_(other.sample_size_),
      arrays_(other.arrays_),
      nodes_(other.nodes_),
      boxed_(other.boxed_),
      boxes_(other.boxes_) {
  point_arrays();
}

auto RandomCutTree::insert(std::span<const Sampler::Item> items, const PointView& points, PointIndex point,
                           const Way* way) -> PointIndex {
  if (arrays_.free_node == kNoNode) grow_nodes();
  if (arrays_.free_box == kNoNode) grow_boxes();
  return tree_kernels(dimensions_).insert(arrays_, items, points, point, way);
}

void RandomCutTree::remove(const PointView& points, PointIndex point, bool last, const Way* way) {
  tree_kernels(dimensions_).remove(arrays_, points, point, last, way);
}

void RandomCutTree::renumber(std::span<const PointIndex> indices) noexcept {
  const auto renumbered = [&](NodeCode code) { return is_leaf(code) ? indices[code & ~kLeafFlag] | kLeafFlag : code; };
  if (arrays_.root != kNoNode) arrays_.root = renumbered(arrays_.root);
  for (Node& node : nodes_) {
    for (NodeCode& child : node.child) child = renumbered(child);
  }
}

void RandomCutTree::grow_nodes() {
  const std::size_t old = nodes_.size();
  nodes_.reserve(grown(old, sample_size_));
  nodes_.resize(nodes_.capacity());
  for (std::size_t i = nodes_.size(); i-- > old;) {
    nodes_[i] = {0, 0, kNoBox, {arrays_.free_node, 0}};
    arrays_.free_node = static_cast<NodeCode>(i);
  }
  point_arrays();
}

void RandomCutTree::grow_boxes() {
  const std::size_t old = boxed_.size();
  boxed_.reserve(grown(old, sample_size_));
  boxed_.resize(boxed_.capacity());
  for (std::size_t i = boxed_.size(); i-- > old;) {
    boxed_[i] = {arrays_.free_box, 0, 0};
    arrays_.free_box = static_cast<NodeCode>(i);
  }
  const std::size_t lines = boxed_.size() * lane_groups(dimensions_);
  boxes_.reserve(lines);
  boxes_.resize(lines);
  point_arrays();
}

void RandomCutTree::set_bounding_box_cache_fraction(const PointView& points, std::span<const Sampler::Item> items,
                                                    double fraction) {
  arrays_.unboxed_leaves = unboxed_leaves(fraction, sample_size_);
  rebox(points, items);
}

// Gives boxes to exactly the nodes that are due one. Children before parents, so that boxes are made from boxes.
void RandomCutTree::rebox(const PointView& points, std::span<const Sampler::Item> items) {
  struct Visit {
    NodeCode code;
    NodeCode parent;
  };
  boxed_ = {};
  boxes_ = {};
  arrays_.free_box = kNoNode;
  std::vector<Visit> order;
  std::vector<Visit> stack{{arrays_.root, kNoNode}};
  while (!stack.empty()) {
    const Visit at = stack.back();
    stack.pop_back();
    if (at.code == kNoNode || is_leaf(at.code)) continue;
    nodes_[at.code].box = kNoBox;
    order.push_back(at);
    for (const NodeCode child : nodes_[at.code].child) stack.push_back({child, at.code});
  }
  std::vector<BoxedNode> counts(nodes_.size());
  const auto count_of = [&](NodeCode code) -> BoxedNode {
    if (!is_leaf(code)) return counts[code];
    return {kNoNode, 1, static_cast<std::uint16_t>(copies_of(items, code & ~kLeafFlag))};
  };
  const std::size_t size = lane_groups(dimensions_) * kLanes;
  for (const Visit& at : std::views::reverse(order)) {
    Node& node = nodes_[at.code];
    const BoxedNode left = count_of(node.child[0]);
    const BoxedNode right = count_of(node.child[1]);
    counts[at.code] = {at.parent, static_cast<std::uint16_t>(left.leaves + right.leaves),
                       static_cast<std::uint16_t>(left.mass + right.mass)};
    if (counts[at.code].leaves <= arrays_.unboxed_leaves) continue;
    if (arrays_.free_box == kNoNode) grow_boxes();
    const NodeCode number = arrays_.free_box;
    arrays_.free_box = boxed_[number].parent;
    float* lo = arrays_.boxes + std::size_t{number} * 2 * size;
    tree_kernels(dimensions_).box(arrays_, points, at.code, lo, lo + size);
    boxed_[number] = counts[at.code];
    node.box = static_cast<BoxNumber>(number);
  }
  point_arrays();
}

void RandomCutTree::point_arrays() noexcept {
  arrays_.nodes = nodes_.data();
  arrays_.boxed = boxed_.data();
  arrays_.boxes = boxes_.empty() ? nullptr : boxes_.data()->values;
}

auto RandomCutTree::memory_bytes() const noexcept -> std::size_t {
  return nodes_.capacity() * sizeof(Node) + boxed_.capacity() * sizeof(BoxedNode) + boxes_.capacity() * sizeof(BoxLine);
}

}  // namespace adcore

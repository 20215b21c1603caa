#include "adcore/forest/tree.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/forest/tree_kernels.hpp"

namespace adcore {

namespace {

// Arrays grow by an eighth: trees of a model settle at about the same size, and stay there.
auto grown(std::size_t size) -> std::size_t { return std::min<std::size_t>(size + size / 8 + 4, kBucketFlag - 1); }

}  // namespace

RandomCutTree::RandomCutTree(std::size_t dimensions, double bounding_box_cache_fraction, std::uint64_t seed)
    : dimensions_(dimensions), box_fraction_(bounding_box_cache_fraction) {
  arrays_.random = Random(seed);
}

RandomCutTree::RandomCutTree(const RandomCutTree& other)
    : dimensions_(other.dimensions_),
      box_fraction_(other.box_fraction_),
      arrays_(other.arrays_),
      nodes_(other.nodes_),
      buckets_(other.buckets_),
      boxes_(other.boxes_) {
  point_arrays();
}

auto RandomCutTree::insert(std::span<const Sampler::Item> items, const PointView& points, PointIndex point)
    -> PointIndex {
  if (arrays_.free_node == kNoNode) grow_nodes(points);
  if (arrays_.free_bucket == kNoNode) grow_buckets();
  return tree_kernels(dimensions_).insert(arrays_, items, points, point);
}

void RandomCutTree::remove(const PointView& points, PointIndex point, bool last) {
  tree_kernels(dimensions_).remove(arrays_, points, point, last);
}

void RandomCutTree::renumber(std::span<const PointIndex> indices) noexcept {
  for (Bucket& bucket : buckets_) {
    for (std::size_t i = 0; i < bucket.count; ++i) bucket.points[i] = indices[bucket.points[i]];
  }
}

void RandomCutTree::grow_nodes(const PointView& points) {
  const std::size_t old = nodes_.size();
  nodes_.reserve(grown(old));
  nodes_.resize(nodes_.capacity());
  for (std::size_t i = nodes_.size(); i-- > old;) {
    nodes_[i].mass = 0;
    nodes_[i].parent = arrays_.free_node;
    arrays_.free_node = static_cast<NodeCode>(i);
  }
  point_arrays();
  rebox(points);
}

void RandomCutTree::grow_buckets() {
  const std::size_t old = buckets_.size();
  buckets_.reserve(grown(old));
  buckets_.resize(buckets_.capacity());
  for (std::size_t i = buckets_.size(); i-- > old;) {
    buckets_[i].count = 0;
    buckets_[i].parent = arrays_.free_bucket;
    arrays_.free_bucket = static_cast<NodeCode>(i | kBucketFlag);
  }
  point_arrays();
}

void RandomCutTree::set_bounding_box_cache_fraction(const PointView& points, double fraction) {
  box_fraction_ = fraction;
  rebox(points);
}

// Boxes that are new are worked out while only the old ones count as present.
void RandomCutTree::rebox(const PointView& points) {
  const auto boxed = static_cast<std::size_t>(std::ceil(box_fraction_ * static_cast<double>(nodes_.size())));
  std::vector<BoxLine> boxes(boxed * lane_groups(dimensions_));
  std::copy_n(boxes_.begin(), std::min(boxes.size(), boxes_.size()), boxes.begin());
  const std::size_t size = lane_groups(dimensions_) * kLanes;
  for (std::size_t i = arrays_.boxed_nodes; i < boxed; ++i) {
    if (nodes_[i].mass == 0) continue;
    float* box = boxes.data()->values + i * 2 * size;
    tree_kernels(dimensions_).box(arrays_, points, static_cast<NodeCode>(i), box, box + size);
  }
  boxes_ = std::move(boxes);
  arrays_.boxed_nodes = boxed;
  point_arrays();
}

void RandomCutTree::point_arrays() noexcept {
  arrays_.nodes = nodes_.data();
  arrays_.buckets = buckets_.data();
  arrays_.boxes = boxes_.empty() ? nullptr : boxes_.data()->values;
}

auto RandomCutTree::memory_bytes() const noexcept -> std::size_t {
  return nodes_.capacity() * sizeof(Node) + buckets_.capacity() * sizeof(Bucket) + boxes_.capacity() * sizeof(BoxLine);
}

}  // namespace adcore

#include "tree_codec.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/forest/config.hpp"

namespace adcore {

namespace {

enum class Tag : std::uint8_t { empty, node, bucket };

auto is_bucket(NodeCode code) -> bool { return (code & kBucketFlag) != 0; }
auto bucket_number(NodeCode code) -> std::size_t { return code & ~kBucketFlag; }

auto equal_points(const PointView& points, PointIndex a, PointIndex b) -> bool {
  return std::equal(points.point(a), points.point(a) + points.dimensions, points.point(b));
}

}  // namespace

void TreeCodec::write_bucket(ByteWriter& out, const Bucket& bucket, std::span<const Sampler::Item> items,
                             std::span<const PointIndex> places) {
  out.put(Tag::bucket);
  out.put(bucket.seed);
  out.put_count(bucket.count);
  for (const PointIndex point : std::span(bucket.points, bucket.count)) {
    std::vector<float> keys;
    for (const Sampler::Item& item : items) {
      if (item.point == point) keys.push_back(item.key);
    }
    std::sort(keys.begin(), keys.end());  // the order in the sample's heap is of no consequence
    out.put_count(places[point]);
    out.put_all(keys);
  }
}

void TreeCodec::write(ByteWriter& out, const RandomCutTree& tree, const Sampler& sampler,
                      std::span<const PointIndex> places) {
  out.put(tree.random_state());
  out.put_count(sampler.next_acceptance());
  if (tree.arrays().root == kNoNode) return out.put(Tag::empty);
  std::vector<NodeCode> stack{tree.arrays().root};
  while (!stack.empty()) {
    const NodeCode code = stack.back();
    stack.pop_back();
    if (is_bucket(code)) {
      write_bucket(out, tree.buckets_[bucket_number(code)], sampler.items(), places);
      continue;
    }
    const Node& node = tree.nodes_[code];
    out.put(Tag::node);
    out.put_count(node.cut_dimension);
    out.put(node.cut_value);
    stack.push_back(node.child[1]);
    stack.push_back(node.child[0]);
  }
}

auto TreeCodec::read_node(ByteReader& in, RandomCutTree& tree, NodeCode parent, std::size_t dimensions) -> NodeCode {
  const auto dimension = static_cast<std::uint16_t>(in.get_count(dimensions - 1));
  const auto value = in.get<float>();
  if (!std::isfinite(value)) throw_snapshot("a cut that is not finite");
  tree.nodes_.push_back({value, dimension, 0, {kNoNode, kNoNode}, parent});
  return static_cast<NodeCode>(tree.nodes_.size() - 1);
}

auto TreeCodec::read_bucket(ByteReader& in, RandomCutTree& tree, NodeCode parent, std::size_t point_count,
                            std::vector<Sampler::Item>& items) -> NodeCode {
  Bucket bucket{};
  bucket.seed = in.get<std::uint32_t>();
  bucket.count = static_cast<std::uint16_t>(in.get_count(kBucketCapacity));
  bucket.parent = parent;
  if (bucket.count == 0 || point_count == 0) throw_snapshot("an empty bucket");
  for (PointIndex& point : std::span(bucket.points, bucket.count)) {
    point = static_cast<PointIndex>(in.get_count(point_count - 1));
    const auto keys = in.get_all<float>(kMaximumSampleSize);
    if (keys.empty()) throw_snapshot("a point without a key");
    for (const float key : keys) items.push_back({key, point});
    bucket.mass = static_cast<std::uint16_t>(bucket.mass + keys.size());
  }
  tree.buckets_.push_back(bucket);
  return static_cast<NodeCode>((tree.buckets_.size() - 1) | kBucketFlag);
}

void TreeCodec::read_structure(ByteReader& in, RandomCutTree& tree, std::size_t dimensions, std::size_t point_count,
                               std::size_t sample_size, std::vector<Sampler::Item>& items) {
  struct Open {
    NodeCode parent;
    std::size_t side;
  };
  std::vector<Open> stack{{kNoNode, 0}};
  while (!stack.empty()) {
    const Open open = stack.back();
    stack.pop_back();
    const auto tag = static_cast<Tag>(in.get_at_most(2));
    if (tag == Tag::empty) {
      if (open.parent != kNoNode) throw_snapshot("a node without a child");
      return;
    }
    const NodeCode code = tag == Tag::node ? read_node(in, tree, open.parent, dimensions)
                                           : read_bucket(in, tree, open.parent, point_count, items);
    if (tree.nodes_.size() >= sample_size || items.size() > sample_size) throw_snapshot("a tree larger than its sample");
    if (open.parent == kNoNode) tree.arrays_.root = code;
    else tree.nodes_[open.parent].child[open.side] = code;
    if (tag != Tag::node) continue;
    stack.push_back({code, 1});
    stack.push_back({code, 0});
  }
}

// Preorder: children come after their parents.
void TreeCodec::add_masses(RandomCutTree& tree) {
  for (std::size_t i = tree.nodes_.size(); i-- > 0;) {
    std::size_t mass = 0;
    for (const NodeCode child : tree.nodes_[i].child) {
      mass += is_bucket(child) ? tree.buckets_[bucket_number(child)].mass : tree.nodes_[child].mass;
    }
    if (mass <= kBucketCapacity) throw_snapshot("a cut where a bucket belongs");
    tree.nodes_[i].mass = static_cast<std::uint16_t>(mass);
  }
}

void TreeCodec::check_places(const RandomCutTree& tree, const PointView& points) {
  for (std::size_t number = 0; number < tree.buckets_.size(); ++number) {
    const Bucket& bucket = tree.buckets_[number];
    for (std::size_t i = 0; i < bucket.count; ++i) {
      NodeCode code = tree.arrays_.root;
      while (!is_bucket(code)) {
        const Node& node = tree.nodes_[code];
        code = node.child[points.point(bucket.points[i])[node.cut_dimension] > node.cut_value ? 1 : 0];
      }
      if (bucket_number(code) != number) throw_snapshot("a point on the wrong side of a cut");
      for (std::size_t j = 0; j < i; ++j) {
        if (equal_points(points, bucket.points[i], bucket.points[j])) throw_snapshot("a point twice in a bucket");
      }
    }
  }
}

void TreeCodec::read(ByteReader& in, const PointView& points, std::size_t point_count, std::size_t sample_size,
                     RandomCutTree& tree, Sampler& sampler) {
  tree.arrays_.random = Random(in.get<std::uint64_t>());
  const std::uint64_t next_acceptance = in.get_count(~std::uint64_t{0});
  std::vector<Sampler::Item> items;
  read_structure(in, tree, points.dimensions, point_count, sample_size, items);
  add_masses(tree);
  check_places(tree, points);
  std::make_heap(items.begin(), items.end());
  sampler.restore(std::move(items), next_acceptance);
  tree.nodes_.shrink_to_fit();
  tree.buckets_.shrink_to_fit();
  tree.point_arrays();
  tree.rebox(points);
}

}  // namespace adcore

#include "tree_codec.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/forest/config.hpp"

namespace adcore {

namespace {

struct Sampled {
  std::vector<PointIndex> points;    // distinct, ascending
  std::vector<Sampler::Item> items;  // one per copy
};

auto read_points(ByteReader& in, std::size_t point_count, std::size_t sample_size) -> Sampled {
  Sampled sampled;
  const std::uint64_t distinct = in.get_count(sample_size);
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < distinct; ++i) {
    const std::uint64_t step = in.get_count(2 * static_cast<std::uint64_t>(point_count) + 1);
    next += step / 2;
    if (next >= point_count) throw_snapshot("a point that is not in the store");
    const auto point = static_cast<PointIndex>(next++);
    sampled.points.push_back(point);
    const std::uint64_t copies = step % 2 == 0 ? 1 : in.get_count(sample_size);
    if (copies == 0 || sampled.items.size() + copies > sample_size) throw_snapshot("a sample of another size");
    for (std::uint64_t copy = 0; copy < copies; ++copy) sampled.items.push_back({in.get<float>(), point});
  }
  return sampled;
}

}  // namespace

void TreeCodec::write_points(ByteWriter& out, const Sampler& sampler, std::span<const PointIndex> places) {
  std::vector<Sampler::Item> items;
  for (const Sampler::Item& item : sampler.items()) items.push_back({item.key, places[item.point]});
  std::sort(items.begin(), items.end(), [](const Sampler::Item& a, const Sampler::Item& b) {
    return a.point != b.point ? a.point < b.point : a.key < b.key;
  });
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < items.size(); ++i) distinct += i == 0 || items[i].point != items[i - 1].point ? 1U : 0U;
  out.put_count(distinct);
  PointIndex next = 0;
  for (auto from = items.begin(); from != items.end();) {
    const auto to = std::find_if(from, items.end(), [&](const auto& item) { return item.point != from->point; });
    const bool has_copies = to - from > 1;
    out.put_count(2 * static_cast<std::uint64_t>(from->point - next) + (has_copies ? 1U : 0U));
    if (has_copies) out.put_count(static_cast<std::uint64_t>(to - from));
    next = from->point + 1;
    for (; from != to; ++from) out.put(from->key);
  }
}

void TreeCodec::write_cuts(ByteWriter& out, const RandomCutTree& tree) {
  std::vector<NodeCode> stack{tree.arrays_.root};
  while (!stack.empty()) {
    const NodeCode code = stack.back();
    stack.pop_back();
    if ((code & kLeafFlag) != 0) continue;
    const Node& node = tree.nodes_[code];
    out.put_count(node.cut_dimension);
    out.put(node.cut_value);
    stack.push_back(node.child[1]);
    stack.push_back(node.child[0]);
  }
}

void TreeCodec::write(ByteWriter& out, const RandomCutTree& tree, const Sampler& sampler,
                      std::span<const PointIndex> places) {
  out.put(tree.random_state());
  out.put_count(sampler.next_acceptance());
  write_points(out, sampler, places);
  if (tree.arrays_.root != kNoNode) write_cuts(out, tree);
}

void TreeCodec::read_cuts(ByteReader& in, const PointView& view, std::span<PointIndex> points, RandomCutTree& tree) {
  struct Open {
    std::span<PointIndex> points;
    NodeCode parent;
    std::size_t side;
  };
  std::vector<Open> stack{{points, kNoNode, 0}};
  while (!stack.empty()) {
    const Open open = stack.back();
    stack.pop_back();
    NodeCode& link = open.parent == kNoNode ? tree.arrays_.root : tree.nodes_[open.parent].child[open.side];
    if (open.points.size() == 1) {
      link = open.points.front() | kLeafFlag;
      continue;
    }
    const auto dimension = static_cast<std::uint16_t>(in.get_count(view.dimensions - 1));
    const Cut cut{dimension, in.get<float>()};
    const auto middle = std::stable_partition(open.points.begin(), open.points.end(),
                                              [&](PointIndex point) { return !cut.is_right(view.point(point)); });
    const auto left = static_cast<std::size_t>(middle - open.points.begin());
    if (!std::isfinite(cut.value) || left == 0 || left == open.points.size())
      throw_snapshot("a cut that separates nothing");
    link = static_cast<NodeCode>(tree.nodes_.size());
    const NodeCode code = link;
    tree.nodes_.push_back({cut.value, dimension, kNoBox, {kNoNode, kNoNode}});
    stack.push_back({open.points.subspan(left), code, 1});
    stack.push_back({open.points.first(left), code, 0});
  }
}

void TreeCodec::read(ByteReader& in, const PointView& points, std::size_t point_count, std::size_t sample_size,
                     RandomCutTree& tree, Sampler& sampler) {
  tree.arrays_.random = Random(in.get<std::uint64_t>());
  const std::uint64_t next_acceptance = in.get_count(~std::uint64_t{0});
  Sampled sampled = read_points(in, point_count, sample_size);
  if (!sampled.points.empty()) {
    tree.nodes_.reserve(sampled.points.size() - 1);
    read_cuts(in, points, sampled.points, tree);
  }
  tree.point_arrays();
  tree.rebox(points, sampled.items);
  std::make_heap(sampled.items.begin(), sampled.items.end());
  sampler.restore(std::move(sampled.items), next_acceptance);
}

}  // namespace adcore

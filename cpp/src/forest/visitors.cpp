#include "adcore/forest/visitors.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace adcore {

namespace {

auto height_of(std::size_t mass) -> double { return std::log2(static_cast<double>(mass) + 1.0); }

// The inverse depth of a point that equals a leaf, damped by the share of the sample it makes up.
auto seen_score(const Path& path) -> double {
  const auto mass = static_cast<double>(path.leaf.mass);
  const double damp = 1.0 - mass / (2.0 * static_cast<double>(path.tree_mass()));
  return damp / (static_cast<double>(path.steps.size()) + height_of(path.leaf.mass));
}

auto leaf_score(const Path& path) -> double {
  return path.equal ? seen_score(path) : 1.0 / (static_cast<double>(path.steps.size()) + 1.0);
}

auto leaf_box(const Path& path, std::size_t dimensions) -> BoundingBox {
  BoundingBox box(dimensions);
  box.start(path.leaf.values);
  return box;
}

// Adds `value`, split in proportion to how far the query lies outside the box on each side.
void spread(const BoundingBox& box, std::span<const float> query, double outside, double value, Attribution& total) {
  for (std::size_t d = 0; d < query.size(); ++d) {
    total.high[d] += value * box.above(d, query[d]) / outside;
    total.low[d] += value * box.below(d, query[d]) / outside;
  }
}

void spread_evenly(double value, Attribution& total) {
  const double share = value / (2.0 * static_cast<double>(total.high.size()));
  for (double& part : total.high) part += share;
  for (double& part : total.low) part += share;
}

// The probability that the query is cut off at each step, given the whole path: top down, the chance to arrive times
// the chance of a cut; what is left arrives at the leaf.
struct CutOff {
  std::vector<double> at_step;
  double at_leaf = 1.0;
};

auto cut_off(const Path& path, std::span<const float> query) -> CutOff {
  CutOff chances;
  for (const PathStep& step : path.steps) {
    const double outside = step.box.distance(query);
    const double here = outside > 0 ? outside / (outside + step.box.range_sum()) : 0.0;
    chances.at_step.push_back(chances.at_leaf * here);
    chances.at_leaf *= 1.0 - here;
  }
  return chances;
}

}  // namespace

auto trace(Subtree node, std::span<const float> query) -> Path {
  Path path;
  std::size_t mass = node.mass();
  while (!node.is_leaf()) {
    const Cut cut = node.cut();
    Subtree next = node.child(cut, cut.is_right(query.data()));
    const std::size_t mass_below = next.mass();
    path.steps.push_back({node.box(), mass, mass - mass_below});
    node = std::move(next);
    mass = mass_below;
  }
  path.leaf = node.point();
  path.equal = std::equal(query.begin(), query.end(), path.leaf.values);
  return path;
}

auto score_on(const Path& path, std::span<const float> query) -> double {
  const CutOff chances = cut_off(path, query);
  double score = chances.at_leaf * leaf_score(path);
  for (std::size_t i = 0; i < path.steps.size(); ++i) score += chances.at_step[i] / (static_cast<double>(i) + 1.0);
  return score * height_of(path.tree_mass());
}

void add_attribution(const Path& path, std::span<const float> query, Attribution& total) {
  const CutOff chances = cut_off(path, query);
  const double height = height_of(path.tree_mass());
  for (std::size_t i = 0; i < path.steps.size(); ++i) {
    const BoundingBox& box = path.steps[i].box;
    if (!(chances.at_step[i] > 0)) continue;
    spread(box, query, box.distance(query), height * chances.at_step[i] / (static_cast<double>(i) + 1.0), total);
  }
  const double rest = height * chances.at_leaf * leaf_score(path);
  const BoundingBox leaf = leaf_box(path, query.size());
  if (path.equal) spread_evenly(rest, total);
  else spread(leaf, query, leaf.distance(query), rest, total);
}

auto displacement_on(const Path& path, std::span<const float> query) -> double {
  const CutOff chances = cut_off(path, query);
  double expected = 0;
  double largest = 0;  // over the groups above: mass beside the group, per member with the query in it
  for (std::size_t i = 0; i < path.steps.size(); ++i) {
    const PathStep& step = path.steps[i];
    expected += chances.at_step[i] * std::max(largest, static_cast<double>(step.mass));
    const std::size_t group = step.mass - step.sibling_mass + 1;
    largest = std::max(largest, static_cast<double>(step.sibling_mass) / static_cast<double>(group));
  }
  const double beside_leaf = path.equal ? 0.0 : static_cast<double>(path.leaf.mass);
  return expected + chances.at_leaf * std::max(largest, beside_leaf);
}

void add_density(const Path& path, std::span<const float> query, Density& total) {
  const CutOff chances = cut_off(path, query);
  const auto add = [&](const BoundingBox& box, double chance, std::size_t mass) {
    const double outside = box.distance(query);
    if (!(chance > 0) || !(outside > 0)) return;
    spread(box, query, outside, chance * (static_cast<double>(mass) + 1.0), total.measure);
    spread(box, query, outside, chance, total.probabilities);
    for (std::size_t d = 0; d < query.size(); ++d) {
      const double above = box.above(d, query[d]);
      const double below = box.below(d, query[d]);
      if (above > 0) total.distances.high[d] += chance * above / outside * (above + box.range(d));
      if (below > 0) total.distances.low[d] += chance * below / outside * (below + box.range(d));
    }
  };
  for (std::size_t i = 0; i < path.steps.size(); ++i) add(path.steps[i].box, chances.at_step[i], path.steps[i].mass);
  if (path.equal) {
    spread_evenly(chances.at_leaf * (static_cast<double>(path.leaf.mass) + 1.0), total.measure);
    spread_evenly(chances.at_leaf, total.probabilities);
  } else {
    add(leaf_box(path, query.size()), chances.at_leaf, path.leaf.mass);
  }
}

namespace {

// Complete descends both ways at a cut it cannot decide, and up again with the better leaf.
class Completer {
 public:
  Completer(std::span<const float> query, std::span<const std::uint8_t> missing, double centrality, Random& random)
      : query_(query), missing_(missing), centrality_(centrality), random_(random) {}

  [[nodiscard]] auto walk(const Subtree& node, std::size_t depth) -> Completion {
    if (node.is_leaf()) return at_leaf(node, depth);
    const Cut cut = node.cut();
    Completion best = missing_[cut.dimension] != 0 ? walk_both(node, cut, depth)
                                                   : walk(node.child(cut, cut.is_right(query_.data())), depth + 1);
    const BoundingBox box = node.box();
    const Extent known = extent(box);
    if (known.outside > 0) {
      const double here = known.outside / (known.outside + known.length);
      best.rank = here / (static_cast<double>(depth) + 1.0) + (1.0 - here) * best.rank;
    }
    return best;
  }

 private:
  [[nodiscard]] auto walk_both(const Subtree& node, Cut cut, std::size_t depth) -> Completion {
    const Completion left = walk(node.child(cut, false), depth + 1);
    const Completion right = walk(node.child(cut, true), depth + 1);
    return better(left, right);
  }

  struct Extent {
    double outside = 0;
    double length = 0;
  };

  [[nodiscard]] auto extent(const BoundingBox& box) const -> Extent {
    Extent total;
    for (std::size_t d = 0; d < query_.size(); ++d) {
      if (missing_[d] != 0) continue;
      total.outside += box.above(d, query_[d]) + box.below(d, query_[d]);
      total.length += box.range(d);
    }
    return total;
  }

  [[nodiscard]] auto at_leaf(const Subtree& leaf, std::size_t depth) const -> Completion {
    const float* point = leaf.point().values;
    bool equal = true;
    for (std::size_t d = 0; d < query_.size(); ++d) equal = equal && (missing_[d] != 0 || query_[d] == point[d]);
    return {point, equal ? 0.0 : 1.0 / (static_cast<double>(depth) + 1.0)};
  }

  [[nodiscard]] auto better(const Completion& left, const Completion& right) -> Completion {
    const auto cost = [&](const Completion& completion) {
      return (1.0 - centrality_) * random_.uniform() + centrality_ * completion.rank;
    };
    const double left_cost = cost(left);
    return cost(right) < left_cost ? right : left;
  }

  std::span<const float> query_;
  std::span<const std::uint8_t> missing_;
  double centrality_;
  Random& random_;
};

}  // namespace

auto complete(const Subtree& root, std::span<const float> query, std::span<const std::uint8_t> missing,
              double centrality, Random& random) -> Completion {
  return Completer(query, missing, centrality, random).walk(root, 0);
}

}  // namespace adcore

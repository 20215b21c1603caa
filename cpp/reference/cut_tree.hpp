// A random cut tree drawn afresh from its points, by the definition and nothing else: the oracle of the tests.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <random>
#include <vector>

namespace adcore::reference {

using Point = std::vector<double>;

/// Guha et al. 2016, definition 1: pick a dimension in proportion to its range, a cut uniformly within it, recurse.
struct CutTree {
  std::vector<Point> points;  // copies included
  std::size_t dimension = 0;
  double cut = 0;
  std::unique_ptr<CutTree> left;  // null at a leaf
  std::unique_ptr<CutTree> right;

  [[nodiscard]] auto lowest(std::size_t d) const -> double {
    return (*std::min_element(points.begin(), points.end(), [d](auto& a, auto& b) { return a[d] < b[d]; }))[d];
  }
  [[nodiscard]] auto highest(std::size_t d) const -> double {
    return (*std::max_element(points.begin(), points.end(), [d](auto& a, auto& b) { return a[d] < b[d]; }))[d];
  }
  [[nodiscard]] auto length() const -> double {
    double total = 0;
    for (std::size_t d = 0; d < points[0].size(); ++d) total += highest(d) - lowest(d);
    return total;
  }
};

inline auto draw_tree(const std::vector<Point>& points, std::mt19937_64& random) -> std::unique_ptr<CutTree> {
  auto tree = std::make_unique<CutTree>();
  tree->points = points;
  const double length = tree->length();
  if (!(length > 0)) return tree;
  double target = std::uniform_real_distribution<double>(0, length)(random);
  std::size_t d = 0;
  for (; d + 1 < points[0].size() && target >= tree->highest(d) - tree->lowest(d); ++d) {
    target -= tree->highest(d) - tree->lowest(d);
  }
  tree->dimension = d;
  tree->cut = std::min(tree->lowest(d) + target, std::nextafter(tree->highest(d), -INFINITY));
  std::vector<Point> sides[2];
  for (const Point& point : points) sides[point[d] > tree->cut ? 1 : 0].push_back(point);
  tree->left = draw_tree(sides[0], random);
  tree->right = draw_tree(sides[1], random);
  return tree;
}

/// Expected inverse depth at which the query would be cut off, were it inserted; without the factor log2(mass + 1).
inline auto inverse_depth(const CutTree& tree, const Point& query, double depth, double tree_mass) -> double {
  const auto mass = static_cast<double>(tree.points.size());
  if (!tree.left && tree.points[0] == query) {
    return (1 - mass / (2 * tree_mass)) / (depth + std::log2(mass + 1));
  }
  double outside = 0;
  for (std::size_t d = 0; d < query.size(); ++d) {
    outside += std::max({0.0, tree.lowest(d) - query[d], query[d] - tree.highest(d)});
  }
  const double cut_off = outside > 0 ? outside / (outside + tree.length()) : 0;
  if (!tree.left) return 1 / (depth + 1);
  const CutTree& below = query[tree.dimension] > tree.cut ? *tree.right : *tree.left;
  return cut_off / (depth + 1) + (1 - cut_off) * inverse_depth(below, query, depth + 1, tree_mass);
}

inline auto score(const CutTree& tree, const Point& query) -> double {
  const auto mass = static_cast<double>(tree.points.size());
  return inverse_depth(tree, query, 0, mass) * std::log2(mass + 1);
}

}  // namespace adcore::reference

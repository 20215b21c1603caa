#include "adcore/forest/queries.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "adcore/base/error.hpp"
#include "adcore/base/random.hpp"
#include "adcore/forest/visitors.hpp"

namespace adcore {

namespace {

auto zeros(std::size_t dimensions) -> Attribution {
  return {std::vector<double>(dimensions), std::vector<double>(dimensions)};
}

// A forest that is not ready asks no trees, and every mean is 0.
auto share_of(std::span<const Subtree> trees) -> double {
  return trees.empty() ? 0.0 : 1.0 / static_cast<double>(trees.size());
}

auto euclidean(std::span<const float> a, const float* b) -> double {
  double total = 0;
  for (std::size_t d = 0; d < a.size(); ++d) {
    const double difference = static_cast<double>(a[d]) - static_cast<double>(b[d]);
    total += difference * difference;
  }
  return std::sqrt(total);
}

// The value at a fraction of the way through the sorted values.
auto quantile(std::vector<float>& values, double fraction) -> float {
  const auto rank = static_cast<std::ptrdiff_t>(std::lround(fraction * static_cast<double>(values.size() - 1)));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

auto completions(std::span<const Subtree> trees, std::span<const float> point, std::span<const std::uint32_t> missing,
                 double centrality, std::uint64_t seed) -> std::vector<const float*> {
  std::vector<std::uint8_t> is_missing(point.size());
  for (const std::uint32_t d : missing) is_missing[d] = 1;
  std::vector<const float*> leaves;
  for (std::size_t i = 0; i < trees.size(); ++i) {
    Random random(derive_seed(seed, i));
    leaves.push_back(complete(trees[i], point, is_missing, centrality, random).leaf);
  }
  return leaves;
}

}  // namespace

auto mean_displacement(std::span<const Subtree> trees, std::span<const float> point) -> double {
  double total = 0;
  for (const Subtree& tree : trees) total += displacement_on(trace(tree, point), point);
  return total * share_of(trees);
}

auto mean_attribution(std::span<const Subtree> trees, std::span<const float> point) -> Attribution {
  Attribution total = zeros(point.size());
  for (const Subtree& tree : trees) add_attribution(trace(tree, point), point, total);
  total.scale(share_of(trees));
  return total;
}

auto mean_density(std::span<const Subtree> trees, std::span<const float> point) -> Density {
  Density density{0, zeros(point.size()), zeros(point.size()), zeros(point.size())};
  for (const Subtree& tree : trees) {
    add_density(trace(tree, point), point, density);
    density.sample_size += static_cast<double>(tree.mass());
  }
  const double share = share_of(trees);
  density.sample_size *= share;
  for (Attribution* part : {&density.measure, &density.distances, &density.probabilities}) part->scale(share);
  return density;
}

auto neighbors_within(std::span<const Subtree> trees, std::span<const float> point, double radius)
    -> std::vector<Neighbor> {
  std::vector<Neighbor> found;
  for (const Subtree& tree : trees) {
    const Path path = trace(tree, point);
    const double distance = euclidean(point, path.leaf.values);
    if (distance > radius) continue;
    const std::span<const float> leaf(path.leaf.values, point.size());
    auto same = std::find_if(found.begin(), found.end(),
                             [&](const Neighbor& n) { return std::equal(leaf.begin(), leaf.end(), n.point.begin()); });
    if (same == found.end()) same = found.insert(found.end(), {{leaf.begin(), leaf.end()}, distance, 0, 0});
    same->score += score_on(path, point);
    ++same->trees;
  }
  for (Neighbor& neighbor : found) neighbor.score /= static_cast<double>(neighbor.trees);
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.distance < b.distance; });
  return found;
}

auto median_imputation(std::span<const Subtree> trees, std::span<const float> point,
                       std::span<const std::uint32_t> missing, double centrality, std::uint64_t seed) -> Imputation {
  return median_of_leaves(completions(trees, point, missing, centrality, seed), point, missing);
}

auto median_of_leaves(std::span<const float* const> leaves, std::span<const float> point,
                      std::span<const std::uint32_t> missing) -> Imputation {
  Imputation result{{point.begin(), point.end()}, {point.begin(), point.end()}, {point.begin(), point.end()}};
  if (leaves.empty()) return result;
  std::vector<float> values(leaves.size());
  for (const std::uint32_t d : missing) {
    std::transform(leaves.begin(), leaves.end(), values.begin(), [&](const float* leaf) { return leaf[d]; });
    result.value[d] = quantile(values, 0.5);
    result.low[d] = quantile(values, 0.1);
    result.high[d] = quantile(values, 0.9);
  }
  return result;
}

auto extrapolate_from(const Forest& forest, std::size_t horizon, double centrality) -> Extrapolation {
  const ForestConfig& config = forest.config();
  if (config.shingle_size < 2) throw_invalid_argument("shingle_size", "1", "extrapolation needs at least 2");
  const std::size_t width = config.input_dimensions;
  std::vector<float> point(forest.shingle().begin(), forest.shingle().end());
  std::vector<std::uint32_t> missing(width);
  Extrapolation result{horizon, {}, {}, {}};
  for (std::size_t step = 0; step < horizon; ++step) {
    std::size_t block = config.shingle_size - 1;
    if (config.internal_rotation) block = (forest.total_updates() + step) % config.shingle_size;
    else std::rotate(point.begin(), point.begin() + static_cast<std::ptrdiff_t>(width), point.end());
    for (std::size_t i = 0; i < width; ++i) missing[i] = static_cast<std::uint32_t>(block * width + i);
    const Imputation next = forest.impute(point, missing, centrality);
    for (const std::uint32_t d : missing) {
      point[d] = next.value[d];
      result.value.push_back(next.value[d]);
      result.low.push_back(next.low[d]);
      result.high.push_back(next.high[d]);
    }
  }
  return result;
}

void check_point(const ForestConfig& config, std::span<const float> point) {
  if (point.size() != config.dimensions()) {
    throw_invalid_argument("point size", static_cast<double>(point.size()),
                           "it must be dimensions = " + std::to_string(config.dimensions()));
  }
  for (const float value : point) {
    if (!(std::fabs(value) <= kMaximumMagnitude)) {
      throw_invalid_argument("point value", static_cast<double>(value), "it must be finite and at most 1e30 in size");
    }
  }
}

void check_missing(const ForestConfig& config, std::span<const std::uint32_t> missing, double centrality) {
  for (const std::uint32_t d : missing) {
    if (d >= config.dimensions()) {
      throw_invalid_argument("missing", d, "indices must be below dimensions = " + std::to_string(config.dimensions()));
    }
  }
  if (!(centrality >= 0 && centrality <= 1)) throw_invalid_argument("centrality", centrality, "it must be in [0, 1]");
}

}  // namespace adcore

// A tree whose points a test puts in and takes out one by one.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/forest/point_store.hpp"
#include "adcore/forest/tree_kernels.hpp"
#include "adcore/forest/visitors.hpp"

namespace adcore::testing {

/// One tree, fed by hand: points come and go in every order, and the tree that is left is looked at.
class TreeByHand {
 public:
  TreeByHand(const std::vector<float>& values, std::size_t width, std::uint64_t seed)
      : store_(width, 1), tree_(width, 64, 0.4, seed) {
    static_cast<void>(store_.compact({}, values.size() / width));
    for (std::size_t i = 0; i < values.size(); i += width) store_.append(std::span(values).subspan(i, width));
  }
  void insert(PointIndex point) {
    const PointIndex stored = tree_.insert(items_, store_.view(), point);
    items_.push_back({1.0F, stored});
  }
  void remove(PointIndex point) {
    const auto item = std::find_if(items_.begin(), items_.end(), [&](const auto& i) { return i.point == point; });
    items_.erase(item);
    const bool last = std::none_of(items_.begin(), items_.end(), [&](const auto& i) { return i.point == point; });
    tree_.remove(store_.view(), point, last);
  }
  [[nodiscard]] auto score(std::span<const float> query) const -> double {
    float result = 0;
    const auto values = padded(query);
    const SampledTree tree = sampled();
    kernels().score_queries(tree, store_.view(), values.data(), values.size(), 1, &result);
    EXPECT_NEAR(result, score_on(trace(root(tree), query), query), 1e-5) << "the fast score is not the plain one";
    return static_cast<double>(result);
  }
  /// Of many queries, which walk down together.
  [[nodiscard]] auto scores(const std::vector<std::vector<float>>& queries) const -> std::vector<float> {
    return scores(queries, kernels());
  }
  [[nodiscard]] auto scores(const std::vector<std::vector<float>>& queries, const TreeKernels& kernels) const
      -> std::vector<float> {
    std::vector<float> values;
    for (const auto& query : queries) {
      const auto whole = padded(query);
      values.insert(values.end(), whole.begin(), whole.end());
    }
    std::vector<float> results(queries.size());
    kernels.score_queries(sampled(), store_.view(), values.data(), values.size() / queries.size(), queries.size(),
                          results.data());
    return results;
  }
  /// Of one query in many trees, all of which were made from the same values.
  [[nodiscard]] static auto scores(const std::vector<TreeByHand>& trees, std::span<const float> query)
      -> std::vector<float> {
    std::vector<SampledTree> sampled;
    for (const TreeByHand& tree : trees) sampled.push_back(tree.sampled());
    std::vector<float> results(trees.size());
    trees.front().kernels().score_trees(sampled.data(), sampled.size(), trees.front().store_.view(),
                                        padded(query).data(), results.data());
    return results;
  }
  [[nodiscard]] auto attribution(std::span<const float> query) const -> Attribution {
    Attribution result{std::vector<double>(query.size()), std::vector<double>(query.size())};
    const SampledTree tree = sampled();
    kernels().attribute_trees(&tree, 1, store_.view(), padded(query).data(), result.high.data(), result.low.data());
    return result;
  }
  /// The point of the leaf that best completes the query.
  [[nodiscard]] auto completion(std::span<const float> query, std::span<const std::uint8_t> missing, double centrality,
                                std::uint64_t seed) const -> const float* {
    const auto values = padded(query);
    std::vector<std::int32_t> known(values.size(), -1);
    for (std::size_t d = 0; d < missing.size(); ++d) known[d] = missing[d] != 0 ? 0 : -1;
    Random random(seed);
    const Incomplete incomplete{values.data(), known.data(), centrality};
    return store_.view().point(kernels().complete(tree_.arrays(), store_.view(), incomplete, random));
  }
  /// The ways of queries in whole lane groups.
  [[nodiscard]] auto ways(const std::vector<std::vector<float>>& queries) const -> std::vector<Way> {
    std::vector<Way> found;
    for (const auto& query : queries) found.emplace_back(tree_.arrays(), query.data(), false);
    kernels().walk(found.data(), found.size(), store_.view(), true);
    return found;
  }
  [[nodiscard]] auto sampled() const -> SampledTree { return {&tree_.arrays(), items_}; }
  /// The same tree as the slow visitors see it; valid as long as `tree` is.
  [[nodiscard]] auto root(const SampledTree& tree) const -> Subtree {
    return {tree, store_.view(), tree_.arrays().root};
  }

 private:
  [[nodiscard]] auto kernels() const -> const TreeKernels& { return tree_kernels(store_.view().dimensions); }
  [[nodiscard]] static auto padded(std::span<const float> query) -> std::vector<float> {
    std::vector<float> values(lane_groups(query.size()) * kLanes);
    std::copy(query.begin(), query.end(), values.begin());
    return values;
  }

  PointStore store_;
  RandomCutTree tree_;
  std::vector<Sampler::Item> items_;
};

}  // namespace adcore::testing

// What the kernels say of a tree against what the plain visitors say of it.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "forest/kernel_level.hpp"
#include "forest_streams.hpp"
#include "tree_by_hand.hpp"

#if defined(__x86_64__)
namespace adcore::kernels {
namespace baseline {
auto tree_kernels(std::size_t groups) noexcept -> const TreeKernels&;
}
namespace avx2 {
auto tree_kernels(std::size_t groups) noexcept -> const TreeKernels&;
}
}  // namespace adcore::kernels
#endif

namespace adcore {
namespace {

using testing::TreeByHand;
using testing::wave;

constexpr std::size_t kPoints = 48;

/// A tree that has seen points come, go, and come twice.
auto make_tree(const std::vector<float>& values, std::size_t width, std::uint64_t seed) -> TreeByHand {
  TreeByHand tree(values, width, seed);
  for (PointIndex i = 0; i < 36; ++i) tree.insert(i);
  for (PointIndex i = 0; i < 12; ++i) {
    tree.remove(i);
    tree.insert(36 + i);
  }
  for (PointIndex i = 20; i < 24; ++i) tree.insert(i);
  return tree;
}

/// Near points, far from them, and equal to one.
auto make_queries(const std::vector<float>& values, std::size_t width) -> std::vector<std::vector<float>> {
  std::mt19937 random(5);
  std::uniform_real_distribution<float> jitter(-3.0F, 3.0F);
  std::vector<std::vector<float>> queries{std::vector<float>(width, 60.0F), std::vector<float>(width, -60.0F)};
  for (const std::size_t i : {13U, 22U, 40U}) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(i * width);
    queries.emplace_back(first, first + static_cast<std::ptrdiff_t>(width));
    queries.push_back(queries.back());
    for (float& value : queries.back()) value += jitter(random);
  }
  return queries;
}

/// More than walk down at once.
auto make_many_queries(const std::vector<float>& values, std::size_t width) -> std::vector<std::vector<float>> {
  auto queries = make_queries(values, width);
  for (std::size_t i = 0; queries.size() < 70; ++i) {
    queries.push_back(queries[i]);
    for (float& value : queries.back()) value *= 0.875F;
  }
  return queries;
}

/// score() says that one of them is right.
void expect_scores_together_as_alone(const TreeByHand& tree, const std::vector<std::vector<float>>& queries) {
  const auto together = tree.scores(queries);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    EXPECT_EQ(static_cast<double>(together[i]), tree.score(queries[i])) << "query " << i;
  }
}

auto leaves_below(const TreeArrays& tree, NodeCode code) -> std::set<NodeCode> {
  if (is_leaf(code)) return {code};
  std::set<NodeCode> leaves = leaves_below(tree, tree.nodes[code].child[0]);
  leaves.merge(leaves_below(tree, tree.nodes[code].child[1]));
  return leaves;
}

/// The leaves a way lists at a level; each is listed once.
auto listed(const Way& way, std::uint32_t level) -> std::set<NodeCode> {
  std::set<NodeCode> leaves;
  for (std::uint32_t i = 0; i < way.leaves_beside; ++i) {
    if (way.beside[i].place % Way::kMost != level) continue;
    EXPECT_TRUE(leaves.insert(way.beside[i].code).second);
  }
  return leaves;
}

class TreeKernelsLikeVisitors : public ::testing::TestWithParam<std::size_t> {};

TEST_P(TreeKernelsLikeVisitors, ScoresTogether) {
  const std::size_t width = GetParam();
  const auto values = wave(kPoints, width);
  auto queries = make_many_queries(values, width);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    expect_scores_together_as_alone(make_tree(values, width, seed), queries);
    queries.pop_back();
  }
}

TEST_P(TreeKernelsLikeVisitors, ScoresInManyTrees) {
  const std::size_t width = GetParam();
  const auto values = wave(kPoints, width);
  std::vector<TreeByHand> trees;
  for (std::uint64_t seed = 0; seed < 70; ++seed) trees.push_back(make_tree(values, width, seed));
  TreeByHand leaf(values, width, 0);
  leaf.insert(9);
  for (const auto& also : {TreeByHand(make_tree(values, width, 70)), leaf}) {
    trees.push_back(also);
    for (const auto& query : make_queries(values, width)) {
      const auto scores = TreeByHand::scores(trees, query);
      for (std::size_t i = 0; i < trees.size(); ++i) {
        EXPECT_EQ(static_cast<double>(scores[i]), trees[i].score(query)) << "tree " << i;
      }
    }
  }
}

#if defined(__x86_64__)
TEST_P(TreeKernelsLikeVisitors, ScoresAreTheSameBitsOnEveryInstructionSet) {
  if (kernel_level() < KernelLevel::avx2) GTEST_SKIP() << "this processor has no AVX2 to compare with";
  const std::size_t width = GetParam();
  const std::size_t groups = width <= 32 ? lane_groups(width) : 0;
  const auto values = wave(kPoints, width);
  const auto queries = make_many_queries(values, width);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const TreeByHand tree = make_tree(values, width, seed);
    const auto expected = tree.scores(queries);
    EXPECT_EQ(tree.scores(queries, kernels::baseline::tree_kernels(groups)), expected);
    EXPECT_EQ(tree.scores(queries, kernels::avx2::tree_kernels(groups)), expected);
  }
}
#endif

// Each value is far beyond all before it: nearly every cut parts the last from the rest.
TEST(TreeKernels, ScoresTogetherInATreeDeeperThanAWayCanHold) {
  std::vector<float> values;
  std::vector<std::vector<float>> queries;
  for (float value = 1e-20F; values.size() < 60; value *= 4) {
    values.push_back(value);
    if (values.size() % 5 == 1) queries.push_back({1.5F * value});
  }
  TreeByHand tree(values, 1, 3);
  for (PointIndex i = 0; i < values.size(); ++i) tree.insert(i);
  const SampledTree sampled = tree.sampled();
  ASSERT_GT(trace(tree.root(sampled), queries[0]).steps.size(), Way::kMost);
  expect_scores_together_as_alone(tree, queries);
}

TEST_P(TreeKernelsLikeVisitors, Attribution) {
  const std::size_t width = GetParam();
  const auto values = wave(kPoints, width);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const TreeByHand tree = make_tree(values, width, seed);
    const SampledTree sampled = tree.sampled();
    for (const auto& query : make_queries(values, width)) {
      const Attribution fast = tree.attribution(query);
      Attribution plain{std::vector<double>(width), std::vector<double>(width)};
      add_attribution(trace(tree.root(sampled), query), query, plain);
      for (std::size_t d = 0; d < width; ++d) {
        EXPECT_NEAR(fast.high[d], plain.high[d], 1e-5) << d;
        EXPECT_NEAR(fast.low[d], plain.low[d], 1e-5) << d;
      }
      EXPECT_NEAR(fast.total(), tree.score(query), 1e-5);
    }
  }
}

TEST_P(TreeKernelsLikeVisitors, Completion) {
  const std::size_t width = GetParam();
  const auto values = wave(kPoints, width);
  std::mt19937 random(7);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const TreeByHand tree = make_tree(values, width, seed);
    const SampledTree sampled = tree.sampled();
    for (const auto& query : make_queries(values, width)) {
      std::vector<std::uint8_t> missing(width);
      for (auto& flag : missing) flag = random() % 3 == 0 ? 1 : 0;
      missing[random() % width] = 1;
      for (const double centrality : {1.0, 0.5, 0.0}) {
        const float* fast = tree.completion(query, missing, centrality, seed);
        Random chance(seed);
        const float* plain = complete(tree.root(sampled), query, missing, centrality, chance).leaf;
        EXPECT_TRUE(std::equal(fast, fast + width, plain)) << "seed " << seed << ", centrality " << centrality;
      }
    }
  }
}

TEST_P(TreeKernelsLikeVisitors, Ways) {
  const std::size_t width = GetParam();
  const auto values = wave(kPoints, width);
  auto queries = make_queries(values, width);
  for (auto& query : queries) query.resize(lane_groups(width) * kLanes);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const TreeByHand by_hand = make_tree(values, width, seed);
    const TreeArrays& tree = *by_hand.sampled().tree;
    for (const Way& way : by_hand.ways(queries)) {
      NodeCode code = tree.root;
      std::uint32_t boxed = 0;
      std::size_t beside = 0;
      for (std::uint32_t depth = 0; !is_leaf(code); ++depth) {
        const Node& node = tree.nodes[code];
        const NodeCode next = node.child[way.query[node.cut_dimension] > node.cut_value ? 1 : 0];
        EXPECT_TRUE(way.passes(code, depth));
        if (node.box != kNoBox) {
          ++boxed;
        } else if (way.gathered) {
          const auto leaves = leaves_below(tree, node.sibling(next));
          EXPECT_EQ(listed(way, way.end.depth - 1 - depth), leaves);
          beside += leaves.size();
        }
        code = next;
      }
      EXPECT_EQ(way.end.leaf, code);
      EXPECT_EQ(way.boxed, boxed);
      EXPECT_EQ(way.leaves_beside, beside);
      EXPECT_EQ(way.gathered, width <= 32);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Dimensions, TreeKernelsLikeVisitors, ::testing::Values(1, 2, 8, 11, 33));

}  // namespace
}  // namespace adcore

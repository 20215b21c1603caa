// The forest against the definition: trees that were changed point by point have the law of trees drawn afresh.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "forest_streams.hpp"
#include "reference/cut_tree.hpp"
#include "tree_by_hand.hpp"

namespace adcore {
namespace {

using testing::mean;
using testing::TreeByHand;
using testing::wave;

auto row(const std::vector<float>& values, std::size_t i, std::size_t width) -> reference::Point {
  return {values.begin() + static_cast<std::ptrdiff_t>(i * width),
          values.begin() + static_cast<std::ptrdiff_t>((i + 1) * width)};
}

// Mean and spread over 1 500 trees on each side; a difference of 4.5 standard errors has odds of 1 in 150 000.
void expect_same_law(const std::vector<double>& ours, const std::vector<double>& theirs, const char* what) {
  const auto variance = [](const std::vector<double>& values) {
    double total = 0;
    const double middle = mean(values);
    for (const double value : values) total += (value - middle) * (value - middle);
    return total / static_cast<double>(values.size() - 1);
  };
  const double error = std::sqrt((variance(ours) + variance(theirs)) / static_cast<double>(ours.size()));
  EXPECT_NEAR(mean(ours), mean(theirs), 4.5 * error + 1e-7) << what;
}

class ForestLaw : public ::testing::TestWithParam<std::size_t> {};

TEST_P(ForestLaw, ChangedTreesScoreLikeFreshOnes) {
  const std::size_t width = GetParam();
  constexpr std::size_t kPoints = 40;
  constexpr std::size_t kTrees = 1500;
  const auto values = wave(kPoints, width);
  std::vector<reference::Point> kept;
  for (std::size_t i = 10; i < kPoints; ++i) kept.push_back(row(values, i, width));
  std::mt19937_64 random(17);
  std::vector<float> queries[3] = {std::vector<float>(width, 2.0F),
                                   std::vector<float>(width, 60.0F),
                                   {values.begin() + static_cast<std::ptrdiff_t>(20 * width),
                                    values.begin() + static_cast<std::ptrdiff_t>(21 * width)}};
  std::vector<double> ours[3];
  std::vector<double> theirs[3];
  for (std::size_t t = 0; t < kTrees; ++t) {
    TreeByHand tree(values, width, t);
    for (PointIndex i = 0; i < 30; ++i) tree.insert(i);
    for (PointIndex i = 0; i < 10; ++i) {  // a point goes, a point comes
      tree.remove(i);
      tree.insert(30 + i);
    }
    const auto fresh = reference::draw_tree(kept, random);
    for (std::size_t q = 0; q < 3; ++q) {
      ours[q].push_back(tree.score(queries[q]));
      theirs[q].push_back(reference::score(*fresh, {queries[q].begin(), queries[q].end()}));
    }
  }
  expect_same_law(ours[0], theirs[0], "inside");
  expect_same_law(ours[1], theirs[1], "outside");
  expect_same_law(ours[2], theirs[2], "equal to a point");
}

INSTANTIATE_TEST_SUITE_P(Dimensions, ForestLaw, ::testing::Values(1, 2, 8, 11, 33));

// Three points on a line, a query beyond the last: by hand. The query 3 extends the box [0, 2] by 1: it is cut off at
// the root with probability 1/3. Else the root cut is uniform in [0, 2): below 1 (odds 1/2) it leaves {1, 2}, else
// {2} alone. From {1, 2} it is cut off with 1/2 at depth 1, or reaches the leaf at depth 2.
TEST(ForestLaw, ThreePointsByHand) {
  const std::vector<float> values{0, 1, 2};
  const std::vector<float> query{3};
  std::vector<double> scores;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    TreeByHand tree(values, 1, seed);
    for (const PointIndex i : {2U, 0U, 1U}) tree.insert(i);
    scores.push_back(tree.score(query));
  }
  const double below = 0.5 * (0.5 / 2 + 0.5 / 3) + 0.5 / 2;
  const double expected = (1.0 / 3 + 2.0 / 3 * below) * std::log2(4.0);
  EXPECT_NEAR(mean(scores), expected, 0.01);
}

}  // namespace
}  // namespace adcore

// The law of a compact forest's scores: exactly on a line, and statistically against trees drawn by definition.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "forest/compact_forest_kernel.hpp"
#include "forest/kernel_level.hpp"
#include "tests/naive_forest.hpp"

#if defined(__x86_64__)
namespace adcore::kernels {
namespace baseline {
auto compact_kernel() noexcept -> const CompactKernel&;
}
namespace avx2 {
auto compact_kernel() noexcept -> const CompactKernel&;
}
}  // namespace adcore::kernels
#endif

namespace adcore {
namespace {

using test::Point;
using test::Points;

/// Points laid out for the kernel.
class Columns {
 public:
  explicit Columns(const Points& points) : stride_((points.size() + 63) / 64 * 64), count_(points.size()) {
    const std::size_t dimensions = points.front().size();
    values_.resize(stride_ * dimensions);
    for (std::size_t d = 0; d < dimensions; ++d) {
      lo_.push_back(std::numeric_limits<float>::infinity());
      hi_.push_back(-lo_.back());
      for (std::size_t i = 0; i < count_; ++i) {
        values_[d * stride_ + i] = points[i][d];
        lo_[d] = std::min(lo_[d], points[i][d]);
        hi_[d] = std::max(hi_[d], points[i][d]);
      }
    }
  }

  [[nodiscard]] auto scores(const CompactKernel& kernel, const Point& query, std::size_t trees,
                            std::uint32_t seed = 7) const -> std::vector<float> {
    std::vector<float> result(trees);
    std::vector<std::byte> scratch(kernel.scratch_bytes(lo_.size(), stride_));
    kernel.score({values_.data(), stride_, count_, lo_.size(), lo_.data(), hi_.data()}, query.data(), seed, trees,
                 result.data(), scratch.data());
    return result;
  }
  [[nodiscard]] auto estimate(const Point& query, std::size_t trees) const -> test::Estimate {
    return test::estimate(scores(compact_kernel(), query, trees));
  }

 private:
  std::size_t stride_;
  std::size_t count_;
  std::vector<float> values_;
  std::vector<float> lo_;
  std::vector<float> hi_;
};

auto line(const std::vector<double>& values) -> Points {
  Points points;
  for (const double value : values) points.push_back({static_cast<float>(value)});
  return points;
}

constexpr std::size_t kTrees = 8000;

TEST(CompactKernel, TwoPointsLeaveNothingToChance) {
  const Columns columns(line({0, 1}));
  // Cut off at the root with probability 2 / 3, else one level down.
  EXPECT_NEAR(columns.estimate({3}, 1).mean, 2.0 / 3 + 1.0 / 3 / 2, 1e-6);
  EXPECT_NEAR(columns.estimate({0.25F}, 1).mean, 0.5, 1e-6);
  EXPECT_NEAR(columns.estimate({1}, 1).mean, (1 - 1.0 / 4) / 2, 1e-6);
}

TEST(CompactKernel, CopiesCountAsALeafOfTheirMass) {
  EXPECT_NEAR(Columns(line({0, 0, 1})).estimate({0}, 1).mean, (1 - 2.0 / 6) / (1 + std::log2(3.0)), 1e-6);
  const Points same(200, Point{5, -3});
  EXPECT_NEAR(Columns(same).estimate({5, -3}, 1).mean, 0.5 / std::log2(201.0), 1e-6);
  EXPECT_NEAR(Columns(same).estimate({5, -2}, 1).mean, 1.0, 1e-6);
}

TEST(CompactKernel, ThreePointsAsWorkedOutByHand) {
  const test::Estimate estimate = Columns(line({0, 1, 3})).estimate({5}, kTrees);
  EXPECT_NEAR(estimate.mean, 2.0 / 5 + 3.0 / 5 * 17 / 36, 2e-4);
}

TEST(CompactKernel, HasTheExactExpectationOnALine) {
  std::mt19937_64 random(3);
  for (const std::size_t count : {5U, 24U, 25U, 70U}) {
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i) {
      // Gaps of all sizes, and some copies.
      const double gap = random() % 6 == 0 ? 0.0 : static_cast<double>((1 + random() % 8) << random() % 7);
      values.push_back((values.empty() ? 0.0 : values.back()) + gap);
    }
    const Columns columns(line(values));
    for (const double query : {-50.0, values[0], values[count / 2], values[count / 3] + 0.5, values.back() + 9.0}) {
      const double expected = test::LineScore(values, query).value();
      const test::Estimate estimate = columns.estimate({static_cast<float>(query)}, kTrees);
      EXPECT_NEAR(estimate.mean, expected, 4 * estimate.error + 1e-4) << count << " points, query " << query;
    }
  }
}

struct Cloud {
  std::string name;
  std::size_t count = 0;
  std::size_t dimensions = 0;
  double spread_of_spreads = 0;  // how unlike the dimensions are
  std::size_t clusters = 1;
  bool on_grid = false;  // many equal coordinates and copies
  bool outlier = false;
};

auto draw(const Cloud& cloud) -> Points {
  std::mt19937_64 random(cloud.count + cloud.dimensions);
  std::normal_distribution<double> normal;
  Points points;
  for (std::size_t i = 0; i < cloud.count; ++i) {
    Point point;
    for (std::size_t d = 0; d < cloud.dimensions; ++d) {
      const double scale = std::exp(cloud.spread_of_spreads * static_cast<double>(d % 5));
      double value = scale * normal(random) + 20.0 * static_cast<double>(i % cloud.clusters);
      if (cloud.on_grid) value = std::round(value / 2);
      if (cloud.outlier && i == 0) value += 500;
      point.push_back(static_cast<float>(value));
    }
    points.push_back(point);
  }
  return points;
}

class CompactKernelOnClouds : public ::testing::TestWithParam<Cloud> {};

TEST_P(CompactKernelOnClouds, ScoresLikeTreesDrawnByDefinition) {
  const Points points = draw(GetParam());
  const Columns columns(points);
  Point typical = points[GetParam().count / 2];
  Point near = typical;
  near[0] += 1.5F;
  Point far = typical;
  for (float& value : far) value += 25.0F;
  for (const Point& query : {typical, near, far}) {
    const test::Estimate expected = test::naive_score(points, query, 500);
    const test::Estimate estimate = columns.estimate(query, kTrees);
    EXPECT_NEAR(estimate.mean, expected.mean, 4 * std::hypot(estimate.error, expected.error) + 1e-5);
  }
}

INSTANTIATE_TEST_SUITE_P(Clouds, CompactKernelOnClouds,
                         ::testing::Values(Cloud{"bulk", 256, 8}, Cloud{"unlike", 200, 8, 1.0},
                                           Cloud{"clusters", 256, 3, 0.3, 4}, Cloud{"grid", 256, 4, 0, 2, true},
                                           Cloud{"outlier", 100, 5, 0.5, 1, false, true},
                                           Cloud{"many_points", 700, 2, 1.0, 3}, Cloud{"many_dimensions", 60, 70, 0.2}),
                         [](const auto& info) { return info.param.name; });

TEST(CompactKernel, StratificationSteadiesTheMeanAndKeepsIt) {
  const Points points = draw({"bulk", 256, 8, 0.0, 1, false, false});
  const Columns columns(points);
  std::vector<double> means;
  std::vector<double> singles;
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    const auto scores = columns.scores(compact_kernel(), points[9], 16, seed);
    means.push_back(test::estimate(scores).mean);
    singles.push_back(columns.scores(compact_kernel(), points[9], 1, seed)[0]);
  }
  const test::Estimate together = test::estimate(means);
  const test::Estimate alone = test::estimate(singles);
  EXPECT_NEAR(together.mean, alone.mean, 4 * alone.error);
  EXPECT_LT(together.error, alone.error / 3.5);  // 16 independent trees: a quarter
}

#if defined(__x86_64__)
TEST(CompactKernel, GivesTheSameBitsOnEveryInstructionSet) {
  if (kernel_level() < KernelLevel::avx2) GTEST_SKIP() << "this processor has no AVX2 to compare with";
  const CompactKernel* kernels[] = {&kernels::avx2::compact_kernel(), &compact_kernel()};
  for (const Cloud& cloud : {Cloud{"", 256, 8}, Cloud{"", 90, 11, 1.0}, Cloud{"", 256, 32, 0.2, 3, true},
                             Cloud{"", 20, 1}, Cloud{"", 300, 5, 0.1, 2, false, true}}) {
    const Points points = draw(cloud);
    const Columns columns(points);
    for (Point query : {points[3], points[7], Point(cloud.dimensions, 30.0F)}) {
      query[0] += 0.25F;
      const auto expected = columns.scores(kernels::baseline::compact_kernel(), query, 21);
      for (const CompactKernel* kernel : kernels) {
        const auto scores = columns.scores(*kernel, query, 21);
        for (std::size_t i = 0; i < scores.size(); ++i) {
          EXPECT_EQ(std::bit_cast<std::uint32_t>(scores[i]), std::bit_cast<std::uint32_t>(expected[i]));
        }
      }
    }
  }
}
#endif

}  // namespace
}  // namespace adcore

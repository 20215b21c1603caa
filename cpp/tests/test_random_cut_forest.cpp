// The forest as a whole: what must not matter does not, what is asked agrees with what is scored.
#include <gtest/gtest.h>

#include <algorithm>

#include "adcore/base/error.hpp"
#include "forest_streams.hpp"

namespace adcore {
namespace {

using testing::process;
using testing::steps;
using testing::wave;

auto shingled(std::size_t input_dimensions = 1) -> ForestConfig {
  ForestConfig config;
  config.input_dimensions = input_dimensions;
  config.shingle_size = 8;
  config.number_of_trees = 12;
  config.sample_size = 64;
  return config;
}

// One seed and one stream; every way to feed and to store must give the same scores and the same bytes.
TEST(RandomCutForest, KnobsOfSpeedChangeNothing) {
  for (const std::size_t width : {1U, 3U, 5U}) {
    const auto rows = width == 3 ? steps(1500, width) : wave(1500, width);
    RandomCutForest first(shingled(width));
    const auto expected = process(first, rows, 1500);
    const auto bytes = first.to_bytes();
    EXPECT_GT(*std::max_element(expected.begin(), expected.end()), 1.0) << "the run was trivial";
    for (const std::size_t batch : {1U, 7U, 256U}) {
      RandomCutForest forest(shingled(width));
      EXPECT_EQ(process(forest, rows, batch), expected) << "batches of " << batch;
      EXPECT_EQ(forest.to_bytes(), bytes);
    }
    for (const std::size_t threads : {2U, 5U}) {
      RandomCutForest forest(shingled(width));
      EXPECT_EQ(process(forest, rows, 1500, threads), expected) << threads << " threads";
      EXPECT_EQ(forest.to_bytes(), bytes);
    }
    for (const double fraction : {0.0, 0.05, 0.3, 1.0}) {
      ForestConfig config = shingled(width);
      config.bounding_box_cache_fraction = fraction;
      RandomCutForest forest(config);
      EXPECT_EQ(process(forest, rows, 100), expected) << "cache fraction " << fraction;
    }
  }
}

TEST(RandomCutForest, CacheFractionCanChangeWhileRunning) {
  const auto rows = wave(2000);
  RandomCutForest steady(shingled());
  RandomCutForest changing(shingled());
  const auto expected = process(steady, rows, 100);
  std::vector<double> scores(rows.size());
  std::size_t from = 0;
  for (const double fraction : {0.0, 1.0, 0.2, 0.6, 0.0, 0.1, 1.0, 0.5, 0.0, 1.0}) {
    changing.set_bounding_box_cache_fraction(fraction);
    changing.process(std::span(rows).subspan(from, 200), std::span(scores).subspan(from, 200), 1);
    from += 200;
  }
  EXPECT_EQ(scores, expected);
}

TEST(RandomCutForest, FewerBoxesTakeLessMemory) {
  ForestConfig lean = shingled();
  lean.bounding_box_cache_fraction = 0.1;
  RandomCutForest large(shingled());
  RandomCutForest small(lean);
  process(large, wave(1000), 1000);
  process(small, wave(1000), 1000);
  EXPECT_LT(small.memory_bytes(), large.memory_bytes());
}

TEST(RandomCutForest, ScoreThenUpdateIsProcess) {
  const auto rows = wave(1200, 2);
  RandomCutForest together(shingled(2));
  RandomCutForest apart(shingled(2));
  const auto expected = process(together, rows, 1200);
  std::vector<float> point(apart.dimensions());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto row = std::span(rows).subspan(2 * i, 2);
    apart.shingled_point(row, point);
    ASSERT_EQ(apart.score(point), expected[i]) << i;
    apart.update(row, true);
  }
  EXPECT_EQ(apart.to_bytes(), together.to_bytes());
}

TEST(RandomCutForest, AttributionSumsToTheScore) {
  RandomCutForest forest(shingled(2));
  process(forest, wave(1500, 2), 1500);
  std::vector<float> point(forest.shingle().begin(), forest.shingle().end());
  for (const float shift : {0.0F, 0.5F, 100.0F, -100.0F}) {
    point[15] += shift;
    const Attribution attribution = forest.attribution(point);
    EXPECT_NEAR(attribution.total(), forest.score(point), 1e-5 * forest.score(point));
  }
}

TEST(RandomCutForest, AttributionBlamesTheDimensionAndTheSide) {
  RandomCutForest forest(shingled(2));
  process(forest, wave(1500, 2), 1500);
  std::vector<float> point(forest.shingle().begin(), forest.shingle().end());
  point[11] -= 50;
  const Attribution attribution = forest.attribution(point);
  EXPECT_GT(attribution.low[11], 0.8 * attribution.total());
}

TEST(RandomCutForest, NoScoresBeforeOutputAfter) {
  ForestConfig config = shingled();
  config.output_after = 100;
  RandomCutForest forest(config);
  const auto scores = process(forest, wave(300), 300);
  // The first point is complete with row 7, so 100 points are learned after row 106.
  EXPECT_TRUE(std::all_of(scores.begin(), scores.begin() + 107, [](double score) { return score == 0; }));
  EXPECT_TRUE(std::all_of(scores.begin() + 107, scores.end(), [](double score) { return score > 0; }));
}

TEST(RandomCutForest, ASpikeStandsOut) {
  RandomCutForest forest(shingled());
  const auto scores = process(forest, wave(3000), 3000);
  const auto highest = std::max_element(scores.begin(), scores.end()) - scores.begin();
  EXPECT_GE(highest, 2700);
  EXPECT_LT(highest, 2708);
}

// Four values, shingle 2: most points are copies of others.
TEST(RandomCutForest, CopiesAreCounted) {
  ForestConfig config = shingled();
  config.shingle_size = 2;
  RandomCutForest forest(config);
  process(forest, steps(3000), 100);
  const std::vector<float> known{1, 2};
  const std::vector<float> unknown{9, -9};
  EXPECT_LT(forest.score(known), 1.0);
  EXPECT_GT(forest.score(unknown), 2.0);
  EXPECT_EQ(RandomCutForest::from_bytes(forest.to_bytes())->score(known), forest.score(known));
}

// A constant series: one leaf with all the mass. (1 - 64/128) / (0 + log2(65)) * log2(65) = 1/2, exactly.
TEST(RandomCutForest, ConstantSeries) {
  RandomCutForest forest(shingled());
  const std::vector<float> rows(2000, 5.0F);
  const auto scores = process(forest, rows, 100);
  EXPECT_NEAR(scores.back(), 0.5, 1e-6);
  EXPECT_NEAR(forest.score(std::vector<float>(8, 6.0F)), std::log2(65.0), 1e-5) << "cut off at the root, depth 1";
}

TEST(RandomCutForest, DisplacementOfAnOutlier) {
  RandomCutForest forest(shingled());
  process(forest, wave(1000), 1000);
  const std::vector<float> inside(forest.shingle().begin(), forest.shingle().end());
  const std::vector<float> outside(8, 1e6F);
  EXPECT_LT(forest.displacement(inside), 40);
  EXPECT_NEAR(forest.displacement(outside), 64, 0.1) << "alone against the whole sample of 64";
}

TEST(RandomCutForest, ImputesWhatUsuallyFollows) {
  ForestConfig config = shingled();
  config.number_of_trees = 50;
  RandomCutForest forest(config);
  std::vector<float> rows(3000);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>(i % 4);
  process(forest, rows, 3000);
  std::vector<float> point{0, 1, 2, 3, 0, 1, 2, 99};
  const std::vector<std::uint32_t> missing{7};
  EXPECT_EQ(forest.impute(point, missing, 1.0).value[7], 3.0F);
  const Extrapolation next = forest.extrapolate(6, 1.0);
  EXPECT_EQ(next.value, (std::vector<float>{0, 1, 2, 3, 0, 1})) << "the last row was 3";
}

TEST(RandomCutForest, ExtrapolatesWithRotation) {
  ForestConfig config = shingled();
  config.internal_rotation = true;
  RandomCutForest forest(config);
  std::vector<float> rows(2000);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>(i % 4);
  process(forest, rows, 100);
  EXPECT_EQ(forest.extrapolate(5, 1.0).value, (std::vector<float>{0, 1, 2, 3, 0}));
}

TEST(RandomCutForest, NearNeighborsAreNearAndSorted) {
  RandomCutForest forest(shingled());
  process(forest, wave(1500), 1500);
  const std::vector<float> point(forest.shingle().begin(), forest.shingle().end());
  const auto neighbors = forest.near_neighbors(point, 3.0);
  ASSERT_FALSE(neighbors.empty());
  for (std::size_t i = 0; i < neighbors.size(); ++i) {
    EXPECT_LE(neighbors[i].distance, 3.0);
    if (i > 0) {
      EXPECT_GE(neighbors[i].distance, neighbors[i - 1].distance);
    }
  }
  EXPECT_TRUE(forest.near_neighbors(std::vector<float>(8, 1e6F), 3.0).empty());
}

TEST(RandomCutForest, DensityIsHigherWhereThePointsAre) {
  ForestConfig config = shingled();
  config.shingle_size = 1;
  config.input_dimensions = 2;
  RandomCutForest forest(config);
  process(forest, wave(1500, 2), 1500);
  EXPECT_GT(forest.density(std::vector<float>{3, 3}).value(), 10 * forest.density(std::vector<float>{40, 40}).value());
  const Density density = forest.density(std::vector<float>{40, 3});
  EXPECT_NEAR(density.directional().total(), density.value(), 1e-9);
}

TEST(RandomCutForest, RowsThatAreNotSampledMoveTheShingleOnly) {
  RandomCutForest forest(shingled());
  process(forest, wave(500), 500);
  const auto before = forest.score(std::vector<float>(8, 3.0F));
  for (int i = 0; i < 300; ++i) forest.update(std::vector<float>{3.0F}, false);
  EXPECT_EQ(forest.score(std::vector<float>(8, 3.0F)), before);
  EXPECT_EQ(forest.shingle()[7], 3.0F);
  EXPECT_EQ(forest.total_updates(), 800U);
}

TEST(RandomCutForest, FasterDecayForgetsFaster) {
  RandomCutForest slow(shingled());
  RandomCutForest fast(shingled());
  process(slow, wave(2000), 2000);
  process(fast, wave(2000), 2000);
  fast.set_time_decay(0.2);
  std::vector<float> elsewhere(100);
  for (std::size_t i = 0; i < elsewhere.size(); ++i) elsewhere[i] = 100 + static_cast<float>(i % 7);
  EXPECT_LT(process(fast, elsewhere, 100).back(), process(slow, elsewhere, 100).back());
  EXPECT_THROW(fast.set_time_decay(-1), InvalidArgument);
}

// Keys are rebased every 32 / decay rows: here several hundred times.
TEST(RandomCutForest, RunsOnForever) {
  ForestConfig config = shingled();
  config.time_decay = 0.5;
  RandomCutForest forest(config);
  const auto scores = process(forest, wave(30'000), 1000);
  EXPECT_TRUE(std::all_of(scores.begin() + 100, scores.end(), [](double score) { return score > 0 && score < 8; }));
  RandomCutForest again(config);
  EXPECT_EQ(process(again, wave(30'000), 77), scores);
}

TEST(RandomCutForest, ValuesOutOfRangeAreRefusedAndNothingIsLearned) {
  RandomCutForest forest(shingled());
  process(forest, wave(500), 500);
  const auto bytes = forest.to_bytes();
  std::vector<double> scores(2);
  for (const float bad : {NAN, INFINITY, -INFINITY, 2e30F}) {
    const std::vector<float> rows{1.0F, bad};
    EXPECT_THROW(forest.process(rows, scores, 1), InvalidArgument);
    EXPECT_THROW(forest.update(std::vector<float>{bad}, true), InvalidArgument);
    EXPECT_THROW(static_cast<void>(forest.score(std::vector<float>(8, bad))), InvalidArgument);
  }
  EXPECT_EQ(forest.to_bytes(), bytes);
}

TEST(RandomCutForest, HugeValuesStayFinite) {
  RandomCutForest forest(shingled());
  std::vector<float> rows = wave(600);
  for (std::size_t i = 300; i < 600; i += 7) rows[i] = i % 2 == 0 ? 1e30F : -1e30F;
  for (const double score : process(forest, rows, 600)) EXPECT_TRUE(std::isfinite(score));
}

TEST(ForestConfig, NamesTheFieldThatIsWrong) {
  const auto message = [](auto change) {
    ForestConfig config;
    change(config);
    try {
      config.validate();
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message([](ForestConfig& c) { c.sample_size = 0; }),
            "sample_size = 0 is not allowed: it must be in 1 to 32768");
  EXPECT_EQ(message([](ForestConfig& c) { c.time_decay = -0.5; }),
            "time_decay = -0.5 is not allowed: it must be in [0, 1]");
  EXPECT_EQ(message([](ForestConfig& c) {
              c.input_dimensions = 10'000;
              c.shingle_size = 8;
            }),
            "dimensions (input_dimensions * shingle_size) = 80000 is not allowed: it must be in 1 to 65535");
  EXPECT_EQ(message([](ForestConfig&) {}), "accepted");
}

}  // namespace
}  // namespace adcore

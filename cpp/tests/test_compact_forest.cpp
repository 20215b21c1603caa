#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/forest/compact_forest.hpp"
#include "forest/compact_forest_kernel.hpp"
#include "forest/compact_forest_reader.hpp"
#include "taxi_rides.hpp"

namespace adcore {
namespace {

auto small_forest(std::size_t shingle_size = 4) -> ForestConfig {
  ForestConfig config;
  config.shingle_size = shingle_size;
  config.number_of_trees = kCompactTrees;
  config.sample_size = 64;
  return config;
}

/// A wave with noise, and a jump to 30 at the rows listed.
auto wave_with_spikes(std::size_t rows, const std::vector<std::size_t>& spikes = {}) -> std::vector<float> {
  std::mt19937_64 random(11);
  std::normal_distribution<double> noise(0, 0.3);
  std::vector<float> values;
  for (std::size_t i = 0; i < rows; ++i) {
    values.push_back(static_cast<float>(5 * std::sin(static_cast<double>(i) * 0.3) + noise(random)));
  }
  for (const std::size_t spike : spikes) values[spike] = 30;
  return values;
}

auto process(Forest& forest, std::span<const float> rows) -> std::vector<double> {
  std::vector<double> scores(rows.size() / forest.config().row_size());
  forest.process(rows, scores);
  return scores;
}

auto point_with(const Forest& forest, float value) -> std::vector<float> {
  std::vector<float> point(forest.dimensions());
  forest.shingled_point(std::span(&value, 1), point);
  return point;
}

TEST(CompactForest, FindsASpike) {
  CompactForest forest(small_forest());
  const auto scores = process(forest, wave_with_spikes(1000, {800}));
  double most = 0;
  for (std::size_t i = 100; i < 800; ++i) most = std::max(most, scores[i]);
  EXPECT_GT(scores[800], 1.5 * most);
}

TEST(CompactForest, IsSilentUntilReady) {
  ForestConfig config = small_forest();
  config.output_after = 20;
  CompactForest forest(config);
  const auto scores = process(forest, wave_with_spikes(40));
  for (std::size_t i = 0; i < 23; ++i) EXPECT_EQ(scores[i], 0) << i;  // 3 rows fill the shingle but for one
  for (std::size_t i = 23; i < 40; ++i) EXPECT_GT(scores[i], 0) << i;
  EXPECT_TRUE(forest.is_ready());
  EXPECT_EQ(forest.total_updates(), 40U);
}

TEST(CompactForest, AnswersNothingBeforeItIsReady) {
  const CompactForest forest(small_forest());
  const std::vector<float> point(4, 1.0F);
  EXPECT_EQ(forest.score(point), 0);
  EXPECT_EQ(forest.displacement(point), 0);
  EXPECT_EQ(forest.attribution(point).total(), 0);
  EXPECT_TRUE(forest.near_neighbors(point, 1e9).empty());
}

TEST(CompactForest, GivesTheSameForAnySplitIntoCalls) {
  const auto rows = wave_with_spikes(700, {300, 301});
  CompactForest whole(small_forest());
  const auto expected = process(whole, rows);
  CompactForest parts(small_forest());
  CompactForest singly(small_forest());
  std::vector<double> scores;
  for (std::size_t from = 0; from < rows.size(); from += 37) {
    const auto some = process(parts, std::span(rows).subspan(from, std::min<std::size_t>(37, rows.size() - from)));
    scores.insert(scores.end(), some.begin(), some.end());
  }
  EXPECT_EQ(scores, expected);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(singly.score(point_with(singly, rows[i])), expected[i]) << i;
    singly.update(std::span(&rows[i], 1), true);
  }
  EXPECT_EQ(parts.to_bytes(), whole.to_bytes());
  EXPECT_EQ(singly.to_bytes(), whole.to_bytes());
}

TEST(CompactForest, IsTheSamplerAndTheKernelAndNoMore) {
  const ForestConfig config = small_forest(1);
  CompactForest forest(config);
  CompactSample sample(1, 1, config.sample_size);
  Sampler sampler(config.sample_size, config.initial_accept_fraction);
  DecayClock clock(config.resolved_time_decay());
  Random random(config.seed);
  CompactReader reader(config, compact_kernel());
  const auto rows = wave_with_spikes(6000);
  std::size_t acceptances = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = std::span(&rows[i], 1);
    forest.update(row, true);
    clock.tick();
    if (i + 1 >= sampler.next_acceptance()) {
      const auto decision = sampler.offer(i + 1, clock, random);
      if (decision.accepted) {
        acceptances += i >= 2000 ? 1 : 0;
        const auto slot = decision.evicted ? decision.evicted_point : static_cast<PointIndex>(sample.size());
        sample.put(slot, row);
        sampler.add(slot, i + 1, clock, random);
      }
    }
    if (clock.needs_rebase()) sampler.rebase(clock.rebase());
    if (i < 100 || i % 97 != 0) continue;
    std::vector<float> query = {rows[i] + 0.5F};
    sample.round(query);
    reader.read(sample);
    EXPECT_EQ(forest.score(std::vector<float>{rows[i] + 0.5F}), reader.score(query));
  }
  // Weights grow by a tenth per 64 rows: a full sample of 64 takes a tenth of the rows.
  EXPECT_NEAR(static_cast<double>(acceptances), 0.0975 * 4000, 80);
}

TEST(CompactForest, AConstantStreamScoresAsOneLeaf) {
  CompactForest forest(small_forest());
  const auto scores = process(forest, std::vector<float>(500, 3.25F));
  EXPECT_NEAR(scores.back(), 0.5, 1e-6);  // (1 - 1/2) / log2(n + 1) times log2(n + 1)
  EXPECT_NEAR(forest.score(point_with(forest, 4.0F)), std::log2(65.0), 1e-5);
}

TEST(CompactForest, RefusesMissingAndEndlessValuesAndStaysAsItWas) {
  CompactForest forest(small_forest());
  process(forest, wave_with_spikes(200));
  const auto before = forest.to_bytes();
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 2e30F}) {
    EXPECT_THROW(forest.update(std::span(&bad, 1), true), InvalidArgument);
    const std::vector<float> rows = {1.0F, bad};
    std::vector<double> scores(2);
    EXPECT_THROW(forest.process(rows, scores, 1), InvalidArgument);
    EXPECT_THROW((void)forest.score(std::vector<float>{1, 2, bad, 4}), InvalidArgument);
  }
  EXPECT_THROW((void)forest.score(std::vector<float>(3)), InvalidArgument);
  EXPECT_THROW(forest.update(std::vector<float>(2), true), InvalidArgument);
  std::vector<double> scores(3);
  EXPECT_THROW(forest.process(wave_with_spikes(2), scores, 1), InvalidArgument);
  EXPECT_THROW(forest.set_time_decay(-1), InvalidArgument);
  EXPECT_EQ(forest.to_bytes(), before);
}

TEST(CompactForest, AttributionSumsToTheScoreAndPointsAtTheCause) {
  CompactForest forest(small_forest());
  process(forest, wave_with_spikes(600));
  const auto high = point_with(forest, 30.0F);
  const Attribution up = forest.attribution(high);
  EXPECT_NEAR(up.total(), forest.score(high), 1e-9);
  EXPECT_GT(up.high[3], 0.8 * up.total());
  const Attribution down = forest.attribution(point_with(forest, -30.0F));
  EXPECT_GT(down.low[3], 0.8 * down.total());
}

TEST(CompactForest, ImputesAndExtrapolatesTheWave) {
  CompactForest forest(small_forest(8));
  process(forest, wave_with_spikes(2000));
  const Extrapolation future = forest.extrapolate(10, 1.0);
  double error = 0;
  for (std::size_t i = 0; i < 10; ++i) {
    const double expected = 5 * std::sin(static_cast<double>(2000 + i) * 0.3);
    error += std::fabs(static_cast<double>(future.value[i]) - expected) / 10;
  }
  EXPECT_LT(error, 2.0);  // the mean distance of two points of the wave_with_spikes is 4
}

TEST(CompactForest, NeighborsAndDensityFollowThePoints) {
  CompactForest forest(small_forest());
  process(forest, wave_with_spikes(600));
  const auto usual = point_with(forest, static_cast<float>(5 * std::sin(600 * 0.3)));
  const auto strange = point_with(forest, 30.0F);
  EXPECT_FALSE(forest.near_neighbors(usual, 3.0).empty());
  EXPECT_TRUE(forest.near_neighbors(strange, 3.0).empty());
  EXPECT_GT(forest.density(usual).value(), forest.density(strange).value());
  EXPECT_GT(forest.displacement(strange), forest.displacement(usual));
}

TEST(CompactForest, SnapshotsGoOnAsIfNothingHadHappened) {
  for (const std::size_t rows : {0U, 3U, 30U, 900U}) {
    CompactForest forest(small_forest());
    process(forest, wave_with_spikes(rows));
    const auto bytes = forest.to_bytes();
    const auto loaded = forest_from_bytes(bytes);
    const auto copy = forest.clone();
    EXPECT_EQ(loaded->to_bytes(), bytes);
    const auto more = wave_with_spikes(400, {200});
    const auto expected = process(forest, more);
    EXPECT_EQ(process(*loaded, more), expected);
    EXPECT_EQ(process(*copy, more), expected);
    EXPECT_EQ(loaded->to_bytes(), forest.to_bytes());
  }
}

TEST(CompactForest, DamagedSnapshotsAreRefused) {
  CompactForest forest(small_forest());
  process(forest, wave_with_spikes(300));
  const auto bytes = forest.to_bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] ^= std::byte{0x10};
    EXPECT_THROW((void)CompactForest::from_bytes(damaged), SnapshotError) << i;
  }
  EXPECT_THROW((void)CompactForest::from_bytes(std::span(bytes).first(bytes.size() - 1)), SnapshotError);
}

TEST(CompactForest, AModelOfAnEntityTakesLessThanEightKilobytes) {
  ForestConfig config;
  config.shingle_size = 8;
  config.number_of_trees = 30;
  CompactForest forest(config);
  process(forest, wave_with_spikes(10'000));
  EXPECT_LT(forest.memory_bytes(), 8000U);
  EXPECT_LT(forest.to_bytes().size(), 6500U);
}

TEST(CompactForest, TakesPointsOfManyDimensions) {
  ForestConfig config = small_forest(1);
  config.input_dimensions = 1500;
  CompactForest forest(config);
  std::mt19937_64 random(5);
  std::normal_distribution<float> normal;
  std::vector<float> row(1500);
  for (int i = 0; i < 100; ++i) {
    for (float& value : row) value = normal(random);
    forest.update(row, true);
  }
  const double usual = forest.score(row);
  for (float& value : row) value += 8.0F;
  EXPECT_GT(forest.score(row), 2 * usual);
}

TEST(CompactForest, ChangesItsMemoryWithTheDecay) {
  ForestConfig config = small_forest(1);
  CompactForest quick(config);
  CompactForest slow(config);
  process(quick, wave_with_spikes(500));
  process(slow, wave_with_spikes(500));
  quick.set_time_decay(0.1);
  slow.set_time_decay(0.0);
  const std::vector<float> moved(60, 40.0F);
  process(quick, moved);
  process(slow, moved);
  EXPECT_LT(quick.score(std::vector<float>{40.0F}), 0.8);
  EXPECT_GT(slow.score(std::vector<float>{40.0F}), 1.0);
}

auto mean_of(const std::vector<double>& scores, std::size_t from) -> double {
  double total = 0;
  for (std::size_t i = from; i < scores.size(); ++i) total += scores[i];
  return total / static_cast<double>(scores.size() - from);
}

auto correlation(const std::vector<double>& a, const std::vector<double>& b, std::size_t from) -> double {
  const double mean_a = mean_of(a, from);
  const double mean_b = mean_of(b, from);
  double aa = 0;
  double bb = 0;
  double ab = 0;
  for (std::size_t i = from; i < a.size(); ++i) {
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
    ab += (a[i] - mean_a) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

TEST(CompactForest, ScoresAsAForestOfResidentTreesDoes) {
  ForestConfig config;
  config.shingle_size = 8;
  const auto rows = wave_with_spikes(6000, {3000, 3001, 4500});
  const auto resident = process(*make_random_cut_forest(config), rows);
  std::vector<double> compact(rows.size());
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    config.seed = seed;
    config.number_of_trees = 16;
    const auto scores = process(*make_compact_forest(config), rows);
    for (std::size_t i = 0; i < rows.size(); ++i) compact[i] += scores[i] / 5;
  }
  EXPECT_NEAR(mean_of(compact, 1000), mean_of(resident, 1000), 0.02);
  EXPECT_GT(correlation(compact, resident, 1000), 0.95);
}

// The statistics of the field's forest on the taxi rides of New York, 50 trees of 256 points, from row 1 000 on: mean
// score 0.794, highest 2.52 at row 5 956 to 5 961.
TEST(CompactForest, HasThePublishedStatisticsOfTheTaxiRides) {
  const auto rides = testing::taxi_rides();
  if (rides.empty()) GTEST_SKIP() << "ADCORE_SHARED does not lead to quality/equivalence/nyc_taxi.csv";
  const std::vector<float> rows(rides.begin(), rides.end());
  ForestConfig config;
  config.shingle_size = 8;
  config.number_of_trees = 16;
  double mean = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    config.seed = seed;
    const auto scores = process(*make_compact_forest(config), rows);
    mean += mean_of(scores, 1000) / 5;
    const auto top = std::max_element(scores.begin() + 1000, scores.end());
    EXPECT_NEAR(*top, 2.5, 0.35);
    EXPECT_NEAR(static_cast<double>(top - scores.begin()), 5958, 6);
  }
  EXPECT_NEAR(mean, 0.793, 0.015);
}

}  // namespace
}  // namespace adcore

// The results of an entity depend on its rows alone.
#include "adcore/entity/entity_cache.hpp"

#include <gtest/gtest.h>

#include <set>

#include "adcore/base/error.hpp"
#include "entity_rows.hpp"

namespace adcore {
namespace {

using test::CheckpointTable;
using test::feed;
using test::OwnedResults;
using test::OwnedRows;
using test::small_cache_config;
using test::waves;

void expect_equal(const OwnedResults& found, const OwnedResults& expected) {
  EXPECT_EQ(found.score, expected.score);
  EXPECT_EQ(found.grade, expected.grade);
  EXPECT_EQ(found.confidence, expected.confidence);
  EXPECT_EQ(found.threshold, expected.threshold);
  EXPECT_EQ(found.status, expected.status);
  EXPECT_EQ(found.correction, expected.correction);
  EXPECT_EQ(found.anomalies.row, expected.anomalies.row);
  EXPECT_EQ(found.anomalies.columns.attribution, expected.anomalies.columns.attribution);
  EXPECT_EQ(found.anomalies.columns.past, expected.anomalies.columns.past);
  EXPECT_EQ(found.anomalies.columns.anomaly_start, expected.anomalies.columns.anomaly_start);
}

// What a forest for each entity gives, without any cache.
auto one_forest_each(const EntityCacheConfig& config, const OwnedRows& rows) -> OwnedResults {
  OwnedResults results(rows.ids.size());
  std::map<std::uint64_t, ThresholdedForest> forests;
  for (std::size_t i = 0; i < rows.ids.size(); ++i) {
    ThresholdedForestConfig own = config.model;
    own.forest.seed = derive_seed(config.model.forest.seed, rows.ids[i]);
    auto& forest = forests.try_emplace(rows.ids[i], own).first->second;
    const Detection detection = forest.process_row(std::span(rows.values).subspan(2 * i, 2), rows.timestamps[i]);
    results.score[i] = detection.score;
    results.grade[i] = detection.grade;
    results.confidence[i] = detection.confidence;
    results.threshold[i] = detection.threshold;
    results.status[i] = static_cast<std::uint8_t>(detection.status);
    results.correction[i] = static_cast<std::uint8_t>(detection.correction);
    if (detection.grade > 0) {
      results.anomalies.row.push_back(i);
      results.anomalies.columns.append(detection);
    }
  }
  return results;
}

auto feed_all(const EntityCacheConfig& config, const OwnedRows& rows, std::size_t batch, std::size_t threads,
              std::uint64_t* evicted = nullptr) -> OwnedResults {
  OwnedResults results(rows.ids.size());
  EntityCache cache(config);
  CheckpointTable table;
  for (std::size_t first = 0; first < rows.ids.size(); first += batch) {
    feed(cache, rows, first, std::min(batch, rows.ids.size() - first), results, table, threads);
  }
  if (evicted != nullptr) *evicted = cache.profile().evicted;
  return results;
}

struct Options {
  const char* name;
  Mode mode;
  TransformMethod transform;
  bool adjust;
};

void PrintTo(const Options& options, std::ostream* out) { *out << options.name; }

class EntityCacheResults : public ::testing::TestWithParam<Options> {
 protected:
  [[nodiscard]] static auto config() -> EntityCacheConfig {
    EntityCacheConfig config = small_cache_config();
    config.model.mode = GetParam().mode;
    config.model.transform = GetParam().transform;
    config.model.auto_adjust = config.model.alert_once = GetParam().adjust;
    return config;
  }
};

TEST_P(EntityCacheResults, are_those_of_a_forest_each) {
  const OwnedRows rows = waves(20, 150);
  const OwnedResults expected = one_forest_each(config(), rows);
  ASSERT_GT(expected.anomalies.row.size(), 20U) << "the streams must have anomalies";
  expect_equal(feed_all(config(), rows, 190, 1), expected);
}

// Few models fit, so that nearly every row moves models out of memory and back.
TEST_P(EntityCacheResults, do_not_depend_on_the_budget) {
  const OwnedRows rows = waves(60, 80);
  const OwnedResults expected = one_forest_each(config(), rows);
  EntityCacheConfig tiny = config();
  tiny.byte_budget = test::tiny_budget(tiny);
  std::uint64_t evicted = 0;
  expect_equal(feed_all(tiny, rows, 190, 1, &evicted), expected);
  EXPECT_GT(evicted, rows.ids.size() / 2);
  expect_equal(feed_all(tiny, rows, 7, 3, &evicted), expected);
  EXPECT_GT(evicted, rows.ids.size() / 2);
}

TEST_P(EntityCacheResults, do_not_depend_on_threads) {
  const OwnedRows rows = waves(250, 40);
  const OwnedResults expected = feed_all(config(), rows, rows.ids.size(), 1);
  expect_equal(feed_all(config(), rows, rows.ids.size(), 3), expected);  // the rows of an entity lie far apart
  expect_equal(feed_all(config(), rows, 250, 2), expected);              // mostly one row an entity
}

INSTANTIATE_TEST_SUITE_P(All, EntityCacheResults,
                         ::testing::Values(Options{"default", Mode::standard, TransformMethod::normalize, false},
                                           Options{"adjust", Mode::standard, TransformMethod::normalize, true},
                                           Options{"plain", Mode::standard, TransformMethod::none, false},
                                           Options{"time", Mode::time_augmented, TransformMethod::difference, false},
                                           Options{"impute", Mode::streaming_impute,
                                                   TransformMethod::normalize_difference, true}));

// A warm-up feeds the rows of one entity one after the other: a model is loaded once for them all.
TEST(EntityCache, takes_all_rows_of_an_entity_at_once) {
  const OwnedRows mixed = waves(120, 60);
  OwnedRows sorted;
  std::vector<std::size_t> order(mixed.ids.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return mixed.ids[a] < mixed.ids[b]; });
  for (const std::size_t i : order) {
    sorted.ids.push_back(mixed.ids[i]);
    sorted.timestamps.push_back(mixed.timestamps[i]);
    sorted.values.insert(sorted.values.end(), {mixed.values[2 * i], mixed.values[2 * i + 1]});
  }
  const OwnedResults expected = feed_all(small_cache_config(), mixed, 120, 1);
  for (const std::size_t threads : {1, 4}) {
    const OwnedResults found = feed_all(small_cache_config(), sorted, sorted.ids.size(), threads);
    for (std::size_t i = 0; i < order.size(); ++i) ASSERT_EQ(found.score[i], expected.score[order[i]]);
  }
}

TEST(EntityCache, gives_the_model_of_an_entity) {
  const EntityCacheConfig config = small_cache_config();
  const OwnedRows rows = waves(5, 100);
  EntityCache cache(config);
  OwnedResults results(rows.ids.size());
  CheckpointTable table;
  const std::size_t half = rows.ids.size() / 2;
  feed(cache, rows, 0, half, results, table);
  std::map<std::uint64_t, ThresholdedForest> models;
  for (const std::uint64_t id : std::set(rows.ids.begin(), rows.ids.end())) models.emplace(id, cache.model(id));
  feed(cache, rows, half, rows.ids.size() - half, results, table);
  for (std::size_t i = half; i < rows.ids.size(); ++i) {
    auto& model = models.at(rows.ids[i]);
    ASSERT_EQ(model.process_row(std::span(rows.values).subspan(2 * i, 2), rows.timestamps[i]).score, results.score[i]);
  }
  EXPECT_THROW(static_cast<void>(cache.model(1)), InvalidArgument);
}

TEST(EntityCache, refuses_rows_as_a_whole) {
  EntityCache cache(small_cache_config());
  const std::vector<std::uint64_t> ids{1, 2};
  const std::vector<std::int64_t> times{0};
  const std::vector<double> good{1, 2, 3, 4};
  const std::vector<double> infinite{1, 2, 3, HUGE_VAL};
  EXPECT_THROW(static_cast<void>(cache.begin({ids, infinite, times})), InvalidArgument);
  EXPECT_THROW(static_cast<void>(cache.begin({ids, std::span(good).first(3), times})), InvalidArgument);
  EXPECT_THROW(static_cast<void>(cache.begin({ids, good, std::span(times).first(0)})), InvalidArgument);
  EXPECT_EQ(cache.profile().entities, 0U);
  OwnedResults results(2);
  EXPECT_THROW(cache.process({ids, good, times}, results.part(0, 2)), InvalidState);
  ASSERT_EQ(cache.begin({ids, good, times}).missing, ids);
  EXPECT_THROW(cache.process({ids, good, times}, results.part(0, 1)), InvalidArgument);
  cache.process({ids, good, times}, results.part(0, 2));
  EXPECT_EQ(cache.profile().active, 2U);
}

TEST(EntityCache, gives_up_a_round_that_was_not_processed) {
  EntityCache cache(small_cache_config());
  const std::vector<std::uint64_t> ids{1, 2};
  const std::vector<std::int64_t> times{0};
  const std::vector<double> values{1, 2, 3, 4};
  ASSERT_EQ(cache.begin({ids, values, times}).missing.size(), 2U);
  EXPECT_EQ(cache.profile().awaited, 2U);
  ASSERT_EQ(cache.begin({std::span(ids).first(1), std::span(values).first(2), times}).missing.size(), 1U);
  EXPECT_EQ(cache.profile().awaited, 1U);
  EXPECT_EQ(cache.profile().inactive, 1U);
  EXPECT_TRUE(cache.take_checkpoints(10).ids.empty());
  EXPECT_EQ(cache.profile().active, 0U);
}

// What had changed before a pass began is taken when the next one begins.
TEST(EntityCache, PassesOfCheckpointsLeaveNothingOut) {
  EntityCache cache(small_cache_config());
  const OwnedRows rows = waves(50, 20);
  OwnedResults results(rows.ids.size());
  CheckpointTable table;
  feed(cache, rows, 0, 500, results, table);
  EXPECT_EQ(cache.profile().passes, 0U);
  std::set<std::uint64_t> taken;
  const std::size_t changed = cache.profile().changed;
  std::size_t fed = 500;
  while (cache.profile().passes < 2) {
    const auto some = cache.take_checkpoints(7);
    taken.insert(some.ids.begin(), some.ids.end());
    feed(cache, rows, fed, 10, results, table);
    fed += 10;
  }
  EXPECT_EQ(changed, 50U);
  EXPECT_EQ(taken.size(), changed);
}

TEST(EntityCache, ModelsAreLoadedAheadOfTheirRows) {
  const EntityCacheConfig config = small_cache_config();
  const OwnedRows rows = waves(30, 40);
  const std::size_t count = rows.ids.size();
  OwnedResults expected(count);
  OwnedResults found(count);
  CheckpointTable table;
  EntityCache whole(config);
  feed(whole, rows, 0, count, expected, table);
  EntityCache first(config);
  feed(first, rows, 0, count / 2, found, table);
  const Checkpoints kept = first.take_checkpoints(1'000);
  EXPECT_EQ(kept.ids.size(), 30U);

  EntityCache second(config);
  std::vector<std::uint64_t> ids = kept.ids;
  ids.push_back(9);  // has no checkpoint
  const std::vector<double> blank(2 * ids.size(), std::nan(""));
  const std::vector<std::int64_t> time = {rows.timestamps[count / 2]};
  const auto round = second.begin({ids, blank, time});
  EXPECT_EQ(round.missing.size(), 31U);
  second.restore(kept.ids, kept.ends, kept.bytes);
  second.keep_restored();
  EXPECT_EQ(second.profile().active, 30U);
  EXPECT_EQ(second.profile().changed, 0U);
  EXPECT_FALSE(second.contains(9));
  CheckpointTable nothing;
  feed(second, rows, count / 2, count - count / 2, found, nothing);
  expect_equal(found, expected);
  EXPECT_EQ(second.profile().started, 0U);
  EXPECT_EQ(second.profile().most_updates, whole.profile().most_updates);
  EXPECT_THROW(second.keep_restored(), InvalidState);
}

TEST(EntityCache, MostUpdatesAreThoseOfTheModelThatIsFurthest) {
  EntityCache cache(small_cache_config());
  EXPECT_EQ(cache.profile().most_updates, 0U);
  const OwnedRows rows = waves(30, 40);
  OwnedResults results(rows.ids.size());
  CheckpointTable table;
  feed(cache, rows, 0, rows.ids.size(), results, table);
  std::uint64_t most = 0;
  for (const std::uint64_t id : std::set(rows.ids.begin(), rows.ids.end())) {
    most = std::max(most, cache.model(id).total_updates());
  }
  EXPECT_EQ(cache.profile().most_updates, most);
}

}  // namespace
}  // namespace adcore

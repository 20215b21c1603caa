// Checkpoints: models go on from them, and bytes that are none are refused without harm.
#include <gtest/gtest.h>

#include "adcore/base/error.hpp"
#include "adcore/entity/entity_cache.hpp"
#include "adcore/entity/model_worker.hpp"
#include "entity_rows.hpp"
#include "fuzz/snapshot.hpp"

namespace adcore {
namespace {

using test::CheckpointTable;
using test::feed;
using test::OwnedResults;
using test::OwnedRows;
using test::small_cache_config;
using test::waves;

auto checkpoint_after(const EntityCacheConfig& config, std::size_t intervals) -> std::vector<std::byte> {
  EntityCache cache(config);
  CheckpointTable table;
  const OwnedRows rows = waves(1, intervals);
  OwnedResults results(rows.ids.size());
  feed(cache, rows, 0, rows.ids.size(), results, table);
  return cache.take_checkpoints(1).bytes;
}

TEST(EntityCheckpoint, is_taken_in_turn) {
  EntityCache cache(small_cache_config());
  CheckpointTable table;
  const OwnedRows rows = waves(60, 1);
  OwnedResults results(rows.ids.size());
  feed(cache, rows, 0, rows.ids.size(), results, table);
  const std::size_t models = cache.profile().active;
  std::map<std::uint64_t, int> times;
  for (int call = 0; call < 6; ++call) {
    const Checkpoints taken = cache.take_checkpoints(models / 3, 2);
    ASSERT_EQ(taken.ids.size(), models / 3);
    for (const std::uint64_t id : taken.ids) ++times[id];
    cache.mark_changed(rows.ids);  // as the next interval would
  }
  for (const auto& [id, count] : times) EXPECT_LE(count, 3) << id;
  EXPECT_EQ(times.size(), models) << "all had their turn";
  EXPECT_EQ(cache.profile().checkpointed, 6 * (models / 3));
}

TEST(EntityCheckpoint, counts_what_changed) {
  EntityCache cache(small_cache_config());
  CheckpointTable table;
  const OwnedRows rows = waves(10, 1);
  OwnedResults results(rows.ids.size());
  feed(cache, rows, 0, rows.ids.size(), results, table);
  const std::size_t models = cache.profile().active;
  EXPECT_EQ(cache.profile().changed, models);
  EXPECT_EQ(cache.take_checkpoints(1000).ids.size(), models);
  EXPECT_EQ(cache.profile().changed, 0U);
  EXPECT_TRUE(cache.take_checkpoints(1000).ids.empty());
  const std::vector<std::uint64_t> lost{rows.ids[0], 12345};
  cache.mark_changed(lost);
  EXPECT_EQ(cache.profile().changed, 1U);
  EXPECT_EQ(cache.take_checkpoints(1000).ids, std::vector{rows.ids[0]});
}

// The same model, whatever it was loaded beside, has the same bytes.
TEST(EntityCheckpoint, has_the_bytes_of_its_rows_alone) {
  const EntityCacheConfig config = small_cache_config();
  const OwnedRows rows = waves(30, 60);
  std::vector<CheckpointTable> tables;
  for (const std::size_t batch : {std::size_t{1}, std::size_t{17}, rows.ids.size()}) {
    EntityCache cache(config);
    CheckpointTable& table = tables.emplace_back();
    OwnedResults results(rows.ids.size());
    for (std::size_t first = 0; first < rows.ids.size(); first += batch) {
      feed(cache, rows, first, std::min(batch, rows.ids.size() - first), results, table, 3);
    }
    test::write(table, cache.take_checkpoints(1000, 2));
  }
  EXPECT_EQ(tables[0], tables[1]);
  EXPECT_EQ(tables[0], tables[2]);
}

TEST(EntityCheckpoint, is_small_while_the_model_is_young) {
  const EntityCacheConfig config = small_cache_config();
  const ModelWorker worker(config.model);
  const std::size_t young = checkpoint_after(config, 3).size();
  const std::size_t old = checkpoint_after(config, 400).size();
  EXPECT_LT(young, old);
  EXPECT_LE(old, worker.checkpoint_bytes());
  EXPECT_LE(worker.checkpoint_bytes(), worker.layout().block_bytes + 160);
}

// Every byte in turn set to other values, the frame made valid again: an error, or a model that works.
TEST(EntityCheckpoint, survives_any_damage) {
  EntityCacheConfig config = small_cache_config();
  config.model.forest.sample_size = 8;
  config.model.forest.output_after = 2;
  for (const std::size_t intervals : {1, 5, 60}) {
    const auto good = checkpoint_after(config, intervals);
    ModelWorker worker(config.model);
    std::vector<std::byte> block(worker.layout().block_bytes);
    const std::vector<double> row{1, 2};
    std::size_t refused = 0;
    std::size_t accepted = 0;
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
        auto bad = good;
        bad[at] = static_cast<std::byte>(value);
        fuzz::repair_frame(bad, 0);
        try {
          static_cast<void>(worker.restore(bad, 1000, block.data()));
          ++accepted;
          worker.load(block.data(), 1000);
          for (std::int64_t t = 0; t < 3; ++t) {
            Detection detection;
            worker.process(row, 1'000'000'000 + t, detection);
          }
          worker.store(block.data());
          static_cast<void>(worker.checkpoint(block.data(), 1000));
        } catch (const SnapshotError&) {
          ++refused;
        }
      }
    }
    EXPECT_GT(refused, 100U);
    EXPECT_GT(accepted, 100U);
    for (std::size_t length = 0; length < good.size(); ++length) {
      auto cut = std::vector(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length));
      if (length >= kFrameBytes) fuzz::repair_frame(cut, 0);
      ASSERT_THROW(static_cast<void>(worker.restore(cut, 1000, block.data())), SnapshotError) << length;
    }
    EXPECT_THROW(static_cast<void>(worker.restore(good, 1001, block.data())), SnapshotError);
  }
}

TEST(EntityCheckpoint, of_another_kind_of_model_is_refused) {
  const EntityCacheConfig config = small_cache_config();
  const auto good = checkpoint_after(config, 30);
  const auto refuses = [&](auto change) {
    EntityCacheConfig other = config;
    change(other.model);
    ModelWorker worker(other.model);
    std::vector<std::byte> block(worker.layout().block_bytes);
    EXPECT_THROW(static_cast<void>(worker.restore(good, 1000, block.data())), SnapshotError);
  };
  refuses([](auto& model) { model.forest.seed = 7; });
  refuses([](auto& model) { model.forest.shingle_size = 5; });
  refuses([](auto& model) { model.forest.sample_size = 64; });
  refuses([](auto& model) { model.transform = TransformMethod::none; });
  refuses([](auto& model) { model.auto_adjust = true; });
  refuses([](auto& model) { model.mode = Mode::streaming_impute; });
  refuses([](auto& model) { model.start_normalization = 20; });
  EntityCacheConfig tuned = config;
  tuned.model.z_factor = 2;  // does not touch what is stored
  ModelWorker worker(tuned.model);
  std::vector<std::byte> block(worker.layout().block_bytes);
  EXPECT_TRUE(worker.restore(good, 1000, block.data()));
}

TEST(EntityCheckpoint, that_is_wrong_leaves_the_round_as_it_was) {
  const EntityCacheConfig config = small_cache_config();
  EntityCache cache(config);
  const auto good = checkpoint_after(config, 30);
  const std::vector<std::uint64_t> ids{1000, 5};
  const std::vector<double> values{1, 2, 3, 4};
  const std::vector<std::int64_t> times{10'000'000};
  ASSERT_EQ(cache.begin({ids, values, times}).missing, ids);
  Checkpoints both;
  both.append(1000, good);
  both.append(5, good);
  EXPECT_THROW(cache.restore(both.ids, both.ends, both.bytes, 2), SnapshotError);
  EXPECT_EQ(cache.profile().awaited, 2U);
  Checkpoints stranger;
  stranger.append(6, good);
  EXPECT_THROW(cache.restore(stranger.ids, stranger.ends, stranger.bytes), InvalidArgument);
  Checkpoints twice;
  twice.append(1000, good);
  twice.append(1000, good);
  EXPECT_THROW(cache.restore(twice.ids, twice.ends, twice.bytes), InvalidArgument);
  const std::vector<std::uint64_t> beyond{good.size() + 1};
  EXPECT_THROW(cache.restore(std::span(ids).first(1), beyond, good), InvalidArgument);
  EXPECT_EQ(cache.profile().awaited, 2U);
  const std::vector<std::uint64_t> end{good.size()};
  cache.restore(std::span(ids).first(1), end, good);
  OwnedResults results(2);
  cache.process({ids, values, times}, results.part(0, 2));
  EXPECT_GT(results.score[0], 0);
  EXPECT_EQ(results.score[1], 0);
  EXPECT_EQ(cache.profile().restored, 1U);
  EXPECT_EQ(cache.profile().started, 1U);
  EXPECT_THROW(cache.restore(std::span(ids).first(1), end, good), InvalidArgument) << "the round is over";
}

}  // namespace
}  // namespace adcore

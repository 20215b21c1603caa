// The budget of an entity cache is true: what it says it holds is what it takes, and that never exceeds the budget.
#include <gtest/gtest.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "adcore/base/error.hpp"
#include "adcore/entity/entity_cache.hpp"
#include "entity_rows.hpp"

namespace adcore {
namespace {

using test::CheckpointTable;
using test::feed;
using test::least_budget;
using test::OwnedResults;
using test::OwnedRows;
using test::small_cache_config;
using test::waves;

// Every byte the allocator has given out, with its own overhead; 0 where it does not say (sanitizers, other libraries).
auto heap_bytes() -> std::size_t {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
#else
  return 0;
#endif
}

// New entities every interval, as many as there is memory for several times.
auto strangers(std::size_t entities, std::size_t interval) -> OwnedRows {
  OwnedRows rows;
  for (std::size_t e = 0; e < entities; ++e) {
    rows.ids.push_back(interval * 1'000'003 + e);
    rows.timestamps.push_back(static_cast<std::int64_t>(interval) * 60'000);
    rows.values.insert(rows.values.end(), {static_cast<double>(e), static_cast<double>(interval)});
  }
  return rows;
}

TEST(EntityBudget, is_what_the_heap_shows) {
  const std::vector<double> something(100'000);
  if (heap_bytes() < something.size()) GTEST_SKIP() << "no count of the heap here";
  for (const std::size_t budget : {400'000U, 3'000'000U, 20'000'000U}) {
    EntityCacheConfig config = small_cache_config();
    config.byte_budget = budget;
    OwnedResults results(4000);
    const std::size_t before = heap_bytes();
    EntityCache cache(config);
    for (std::size_t interval = 0; interval < 6; ++interval) {
      const OwnedRows rows = strangers(4000, interval);
      const std::size_t rows_bytes = rows.ids.capacity() * 16 + rows.values.capacity() * 8;
      for (std::size_t done = 0; done < 4000;) {
        const std::size_t count = cache.begin(rows.part(done, 4000 - done)).rows;
        const std::size_t held = heap_bytes() - before;
        // One allocation in a thousand bytes at the least: 16 bytes of overhead each, and pages that are rounded up.
        ASSERT_LE(held, cache.memory_bytes() + cache.memory_bytes() / 50 + 70'000 + rows_bytes);
        ASSERT_GE(held + held / 50 + 20'000, cache.memory_bytes() - sizeof cache);
        static_cast<void>(cache.take_evicted());
        cache.process(rows.part(done, count), results.part(done, count));
        ASSERT_LE(cache.memory_bytes(), budget);
        done += count;
      }
    }
    EXPECT_GT(cache.profile().evicted, 1000U);
  }
}

TEST(EntityBudget, bounds_memory_when_keys_explode) {
  for (const Admission admission : {Admission::all, Admission::priority, Admission::doorkeeper}) {
    EntityCacheConfig config = small_cache_config();
    config.admission = admission;
    config.inactive_entities = 5000;
    config.doorkeeper_entities = 50'000;
    config.byte_budget = 1'500'000;
    EntityCache cache(config);
    CheckpointTable table;
    for (std::size_t interval = 0; interval < 10; ++interval) {
      const OwnedRows rows = strangers(5000, interval);
      OwnedResults results(5000);
      feed(cache, rows, 0, 5000, results, table);
      ASSERT_LE(cache.memory_bytes(), config.byte_budget);
      const EntityProfile profile = cache.profile();
      ASSERT_LE(profile.inactive, 5000U + 1025U);
      ASSERT_EQ(profile.rows, (interval + 1) * 5000);
      ASSERT_EQ(profile.rows, profile.hits + profile.misses + profile.refused);
    }
    const EntityProfile profile = cache.profile();
    if (admission == Admission::all) {
      EXPECT_GT(profile.forgotten, 10'000U);
    }
    if (admission == Admission::doorkeeper) {
      EXPECT_LT(profile.misses, 1000U);
    }
  }
}

TEST(EntityBudget, counts_models_exactly) {
  EntityCacheConfig config = small_cache_config();
  config.spill = false;
  config.byte_budget = 100'000'000;
  EntityCache cache(config);
  const OwnedRows rows = strangers(3000, 0);
  OwnedResults results(3000);
  const std::size_t empty = cache.memory_bytes();
  ASSERT_EQ(cache.begin(rows.part(0, 3000)).rows, 3000U);
  cache.process(rows.part(0, 3000), results.part(0, 3000));
  const ModelWorker worker(config.model);
  EXPECT_EQ(cache.model_bytes(), worker.layout().block_bytes);
  EXPECT_EQ(cache.model_bytes() % 64, 0U);
  // 8 columns of 32 codes, 32 keys, and what is known beside the sample.
  EXPECT_EQ(worker.layout().sample_bytes, 8U * 32 * 2 + 32 * 4);
  EXPECT_GE(cache.memory_bytes() - empty, 3000 * cache.model_bytes() - 2 * 1'600'000);
  EXPECT_LE(cache.memory_bytes() - empty, 3000 * (cache.model_bytes() + 120) + 2 * 1'600'000);
}

TEST(EntityBudget, is_too_small_or_enough) {
  EntityCacheConfig config = small_cache_config();
  const std::size_t least = least_budget(config, 100);
  config.dedicated_models = 100;
  config.byte_budget = least - 1;
  EXPECT_THROW(EntityCache{config}, InvalidArgument);
  config.byte_budget = least;
  EntityCache cache(config);
  EXPECT_LE(cache.memory_bytes(), least);
  EXPECT_THROW(cache.set_byte_budget(1000), InvalidArgument);
  EXPECT_EQ(cache.config().byte_budget, least);
}

TEST(EntityBudget, shrinks_to_the_dedicated_models) {
  EntityCacheConfig config = small_cache_config();
  config.byte_budget = 8'000'000;
  config.dedicated_models = 50;
  EntityCache cache(config);
  CheckpointTable table;
  const OwnedRows rows = waves(2000, 3);
  OwnedResults results(rows.ids.size());
  feed(cache, rows, 0, rows.ids.size(), results, table);
  const std::size_t all = cache.profile().active;
  ASSERT_GT(all, 1900U);
  ASSERT_TRUE(cache.lowest_priority(200'000).has_value());
  cache.set_byte_budget(1'000'000);
  while (cache.memory_bytes() > 1'000'000) {
    test::write(table, cache.take_evicted());
    const std::size_t before = cache.profile().active;
    cache.set_byte_budget(1'000'000);
    if (cache.profile().active == before) break;
  }
  test::write(table, cache.take_evicted());
  EXPECT_LE(cache.memory_bytes(), 1'000'000U);
  const EntityProfile profile = cache.profile();
  EXPECT_LT(profile.active, all);
  EXPECT_GE(profile.active, 50U);
  EXPECT_EQ(profile.dedicated, 50U);
  EXPECT_EQ(profile.active + table.size(), all);
}

TEST(EntityBudget, waits_for_evicted_models_to_be_taken) {
  EntityCacheConfig config = small_cache_config();
  config.byte_budget = test::tiny_budget(config);
  EntityCache cache(config);
  const OwnedRows rows = strangers(500, 0);
  OwnedResults results(500);
  std::size_t done = 0;
  EXPECT_THROW(
      {
        while (done < 500) {
          const std::size_t count = cache.begin(rows.part(done, 500 - done)).rows;
          cache.process(rows.part(done, count), results.part(done, count));
          done += count;
        }
      },
      InvalidState);
  EXPECT_GT(done, 0U);
  EXPECT_LE(cache.memory_bytes(), config.byte_budget);
  EXPECT_FALSE(cache.take_evicted().ids.empty());
  EXPECT_GT(cache.begin(rows.part(done, 500 - done)).rows, 0U);
}

}  // namespace
}  // namespace adcore

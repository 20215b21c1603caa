// The table of entities, the queue of models, blocks and priorities, each against an obvious twin.
#include "adcore/entity/records.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include "adcore/base/random.hpp"
#include "adcore/entity/block_store.hpp"
#include "adcore/entity/doorkeeper.hpp"
#include "adcore/entity/eviction_queue.hpp"
#include "adcore/entity/priority.hpp"

namespace adcore {
namespace {

constexpr std::uint32_t kNobody = EntityRecords::kNone;

TEST(EntityRecords, are_found_after_any_history) {
  EntityRecords records;
  std::map<std::uint64_t, std::uint32_t> expected;
  Random random(5);
  for (int step = 0; step < 60'000; ++step) {
    const std::uint64_t id = random.next() % 3000 * 0x10001;  // few ids, so that they come again
    const auto known = expected.find(id);
    ASSERT_EQ(records.find(id), known == expected.end() ? kNobody : known->second);
    if (known == expected.end()) {
      expected[id] = records.insert(id);
      ASSERT_EQ(records[expected[id]].id, id);
    } else if (random.uniform() < 0.5) {
      records.erase(known->second);
      expected.erase(known);
    }
    ASSERT_EQ(records.size(), expected.size());
  }
  for (const auto& [id, number] : expected) EXPECT_EQ(records.find(id), number);
  EXPECT_LE(records.made(), 3000U) << "numbers of forgotten entities are used again";
}

TEST(EntityRecords, say_what_growing_costs) {
  EntityRecords records;
  std::size_t grown = 0;
  for (std::uint64_t id = 0; id < 20'000; ++id) {
    const std::size_t before = records.memory_bytes();
    const std::size_t growth = records.growth_bytes();
    records.insert(id);
    ASSERT_LE(records.memory_bytes(), before + growth);
    grown += growth > 0 ? 1 : 0;
  }
  EXPECT_GT(grown, 10U);
  EXPECT_LT(grown, 60U);
  EXPECT_LE(records.memory_bytes() / 20'000, 60U);
}

TEST(EntityRecords, count_states_once) {
  EntityRecords records;
  const auto a = records.insert(1);
  const auto b = records.insert(2);
  records.set_state(a, EntityState::awaited);
  records.set_state(a, EntityState::ready);
  EXPECT_EQ(records.count(EntityState::ready), 1U);
  EXPECT_EQ(records.count(EntityState::inactive), 1U);
  EXPECT_EQ(records.count(EntityState::awaited), 0U);
  records.erase(b);
  EXPECT_EQ(records.size(), 1U);
  EXPECT_EQ(records.count(EntityState::unused), 1U);
}

TEST(EvictionQueue, gives_the_lowest_priority_though_priorities_rise) {
  EntityRecords records;
  EvictionQueue queue;
  std::set<std::uint32_t> inside;
  Random random(9);
  std::uint32_t round = 0;
  for (int step = 0; step < 3000; ++step) {
    ++round;
    if (inside.size() < 100 || random.uniform() < 0.5) {
      const auto number = records.insert(random.next());
      records.set_state(number, EntityState::ready);
      records[number].priority = std::floor(random.uniform() * 20);
      queue.push(records, number);
      inside.insert(number);
    }
    for (const std::uint32_t number : inside) {
      if (random.uniform() < 0.05) records[number].priority += std::floor(random.uniform() * 3);
      if (random.uniform() < 0.1) records[number].round = round;
    }
    std::uint32_t lowest = kNobody;
    for (const std::uint32_t number : inside) {
      if (records[number].round == round) continue;
      const auto rank = [&](std::uint32_t n) { return std::pair(records[n].priority, records[n].id); };
      if (lowest == kNobody || rank(number) < rank(lowest)) lowest = number;
    }
    ASSERT_EQ(queue.peek(records, round), lowest);
    if (random.uniform() < 0.6) {
      ASSERT_EQ(queue.pop(records, round), lowest);
      inside.erase(lowest);
    }
    queue.end_round(records);
    ASSERT_EQ(queue.size(), inside.size());
  }
}

TEST(BlockStore, moves_models_out_of_the_last_chunk) {
  BlockStore store(128, 4);
  std::map<std::uint32_t, std::uint32_t> block_of;  // by owner
  const auto put = [&](std::uint32_t owner) {
    const std::uint32_t block = store.take(owner);
    block_of[owner] = block;
    std::memset(store.address(block), static_cast<int>(owner), 128);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(store.address(block)) % BlockStore::kAlignment, 0U);
  };
  for (int chunk = 0; chunk < 3; ++chunk) {
    const std::size_t before = store.memory_bytes();
    const std::size_t growth = store.growth_bytes();
    store.add_chunk();
    EXPECT_LE(store.memory_bytes(), before + growth);
  }
  for (std::uint32_t owner = 1; owner <= 12; ++owner) put(owner);
  EXPECT_EQ(store.free_blocks(), 0U);
  for (const std::uint32_t owner : {2U, 5U, 7U, 12U}) {
    store.release(block_of[owner]);
    block_of.erase(owner);
  }
  store.remove_chunk([&](std::uint32_t owner, std::uint32_t block) { block_of[owner] = block; });
  EXPECT_EQ(store.blocks(), 8U);
  EXPECT_EQ(store.free_blocks(), 0U);
  std::set<std::uint32_t> blocks;
  for (const auto& [owner, block] : block_of) {
    EXPECT_LT(block, 8U);
    EXPECT_EQ(store.owner(block), owner);
    EXPECT_EQ(static_cast<std::uint32_t>(store.address(block)[127]), owner);
    blocks.insert(block);
  }
  EXPECT_EQ(blocks.size(), 8U);
}

// p <- p + ln(1 + e^(i - p)), i the eighth part of the intervals since the landmark.
TEST(PriorityClock, follows_the_formula) {
  const PriorityClock clock(1'000'000, 60'000);
  EXPECT_EQ(clock.increment_at(1'000'000), 0);
  EXPECT_EQ(clock.increment_at(1'000'000 + 8 * 60'000 - 1), 0);
  EXPECT_EQ(clock.increment_at(1'000'000 + 8 * 60'000), 1);
  EXPECT_EQ(clock.increment_at(0), 0) << "before the landmark";
  Random random(3);
  double priority = 0;
  long double weight = 1;  // the sum of the hits, not as a logarithm
  for (std::int64_t interval = 0; interval < 8 * 200; ++interval) {
    if (random.uniform() < 0.5) continue;
    const std::int64_t now = 1'000'000 + interval * 60'000 + 17;
    priority = PriorityClock::hit(priority, clock.increment_at(now));
    weight += std::exp(static_cast<long double>(interval / 8));
    ASSERT_NEAR(priority, static_cast<double>(std::log(weight)), 1e-9 * std::max(1.0, priority));
  }
  EXPECT_EQ(PriorityClock::hit(HUGE_VAL, 5), 5) << "overflow: the increment";
  EXPECT_GT(PriorityClock::hit(1e9, 5), 1e9 - 1) << "no overflow where the formula has none";
}

// A hit of an interval eight earlier is worth 1/e: the half-life is 5.5 intervals.
TEST(PriorityClock, lets_old_hits_fade) {
  const PriorityClock clock(0, 1);
  double old_one = 0;
  for (std::int64_t t = 0; t < 100; ++t) old_one = PriorityClock::hit(old_one, clock.increment_at(t));
  double new_one = 0;
  std::int64_t t = 100;
  for (; new_one <= old_one; ++t) new_one = PriorityClock::hit(new_one, clock.increment_at(t));
  EXPECT_GE(t, 102);
  EXPECT_LE(t, 112) << "a busy newcomer passes soon";
}

TEST(Doorkeeper, lets_pass_whom_it_has_seen) {
  Doorkeeper doorkeeper(10'000, 60);
  std::size_t strangers = 0;
  for (std::uint64_t id = 0; id < 10'000; ++id) strangers += doorkeeper.pass(id) ? 1 : 0;
  EXPECT_LT(strangers, 100U);
  for (std::uint64_t id = 0; id < 10'000; ++id) ASSERT_TRUE(doorkeeper.pass(id));
  strangers = 0;
  for (std::uint64_t id = 20'000; id < 30'000; ++id) {
    Doorkeeper copy = doorkeeper;
    strangers += copy.pass(id) ? 1 : 0;
    if (id >= 21'000) break;
  }
  EXPECT_LT(strangers, 30U);
}

TEST(Doorkeeper, forgets_after_its_intervals) {
  Doorkeeper doorkeeper(100, 60);
  EXPECT_FALSE(doorkeeper.pass(1));
  doorkeeper.advance(59);
  EXPECT_TRUE(doorkeeper.pass(1));
  doorkeeper.advance(60);
  EXPECT_FALSE(doorkeeper.pass(1));
  doorkeeper.advance(119);
  EXPECT_TRUE(doorkeeper.pass(1));
}

TEST(Doorkeeper, without_entities_lets_everyone_pass) {
  Doorkeeper doorkeeper(0, 60);
  EXPECT_TRUE(doorkeeper.pass(1));
  EXPECT_EQ(doorkeeper.memory_bytes(), 0U);
}

}  // namespace
}  // namespace adcore

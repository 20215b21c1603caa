// A job within its memory limit.
#include <gtest/gtest.h>

#include "tests/job_streams.hpp"

namespace adcore {
namespace {

using testing::detector;

auto limited(std::uint64_t bytes) -> JobConfig {
  JobConfig config;
  config.bucket_span = testing::kMinute;
  config.detectors = {detector("count", "", "key")};
  config.influencers = {"key"};
  config.model_memory_limit = bytes;
  return config;
}

// `count` values from `first` on, one record each, all in one bucket.
void feed_values(JobEngine& engine, std::int64_t time, std::uint32_t first, std::uint32_t count) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < count; ++i) names.push_back("value" + std::to_string(first + i));
  const std::vector<std::string_view> labels(names.begin(), names.end());
  std::vector<std::uint32_t> codes(count);
  for (std::uint32_t i = 0; i < count; ++i) codes[i] = i;
  const std::vector<std::int64_t> times(count, time);
  const KeyView keys[] = {{codes, labels}};
  engine.process({times, {}, keys});
}

TEST(JobMemory, AMillionValuesAreTurnedAwayAndCounted) {
  constexpr std::uint64_t kLimit = 8U << 20U;
  JobEngine engine(limited(kLimit));
  feed_values(engine, 0, 0, 1'000'000);
  EXPECT_EQ(engine.memory().status(), MemoryStatus::hard_limit);
  EXPECT_LE(engine.memory().peak(), kLimit);
  EXPECT_EQ(engine.counts().processed_record_count, 1'000'000U);
  EXPECT_EQ(engine.memory().failures(), 0U);
  feed_values(engine, testing::kMinute, 0, 10);
  EXPECT_EQ(engine.memory().failures(), 1U);
  EXPECT_GT(engine.memory().exceeded(), 0U);
  EXPECT_EQ(engine.take_results().buckets.event_count, Numbers{1e6});
  EXPECT_LT(engine.to_bytes().size(), 2 * kLimit);
  // Those that are in go on; the bucket that has nobody else is no failure.
  feed_values(engine, 2 * testing::kMinute, 0, 10);
  EXPECT_EQ(engine.memory().failures(), 1U);
  EXPECT_EQ(engine.memory().status(), MemoryStatus::soft_limit);
}

TEST(JobMemory, HowRowsAreCutDoesNotDecideWhoIsIn) {
  JobEngine whole(limited(1U << 20U));
  JobEngine parts(limited(1U << 20U));
  feed_values(whole, 0, 0, 2'000);
  for (std::uint32_t i = 0; i < 2'000; i += 7) feed_values(parts, 0, i, std::min(7U, 2'000U - i));
  whole.advance_time(testing::kMinute);
  parts.advance_time(testing::kMinute);
  EXPECT_EQ(whole.to_bytes(), parts.to_bytes());
}

TEST(JobMemory, IdleSeriesLeaveAndMakeRoom) {
  auto config = limited(1U << 20U);
  config.model_prune_window = 40 * testing::kMinute;
  JobEngine engine(config);
  feed_values(engine, 0, 0, 2'000);
  feed_values(engine, testing::kMinute, 0, 1);
  const auto full = engine.memory().used();
  for (std::int64_t bucket = 2; bucket < 60; ++bucket) feed_values(engine, bucket * testing::kMinute, 0, 1);
  EXPECT_LT(engine.memory().used(), full / 2);
  EXPECT_EQ(engine.memory().status(), MemoryStatus::ok);
  feed_values(engine, 60 * testing::kMinute, 5'000, 20);
  EXPECT_EQ(engine.memory().status(), MemoryStatus::ok);
}

TEST(JobMemory, AHigherLimitTakesTheOthersToo) {
  JobEngine engine(limited(1U << 20U));
  feed_values(engine, 0, 0, 2'000);
  EXPECT_EQ(engine.memory().status(), MemoryStatus::hard_limit);
  engine.set_model_memory_limit(64U << 20U);
  feed_values(engine, testing::kMinute, 0, 2'000);
  feed_values(engine, 2 * testing::kMinute, 0, 2'000);
  EXPECT_EQ(engine.memory().status(), MemoryStatus::ok);
  EXPECT_EQ(engine.field_counts().by, 2'001U);
}

}  // namespace
}  // namespace adcore

// When buckets become final, and what becomes of records that come late, early or not at all.
#include <gtest/gtest.h>

#include "adcore/base/error.hpp"
#include "adcore/series/bucket_time.hpp"
#include "tests/job_records.hpp"

namespace adcore {
namespace {

using testing::feed;
using testing::Record;

constexpr std::int64_t kStart = 1'403'481'600'000;

auto counting(std::int64_t bucket_span = kMsPerHour, std::int64_t latency = 0) -> JobConfig {
  JobConfig config;
  config.bucket_span = bucket_span;
  config.latency = latency;
  config.detectors.emplace_back();
  return config;
}

auto at(std::initializer_list<std::int64_t> times) -> std::vector<Record> {
  std::vector<Record> records;
  for (const auto time : times) records.push_back({.time = time, .numbers = {}, .texts = {}});
  return records;
}

// The first vector of the specification.
TEST(JobWindow, BeforeAnyBucketIsFinalTheFirstOneIsOpen) {
  JobConfig config = counting();
  config.detectors[0].function = "metric";
  config.detectors[0].field_name = "responsetime";
  config.detectors[0].by_field_name = "airline";
  JobEngine engine(config);
  EXPECT_EQ(engine.last_finalized_bucket_end(), std::nullopt);
  auto records = at({kStart, kStart + 100'000});
  for (auto& record : records) record.numbers["responsetime"] = 132.2, record.texts["airline"] = "AAL";
  feed(engine, records);
  EXPECT_EQ(engine.counts().processed_record_count, 2U);
  EXPECT_EQ(engine.counts().processed_field_count, 4U);
  EXPECT_EQ(engine.counts().missing_field_count, 0U);
  EXPECT_EQ(engine.counts().earliest_record_timestamp, kStart);
  EXPECT_EQ(engine.counts().latest_record_timestamp, kStart + 100'000);
  EXPECT_EQ(engine.last_finalized_bucket_end(), kStart);
}

// The second.
TEST(JobWindow, SkippingTimeDropsTheOpenBucket) {
  JobEngine engine(counting());
  feed(engine, at({1'403'481'600'000, 1'403'485'200'000}));
  engine.skip_time(1'403'488'700'000);
  EXPECT_EQ(engine.last_finalized_bucket_end(), 1'403'488'800'000);
  feed(engine, at({1'403'488'600'000, 1'403'488'700'000}));
  feed(engine, at({1'403'488'900'000, 1'403'492'400'000}));
  const auto results = engine.take_results();
  EXPECT_EQ(results.buckets.timestamp, (Times{1'403'481'600'000, 1'403'488'800'000}));
  EXPECT_EQ(results.buckets.event_count, (Numbers{1.0, 1.0}));
  EXPECT_EQ(engine.counts().out_of_order_timestamp_count, 2U);
  EXPECT_EQ(engine.memory().used() > 0, true);
}

TEST(JobWindow, ResettingForgetsTheRecordsOfOpenBuckets) {
  JobEngine engine(counting(kMsPerHour, 2 * kMsPerHour));
  feed(engine, at({kStart, kStart + 4 * kMsPerHour}));  // open: hours 2 to 4
  feed(engine, at({kStart + 2 * kMsPerHour, kStart + 3 * kMsPerHour, kStart + 3 * kMsPerHour + 5}));
  const auto held = engine.memory().used();
  engine.reset(kStart, kStart + 3 * kMsPerHour + 1);
  EXPECT_LT(engine.memory().used(), held);
  feed(engine, at({kStart + 3 * kMsPerHour}));
  engine.advance_time(kStart + 5 * kMsPerHour);
  const auto results = engine.take_results();
  EXPECT_EQ(results.buckets.event_count, (Numbers{1.0, 0.0, 0.0, 1.0, 1.0}));
  EXPECT_EQ(engine.counts().processed_record_count, 6U);
  EXPECT_EQ(engine.counts().out_of_order_timestamp_count, 0U);
  EXPECT_NO_THROW(engine.reset(INT64_MIN, INT64_MAX));
}

TEST(JobWindow, AGapIsFilledWithEmptyBuckets) {
  JobEngine engine(counting());
  feed(engine, at({kStart + 5, kStart + 4 * kMsPerHour}));
  const auto results = engine.take_results();
  EXPECT_EQ(results.buckets.timestamp,
            (Times{kStart, kStart + kMsPerHour, kStart + 2 * kMsPerHour, kStart + 3 * kMsPerHour}));
  EXPECT_EQ(results.buckets.event_count, (Numbers{1.0, 0.0, 0.0, 0.0}));
  EXPECT_EQ(engine.counts().bucket_count, 4U);
  EXPECT_EQ(engine.counts().empty_bucket_count, 3U);
  EXPECT_EQ(engine.counts().latest_empty_bucket_timestamp, kStart + 3 * kMsPerHour);
}

TEST(JobWindow, RecordsAreOutOfOrderBeforeTheNewestBucketLessTheLatency) {
  JobEngine engine(counting(kMsPerHour, 90 * 60'000));
  feed(engine, at({kStart + 10 * kMsPerHour + 1'000'000}));
  EXPECT_EQ(engine.last_finalized_bucket_end(), kStart + 8 * kMsPerHour);
  feed(engine, at({kStart + 10 * kMsPerHour, kStart + 9 * kMsPerHour, kStart + 8 * kMsPerHour + 30 * 60'000}));
  EXPECT_EQ(engine.counts().out_of_order_timestamp_count, 0U);
  feed(engine, at({kStart + 8 * kMsPerHour + 29 * 60'000, kStart}));
  EXPECT_EQ(engine.counts().out_of_order_timestamp_count, 2U);
  feed(engine, at({kStart + 12 * kMsPerHour}));
  const auto results = engine.take_results();
  EXPECT_EQ(results.buckets.timestamp, (Times{kStart + 8 * kMsPerHour, kStart + 9 * kMsPerHour}));
  EXPECT_EQ(results.buckets.event_count, (Numbers{1.0, 1.0}));
}

TEST(JobWindow, AdvancingTimeMakesBucketsFinalWithoutRecords) {
  JobEngine engine(counting());
  engine.advance_time(kStart);
  EXPECT_EQ(engine.last_finalized_bucket_end(), std::nullopt);
  feed(engine, at({kStart}));
  engine.advance_time(kStart + kMsPerHour - 1);
  EXPECT_TRUE(engine.take_results().buckets.timestamp.empty());
  engine.advance_time(kStart + 2 * kMsPerHour);
  EXPECT_EQ(engine.take_results().buckets.timestamp, (Times{kStart, kStart + kMsPerHour}));
  feed(engine, at({kStart + kMsPerHour, kStart + 2 * kMsPerHour}));
  EXPECT_EQ(engine.counts().out_of_order_timestamp_count, 1U);
  EXPECT_EQ(engine.last_finalized_bucket_end(), kStart + 2 * kMsPerHour);
}

TEST(JobWindow, WhatCanOnlyBeWrongIsCountedAndMovesNothing) {
  JobEngine engine(counting());
  feed(engine, at({kStart, kStart * 1'000, INT64_MAX, INT64_MIN}));
  EXPECT_EQ(engine.counts().invalid_date_count, 3U);
  EXPECT_EQ(engine.counts().processed_record_count, 1U);
  EXPECT_EQ(engine.last_finalized_bucket_end(), kStart);
  EXPECT_THROW(engine.advance_time(INT64_MAX), InvalidArgument);
  EXPECT_THROW(engine.skip_time(INT64_MAX), InvalidArgument);
}

TEST(JobWindow, AThinBucketIsSparse) {
  JobEngine engine(counting());
  std::vector<Record> records;
  for (std::int64_t bucket = 0; bucket < 5; ++bucket) {
    for (std::int64_t i = 0; i < (bucket == 3 ? 10 : 100); ++i) {
      records.push_back({.time = kStart + bucket * kMsPerHour + i, .numbers = {}, .texts = {}});
    }
  }
  feed(engine, records);
  EXPECT_EQ(engine.counts().sparse_bucket_count, 1U);
  EXPECT_EQ(engine.counts().latest_sparse_bucket_timestamp, kStart + 3 * kMsPerHour);
}

TEST(JobWindow, ARefusedBatchLeavesNothingBehind) {
  JobConfig config = counting();
  config.detectors[0].by_field_name = "host";
  JobEngine engine(config);
  const std::int64_t times[] = {kStart};
  const std::uint32_t codes[] = {7};
  const std::string_view labels[] = {"a"};
  const KeyView keys[] = {{codes, labels}};
  EXPECT_THROW(engine.process({times, {}, keys}), InvalidArgument);
  EXPECT_THROW(engine.process({times, {}, {}}), InvalidArgument);
  EXPECT_EQ(engine.counts().processed_record_count, 0U);
}

}  // namespace
}  // namespace adcore

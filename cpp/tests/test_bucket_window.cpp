// When a bucket is finished, what is late, what fills gaps, and what the limits do.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "adcore/base/error.hpp"
#include "adcore/column/interner.hpp"
#include "tests/bucket_rows.hpp"

namespace adcore {
namespace {

using testing::Rows;

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

auto waiting_config(std::int64_t delay) -> BucketConfig {
  BucketConfig config;
  config.bucket_span = 1'000;
  config.window_delay = delay;
  config.features = {{BucketFunction::sum}, {BucketFunction::mean}};
  return config;
}

void give(BucketAggregator& aggregator, std::int64_t timestamp, double value = 1.0, std::uint32_t entity = 0) {
  Rows rows(1);
  rows.add(timestamp, entity, {value});
  rows.give(aggregator);
}

TEST(BucketWindow, a_bucket_is_finished_when_the_watermark_reaches_its_end) {
  BucketAggregator aggregator(waiting_config(0));
  give(aggregator, 500);
  give(aggregator, 999);
  EXPECT_EQ(aggregator.take_finished().size(), 0U);
  EXPECT_EQ(aggregator.open_vectors(), 1U);
  give(aggregator, 1'000);
  const auto table = aggregator.take_finished();
  EXPECT_EQ(table.bucket_start, (std::vector<std::int64_t>{0}));
  EXPECT_EQ(table.count, (std::vector<std::int64_t>{2}));
  EXPECT_EQ(aggregator.take_finished().size(), 0U) << "taken once";
}

TEST(BucketWindow, rows_within_the_delay_go_to_their_bucket) {
  BucketAggregator aggregator(waiting_config(1'500));
  give(aggregator, 500, 1.0);
  give(aggregator, 2'499, 2.0);
  give(aggregator, 100, 4.0);
  EXPECT_EQ(aggregator.finished_vectors(), 0U);
  give(aggregator, 2'500, 8.0);
  EXPECT_EQ(aggregator.finished_vectors(), 1U);
  give(aggregator, 999, 16.0);
  EXPECT_EQ(aggregator.counts().late_rows, 1U);
  const auto table = aggregator.flush();
  EXPECT_EQ(table.bucket_start, (std::vector<std::int64_t>{0, 2'000}));
  EXPECT_EQ(table.values, (std::vector<double>{5.0, 2.5, 10.0, 5.0}));
}

// A delay that is no multiple of the span ends in the middle of a bucket, whose rows take the short way until then.
TEST(BucketWindow, a_bucket_may_be_finished_by_a_row_of_the_bucket_that_is_current) {
  BucketAggregator aggregator(waiting_config(300));
  Rows rows(1);
  for (const std::int64_t timestamp : {0, 1'000, 1'299, 900, 1'300, 901}) rows.add(timestamp, 0, {1.0});
  rows.give(aggregator);
  EXPECT_EQ(aggregator.counts().late_rows, 1U);
  EXPECT_EQ(aggregator.take_finished().count, (std::vector<std::int64_t>{2}));
}

TEST(BucketWindow, advance_moves_the_watermark_and_only_forward) {
  BucketAggregator aggregator(waiting_config(0));
  EXPECT_EQ(aggregator.watermark(), std::nullopt);
  give(aggregator, 500);
  aggregator.advance(100);
  EXPECT_EQ(aggregator.watermark(), 500);
  aggregator.advance(1'000);
  EXPECT_EQ(aggregator.watermark(), 1'000);
  EXPECT_EQ(aggregator.take_finished().size(), 1U);
  EXPECT_THROW(aggregator.advance(kHighest), InvalidArgument);
}

TEST(BucketWindow, rows_do_not_move_the_watermark_if_told_so) {
  auto config = waiting_config(0);
  config.watermark_from_rows = false;
  BucketAggregator aggregator(config);
  give(aggregator, 10'000);
  give(aggregator, 0);
  EXPECT_EQ(aggregator.watermark(), std::nullopt);
  EXPECT_EQ(aggregator.open_buckets(), 2U);
  aggregator.advance(1'000);
  EXPECT_EQ(aggregator.take_finished().bucket_start, (std::vector<std::int64_t>{0}));
  give(aggregator, 999);
  EXPECT_EQ(aggregator.counts().late_rows, 1U);
}

TEST(BucketWindow, flushed_buckets_take_no_more_rows) {
  BucketAggregator aggregator(waiting_config(5'000));
  give(aggregator, 500);
  EXPECT_EQ(aggregator.flush().size(), 1U);
  EXPECT_EQ(aggregator.flush().size(), 0U);
  give(aggregator, 600);
  EXPECT_EQ(aggregator.counts().late_rows, 1U);
  give(aggregator, 1'000);
  EXPECT_EQ(aggregator.flush().bucket_start, (std::vector<std::int64_t>{1'000}));
}

TEST(BucketWindow, peek_shows_open_buckets_and_changes_nothing) {
  BucketAggregator aggregator(waiting_config(0));
  give(aggregator, 500, 3.0, 9);
  const auto peeked = aggregator.peek_open();
  EXPECT_EQ(peeked.entity, (std::vector<std::uint32_t>{9}));
  EXPECT_EQ(peeked.values, (std::vector<double>{3.0, 3.0}));
  EXPECT_EQ(aggregator.flush().values, peeked.values);
}

TEST(BucketWindow, empty_buckets_of_entities_seen_are_made_if_asked_for) {
  auto config = waiting_config(0);
  config.emit_empty = true;
  config.maximum_gap = 2;
  BucketAggregator aggregator(config);
  give(aggregator, 0, 5.0, 1);
  give(aggregator, 1'000, 6.0, 3);
  give(aggregator, 6'000, 7.0, 3);
  aggregator.advance(7'000);
  const auto table = aggregator.take_finished();
  EXPECT_EQ(table.bucket_start, (std::vector<std::int64_t>{0, 1'000, 1'000, 2'000, 2'000, 3'000, 6'000}));
  EXPECT_EQ(table.entity, (std::vector<std::uint32_t>{1, 1, 3, 1, 3, 3, 3}));
  EXPECT_EQ(table.count, (std::vector<std::int64_t>{1, 0, 1, 0, 0, 0, 1}));
  EXPECT_EQ(table.vector(1)[0], 0.0) << "an empty sum";
  EXPECT_TRUE(std::isnan(table.vector(1)[1])) << "an empty mean";
}

TEST(BucketWindow, a_jump_of_the_clock_makes_no_more_empty_vectors_than_allowed) {
  auto config = waiting_config(0);
  config.emit_empty = true;
  config.maximum_gap = 1'000'000'000;
  config.maximum_open_vectors = 100;
  BucketAggregator aggregator(config);
  for (std::uint32_t entity = 0; entity < 30; ++entity) give(aggregator, 0, 1.0, entity);
  aggregator.advance(20'000);
  const auto table = aggregator.take_finished();
  EXPECT_EQ(table.size(), 30U + 100U);
  EXPECT_EQ(aggregator.counts().skipped_vectors, 19U * 30U - 100U);
}

TEST(BucketWindow, a_jump_beyond_the_largest_gap_ends_the_filling) {
  auto config = waiting_config(0);
  config.emit_empty = true;
  config.maximum_gap = 10;
  BucketAggregator aggregator(config);
  give(aggregator, 0);
  aggregator.advance(kMaximumTimestamp);
  EXPECT_EQ(aggregator.take_finished().size(), 11U);
}

TEST(BucketWindow, times_out_of_range_are_invalid_and_move_nothing) {
  BucketAggregator aggregator(waiting_config(0));
  for (const std::int64_t timestamp : {kLowest, kHighest, -kMaximumTimestamp - 1, kMaximumTimestamp + 1}) {
    give(aggregator, timestamp);
  }
  EXPECT_EQ(aggregator.counts().invalid_rows, 4U);
  EXPECT_EQ(aggregator.watermark(), std::nullopt);
  give(aggregator, -kMaximumTimestamp);
  give(aggregator, kMaximumTimestamp);
  const auto table = aggregator.flush();
  EXPECT_EQ(table.bucket_start[0], aggregator.bucket_start(-kMaximumTimestamp));
  EXPECT_EQ(table.bucket_start[1], aggregator.bucket_start(kMaximumTimestamp));
}

TEST(BucketWindow, the_largest_durations_do_not_overflow) {
  for (const std::int64_t offset : {kLowest, std::int64_t{0}, kHighest}) {
    auto config = waiting_config(kMaximumDuration);
    config.bucket_span = kMaximumDuration;
    config.bucket_offset = offset;
    BucketAggregator aggregator(config);
    for (const std::int64_t timestamp : {-kMaximumTimestamp, std::int64_t{0}, kMaximumTimestamp}) {
      give(aggregator, timestamp);
    }
    const auto table = aggregator.flush();
    EXPECT_EQ(table.size(), 3U) << offset;
  }
}

TEST(BucketWindow, rows_without_an_entity_are_invalid) {
  BucketAggregator aggregator(waiting_config(0));
  give(aggregator, 0, 1.0, kNoCode);
  EXPECT_EQ(aggregator.counts().invalid_rows, 1U);
  EXPECT_EQ(aggregator.open_buckets(), 0U);
}

TEST(BucketWindow, entities_over_the_limit_are_dropped_and_counted) {
  auto config = waiting_config(0);
  config.maximum_entities = 10;
  BucketAggregator aggregator(config);
  give(aggregator, 0, 1.0, 9);
  give(aggregator, 0, 1.0, 10);
  EXPECT_EQ(aggregator.counts().dropped_rows, 1U);
  EXPECT_EQ(aggregator.flush().size(), 1U);
}

// Entities of an open bucket go on; new ones wait until a bucket is finished.
TEST(BucketWindow, open_vectors_over_the_limit_are_dropped_and_counted) {
  auto config = waiting_config(0);
  config.maximum_open_vectors = 2;
  BucketAggregator aggregator(config);
  for (const std::uint32_t entity : {0U, 1U, 2U, 1U, 3U}) give(aggregator, 0, 1.0, entity);
  EXPECT_EQ(aggregator.counts().dropped_rows, 2U);
  give(aggregator, 1'000, 1.0, 2);
  EXPECT_EQ(aggregator.counts().dropped_rows, 2U);
  EXPECT_EQ(aggregator.take_finished().count, (std::vector<std::int64_t>{1, 2}));
}

TEST(BucketWindow, memory_is_bounded_by_the_limit_under_a_flood_of_entities) {
  auto config = waiting_config(0);
  config.maximum_open_vectors = 1'000;
  BucketAggregator aggregator(config);
  for (std::uint32_t i = 0; i < 200'000; i += 1'000) {
    Rows rows(1);
    for (std::uint32_t j = 0; j < 1'000; ++j) rows.add(i / 100, (i + j) * 7U % 16'000'000U, {1.0});
    rows.give(aggregator);
    ASSERT_LE(aggregator.open_vectors(), 1'000U);
    ASSERT_LT(aggregator.memory_bytes(), 1'000'000U);
    (void)aggregator.take_finished();
  }
  EXPECT_GT(aggregator.counts().dropped_rows, 0U);
}

TEST(BucketWindow, memory_of_an_aggregator_at_rest_is_small) {
  BucketAggregator aggregator(waiting_config(0));
  auto rows = testing::random_rows(100'000, 5'000, 1, 0, 3);
  rows.values.resize(1);
  rows.give(aggregator);
  const auto busy = aggregator.memory_bytes();
  EXPECT_EQ(aggregator.flush().size() > 0, true);
  EXPECT_LT(aggregator.memory_bytes(), busy);
}

TEST(BucketWindow, no_rows_are_no_vectors) {
  BucketAggregator aggregator(waiting_config(0));
  Rows(1).give(aggregator);
  EXPECT_EQ(aggregator.take_finished().size(), 0U);
  EXPECT_EQ(aggregator.flush().size(), 0U);
  EXPECT_EQ(aggregator.counts().total_rows, 0U);
}

}  // namespace
}  // namespace adcore

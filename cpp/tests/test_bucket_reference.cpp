// Random streams, against the twin that keeps every row; and any cut into batches, bit for bit.
#include <gtest/gtest.h>

#include <cmath>

#include "reference/bucket.hpp"
#include "tests/bucket_rows.hpp"

namespace adcore {
namespace {

using testing::Rows;

struct BucketStream {
  const char* name;
  std::size_t rows;
  std::uint32_t entities;
  std::int64_t step;
  std::int64_t disorder;
  std::int64_t span;
  std::int64_t offset;
  std::int64_t delay;
  bool emit_empty;
  std::uint32_t maximum_gap;
  std::int64_t start;
};

void PrintTo(const BucketStream& stream, std::ostream* out) { *out << stream.name; }

auto config_of(const BucketStream& stream) -> BucketConfig {
  BucketConfig config;
  config.bucket_span = stream.span;
  config.bucket_offset = stream.offset;
  config.window_delay = stream.delay;
  config.features = testing::every_function();
  config.value_columns = 2;
  config.emit_empty = stream.emit_empty;
  config.maximum_gap = stream.maximum_gap;
  return config;
}

auto rows_of(const BucketStream& stream) -> Rows {
  return testing::random_rows(stream.rows, stream.entities, stream.step, stream.disorder, 11, stream.start);
}

auto reference_of(const BucketConfig& config, const Rows& rows) -> reference::BucketAggregator {
  reference::BucketAggregator slow(config);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    slow.add({rows.timestamps[i], rows.entities[i], {rows.values[0][i], rows.values[1][i]}});
  }
  slow.flush();
  return slow;
}

void expect_near(double actual, double expected, BucketFunction function) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(actual)) << to_string(function);
  } else {
    EXPECT_NEAR(actual, expected, 1e-12 * (1.0 + std::abs(expected))) << to_string(function);
  }
}

class BucketStreams : public ::testing::TestWithParam<BucketStream> {};

TEST_P(BucketStreams, agree_with_the_reference) {
  const auto config = config_of(GetParam());
  const auto rows = rows_of(GetParam());
  const auto slow = reference_of(config, rows);
  BucketAggregator aggregator(config);
  const auto fast = testing::aggregate(aggregator, rows, 1'000);
  EXPECT_EQ(aggregator.counts().late_rows, slow.late_rows);
  ASSERT_EQ(fast.size(), slow.finished.size());
  for (std::size_t i = 0; i < fast.size(); ++i) {
    const auto& expected = slow.finished[i];
    ASSERT_EQ(fast.bucket_start[i], expected.bucket_start) << i;
    ASSERT_EQ(fast.entity[i], expected.entity) << i;
    ASSERT_EQ(fast.count[i], expected.count) << i;
    for (std::size_t f = 0; f < fast.features; ++f) {
      expect_near(fast.vector(i)[f], expected.values[f], config.features[f].function);
    }
  }
}

TEST_P(BucketStreams, give_the_same_bits_for_any_batch_size) {
  const auto config = config_of(GetParam());
  const auto rows = rows_of(GetParam());
  BucketAggregator whole(config);
  const auto expected = testing::aggregate(whole, rows, rows.size());
  for (const std::size_t batch : {1, 7, 255, 256, 257, 1'999}) {
    BucketAggregator aggregator(config);
    const auto table = testing::aggregate(aggregator, rows, batch);
    ASSERT_EQ(table.bucket_start, expected.bucket_start) << batch;
    ASSERT_EQ(table.entity, expected.entity) << batch;
    ASSERT_EQ(table.count, expected.count) << batch;
    ASSERT_EQ(testing::bits_of(table.values), testing::bits_of(expected.values)) << batch;
    EXPECT_EQ(aggregator.counts().late_rows, whole.counts().late_rows) << batch;
  }
}

INSTANTIATE_TEST_SUITE_P(
    all, BucketStreams,
    ::testing::Values(
        BucketStream{"in_order", 6'000, 20, 10, 0, 1'000, 0, 0, false, 9, 1'700'000'000'000},
        BucketStream{"disorder_within_the_delay", 6'000, 20, 10, 3'000, 1'000, 0, 3'000, false, 9, 1'700'000'000'000},
        BucketStream{"some_rows_late", 6'000, 20, 10, 5'000, 1'000, 0, 700, false, 9, 1'700'000'000'000},
        BucketStream{"around_the_epoch", 6'000, 5, 10, 5'000, 700, -123, 1'000, false, 9, -30'000},
        BucketStream{"gaps_filled", 3'000, 40, 50, 2'000, 300, 7, 2'000, true, 9, -30'000},
        BucketStream{"gaps_filled_far_apart", 800, 200, 500, 5'000, 250, 0, 4'000, true, 3, 1'700'000'000'000},
        BucketStream{"many_entities_few_each", 9'000, 100'000, 10, 500, 10'000, 0, 500, false, 9, 1'700'000'000'000},
        BucketStream{"one_entity", 5'000, 1, 1, 0, 1'000, 0, 0, false, 9, 1'700'000'000'000},
        BucketStream{"a_delay_of_everything", 4'000, 30, 10, 40'000, 50, 0, 100'000, false, 9, 1'700'000'000'000}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace adcore

// State bytes: a stream goes on as if nothing had happened, and damaged bytes are an error, never more.
#include <gtest/gtest.h>

#include "adcore/base/error.hpp"
#include "tests/bucket_rows.hpp"

namespace adcore {
namespace {

auto config_of(bool emit_empty) -> BucketConfig {
  BucketConfig config;
  config.bucket_span = 1'000;
  config.bucket_offset = 17;
  config.window_delay = 2'500;
  config.features = testing::every_function();
  config.value_columns = 2;
  config.emit_empty = emit_empty;
  config.maximum_gap = 4;
  return config;
}

TEST(BucketState, a_restored_stream_goes_on_bit_for_bit) {
  for (const bool emit_empty : {false, true}) {
    const auto rows = testing::random_rows(9'000, 6, 10, 3'000, 21);
    BucketAggregator whole(config_of(emit_empty));
    const auto expected = testing::aggregate(whole, rows, 1'000);
    BucketAggregator before(config_of(emit_empty));
    rows.give(before, 0, 4'321);
    auto after = BucketAggregator::from_bytes(before.to_bytes());
    rows.give(after, 4'321, rows.size());
    const auto table = after.flush();
    EXPECT_EQ(table.bucket_start, expected.bucket_start);
    EXPECT_EQ(table.entity, expected.entity);
    EXPECT_EQ(table.count, expected.count);
    EXPECT_EQ(testing::bits_of(table.values), testing::bits_of(expected.values));
    EXPECT_EQ(after.counts().total_rows, rows.size());
    EXPECT_EQ(after.counts().late_rows, whole.counts().late_rows);
  }
}

// One entity with so many values that both sketches have left their exact phase.
TEST(BucketState, sketches_survive) {
  BucketAggregator before(config_of(false));
  auto rows = testing::random_rows(5'000, 1, 0, 0, 4);
  for (std::size_t i = 0; i < rows.size(); ++i) rows.values[0][i] = static_cast<double>(i * i % 4'999);
  rows.give(before);
  auto after = BucketAggregator::from_bytes(before.to_bytes());
  rows.give(before);
  rows.give(after);
  EXPECT_EQ(testing::bits_of(after.flush().values), testing::bits_of(before.flush().values));
}

TEST(BucketState, equal_states_have_equal_bytes) {
  BucketAggregator aggregator(config_of(true));
  testing::random_rows(3'000, 50, 10, 2'000, 8).give(aggregator);
  const auto bytes = aggregator.to_bytes();
  EXPECT_EQ(BucketAggregator::from_bytes(bytes).to_bytes(), bytes);
  const BucketAggregator copy(aggregator);
  EXPECT_EQ(copy.to_bytes(), bytes);
}

TEST(BucketState, a_new_aggregator_has_a_state_too) {
  const BucketAggregator aggregator(config_of(false));
  const auto restored = BucketAggregator::from_bytes(aggregator.to_bytes());
  EXPECT_EQ(restored.watermark(), std::nullopt);
  EXPECT_EQ(restored.config().window_delay, 2'500);
}

TEST(BucketState, every_single_damaged_byte_is_noticed) {
  BucketAggregator aggregator(config_of(true));
  testing::random_rows(40, 3, 10, 0, 8).give(aggregator);
  const auto bytes = aggregator.to_bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] ^= std::byte{0x10};
    EXPECT_THROW((void)BucketAggregator::from_bytes(damaged), SnapshotError) << i;
    EXPECT_THROW((void)BucketAggregator::from_bytes(std::span(bytes).first(i)), SnapshotError) << i;
  }
}

}  // namespace
}  // namespace adcore

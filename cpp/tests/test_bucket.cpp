// What the functions give, to the last digit, and where a bucket begins and ends.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "adcore/base/error.hpp"
#include "tests/bucket_rows.hpp"

namespace adcore {
namespace {

using testing::Rows;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

auto config_of(std::vector<BucketFeature> features, std::uint32_t columns = 1) -> BucketConfig {
  BucketConfig config;
  config.bucket_span = 1'000;
  config.features = std::move(features);
  config.value_columns = columns;
  return config;
}

// The feature of one bucket that holds these values.
auto value_of(BucketFeature feature, const std::vector<double>& values) -> double {
  BucketAggregator aggregator(config_of({feature}));
  Rows rows(1);
  for (const double value : values) rows.add(0, 0, {value});
  return testing::aggregate(aggregator, rows, 100).values.at(0);
}

TEST(Bucket, functions_of_three_values) {
  const std::vector<double> values{4.0, 1.0, 1.0};
  EXPECT_EQ(value_of({BucketFunction::sum}, values), 6.0);
  EXPECT_EQ(value_of({BucketFunction::non_null_sum}, values), 6.0);
  EXPECT_EQ(value_of({BucketFunction::mean}, values), 2.0);
  EXPECT_EQ(value_of({BucketFunction::min}, values), 1.0);
  EXPECT_EQ(value_of({BucketFunction::max}, values), 4.0);
  EXPECT_EQ(value_of({BucketFunction::value_count}, values), 3.0);
  EXPECT_EQ(value_of({BucketFunction::count}, values), 3.0);
  EXPECT_EQ(value_of({BucketFunction::variance}, values), 2.0);
  EXPECT_EQ(value_of({BucketFunction::cardinality}, values), 2.0);
  EXPECT_EQ(value_of({BucketFunction::percentile, 0, 0, 50.0}, values), 1.0);
  EXPECT_EQ(value_of({BucketFunction::percentile, 0, 0, 75.0}, values), 2.5);
  EXPECT_EQ(value_of({BucketFunction::percentile, 0, 0, 100.0}, values), 4.0);
  EXPECT_EQ(value_of({BucketFunction::median_absolute_deviation}, values), 0.0);
  EXPECT_EQ(value_of({BucketFunction::median_absolute_deviation}, {1.0, 2.0, 4.0, 9.0, 10.0}), 3.0);
}

TEST(Bucket, missing_values_are_rows_without_a_value) {
  const std::vector<double> values{kMissing, 3.0, kMissing};
  EXPECT_EQ(value_of({BucketFunction::sum}, values), 3.0);
  EXPECT_EQ(value_of({BucketFunction::mean}, values), 3.0);
  EXPECT_EQ(value_of({BucketFunction::value_count}, values), 1.0);
  EXPECT_EQ(value_of({BucketFunction::count}, values), 3.0);
  EXPECT_EQ(value_of({BucketFunction::cardinality}, values), 1.0);
}

TEST(Bucket, a_bucket_without_values_is_zero_where_it_counts_and_missing_elsewhere) {
  for (std::uint8_t f = 0; f < kNumberOfBucketFunctions; ++f) {
    const auto function = static_cast<BucketFunction>(f);
    if (function == BucketFunction::count || function == BucketFunction::weighted_mean) continue;
    const double value = value_of({function}, {kMissing});
    const bool adds_up = function == BucketFunction::sum || function == BucketFunction::value_count ||
                         function == BucketFunction::cardinality;
    EXPECT_TRUE(adds_up ? value == 0.0 : std::isnan(value)) << to_string(function) << " gives " << value;
    EXPECT_EQ(std::isnan(empty_value(function)), std::isnan(value)) << to_string(function);
  }
}

TEST(Bucket, weighted_mean_takes_rows_with_both) {
  BucketAggregator aggregator(config_of({{BucketFunction::weighted_mean, 0, 1}}, 2));
  Rows rows(2);
  rows.add(0, 0, {10.0, 1.0});
  rows.add(0, 0, {20.0, 3.0});
  rows.add(0, 0, {1e9, kMissing});
  rows.add(0, 0, {kMissing, 1e9});
  rows.add(0, 1, {5.0, 0.0});
  rows.add(0, 1, {7.0, 0.0});
  rows.give(aggregator);
  const auto table = aggregator.flush();
  EXPECT_EQ(table.values[0], 17.5);
  EXPECT_TRUE(std::isnan(table.values[1])) << "no weight at all";
}

// 1 + 1e100 - 1e100 is 0 in plain doubles; the thousand 0.1s are 100 only if no rounding is lost.
TEST(Bucket, sums_are_compensated) {
  EXPECT_EQ(value_of({BucketFunction::sum}, {1.0, 1e100, 1.0, -1e100}), 2.0);
  EXPECT_EQ(value_of({BucketFunction::sum}, std::vector<double>(1000, 0.1)), 100.0);
}

TEST(Bucket, infinities_go_where_arithmetic_takes_them) {
  EXPECT_EQ(value_of({BucketFunction::sum}, {1.0, kInfinity, 2.0}), kInfinity);
  EXPECT_TRUE(std::isnan(value_of({BucketFunction::sum}, {kInfinity, -kInfinity})));
  EXPECT_EQ(value_of({BucketFunction::min}, {1.0, -kInfinity}), -kInfinity);
  EXPECT_EQ(value_of({BucketFunction::min}, {kInfinity}), kInfinity);
  EXPECT_EQ(value_of({BucketFunction::max}, {-kInfinity}), -kInfinity);
  EXPECT_EQ(value_of({BucketFunction::percentile}, {-kInfinity, 3.0, kInfinity}), 3.0);
  EXPECT_EQ(value_of({BucketFunction::sum}, {1e308, 1e308}), kInfinity);
  EXPECT_EQ(value_of({BucketFunction::cardinality}, {0.0, -0.0, kInfinity, -kInfinity}), 3.0);
}

TEST(Bucket, features_of_one_column_share_what_they_keep) {
  BucketAggregator aggregator(config_of(testing::every_function(), 2));
  Rows rows(2);
  rows.add(0, 0, {4.0, 1.0});
  rows.add(0, 0, {2.0, 1.0});
  rows.give(aggregator);
  const auto table = aggregator.flush();
  const std::vector<double> expected{6.0, 6.0, 3.0, 2.0, 4.0, 2.0, 2.0, 1.0, 2.0, 3.8, 1.0, 3.0};
  ASSERT_EQ(table.values.size(), expected.size());
  for (std::size_t f = 0; f < expected.size(); ++f) EXPECT_DOUBLE_EQ(table.values[f], expected[f]) << f;
}

TEST(Bucket, vectors_are_ordered_by_bucket_and_then_by_entity) {
  auto config = config_of({{BucketFunction::count}});
  config.window_delay = 10'000;
  BucketAggregator aggregator(config);
  Rows rows(1);
  for (const auto entity : {7U, 3U, 900'000U, 3U}) rows.add(2'000, entity, {1.0});
  for (const auto entity : {5U, 4U}) rows.add(0, entity, {1.0});
  rows.give(aggregator);
  const auto table = aggregator.flush();
  EXPECT_EQ(table.bucket_start, (std::vector<std::int64_t>{0, 0, 2'000, 2'000, 2'000}));
  EXPECT_EQ(table.entity, (std::vector<std::uint32_t>{4, 5, 3, 7, 900'000}));
  EXPECT_EQ(table.count, (std::vector<std::int64_t>{1, 1, 2, 1, 1}));
}

TEST(Bucket, start_rounds_down_before_the_epoch_too) {
  auto config = config_of({{BucketFunction::count}});
  const BucketAggregator plain(config);
  EXPECT_EQ(plain.bucket_start(0), 0);
  EXPECT_EQ(plain.bucket_start(999), 0);
  EXPECT_EQ(plain.bucket_start(1'000), 1'000);
  EXPECT_EQ(plain.bucket_start(-1), -1'000);
  EXPECT_EQ(plain.bucket_start(-1'000), -1'000);
  EXPECT_EQ(plain.bucket_start(-1'001), -2'000);
  for (const std::int64_t offset : {300, 1'300, -700, -1'700}) {
    config.bucket_offset = offset;
    const BucketAggregator shifted(config);
    EXPECT_EQ(shifted.bucket_start(299), -700) << offset;
    EXPECT_EQ(shifted.bucket_start(300), 300) << offset;
    EXPECT_EQ(shifted.bucket_start(-701), -1'700) << offset;
  }
}

TEST(Bucket, columns_may_be_strided_and_have_a_validity_bitmap) {
  BucketAggregator aggregator(config_of({{BucketFunction::sum, 0}, {BucketFunction::value_count, 1}}, 2));
  const std::vector<std::int64_t> timestamps{0, 1, 2};
  const std::vector<double> row_major{1.0, 10.0, 2.0, 20.0, 4.0, 40.0};
  const std::uint8_t validity[] = {0b00101000};  // rows 0 and 2, three bits in
  const std::vector<ColumnView> views{{row_major.data(), 3, 2}, {row_major.data() + 1, 3, 2, validity, 3}};
  aggregator.add({timestamps, {}, views});
  const auto table = aggregator.flush();
  EXPECT_EQ(table.values, (std::vector<double>{7.0, 2.0}));
  EXPECT_EQ(table.entity, (std::vector<std::uint32_t>{0}));
}

TEST(Bucket, names_of_functions_go_both_ways) {
  for (std::uint8_t f = 0; f < kNumberOfBucketFunctions; ++f) {
    const auto function = static_cast<BucketFunction>(f);
    EXPECT_EQ(bucket_function_from(to_string(function)), function);
  }
  EXPECT_EQ(bucket_function_from("avg"), BucketFunction::mean);
  EXPECT_EQ(bucket_function_from("average"), std::nullopt);
}

void expect_refused(const BucketConfig& config, const std::string& name) {
  try {
    const BucketAggregator aggregator(config);
    ADD_FAILURE() << name << " was accepted";
  } catch (const InvalidArgument& error) {
    EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
  }
}

TEST(Bucket, configurations_out_of_range_are_refused_by_name) {
  const auto good = config_of({{BucketFunction::mean}});
  for (const std::int64_t span : {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
                                  std::numeric_limits<std::int64_t>::max()}) {
    auto bad = good;
    bad.bucket_span = span;
    expect_refused(bad, "bucket_span");
  }
  auto bad = good;
  bad.window_delay = -1;
  expect_refused(bad, "window_delay");
  bad = good;
  bad.features.clear();
  expect_refused(bad, "features");
  expect_refused(config_of({{BucketFunction::mean, 1}}), "column");
  expect_refused(config_of({{BucketFunction::weighted_mean, 0, 1}}), "weight_column");
  expect_refused(config_of({{BucketFunction::percentile, 0, 0, 100.5}}), "percentile");
  expect_refused(config_of({{BucketFunction::percentile, 0, 0, kMissing}}), "percentile");
}

TEST(Bucket, columns_that_do_not_fit_are_refused_before_any_row_is_taken) {
  BucketAggregator aggregator(config_of({{BucketFunction::mean}}));
  const std::vector<std::int64_t> timestamps{0, 1};
  const std::vector<std::uint32_t> entities{0};
  const std::vector<double> values{1.0, 2.0};
  const std::vector<ColumnView> one{std::span<const double>(values)};
  const std::vector<ColumnView> shorter{std::span<const double>(values).first(1)};
  EXPECT_THROW(aggregator.add({timestamps, {}, {}}), InvalidArgument);
  EXPECT_THROW(aggregator.add({timestamps, {}, shorter}), InvalidArgument);
  EXPECT_THROW(aggregator.add({timestamps, entities, one}), InvalidArgument);
  EXPECT_EQ(aggregator.counts().total_rows, 0U);
}

}  // namespace
}  // namespace adcore

// What a job gathers of its records, against its slow twin.
#include <gtest/gtest.h>

#include "adcore/base/random.hpp"
#include "reference/job.hpp"
#include "tests/job_records.hpp"

namespace adcore {
namespace {

using testing::feed;
using testing::plotted_values;
using testing::Record;

auto every_function() -> std::vector<DetectorSettings> {
  std::vector<DetectorSettings> detectors;
  for (const char* name : {"count", "non_zero_count", "sum", "non_null_sum", "mean", "min", "max", "median", "varp",
                           "metric", "distinct_count", "info_content"}) {
    const auto measure = job_function_from(name)->measure;
    detectors.emplace_back().function = name;
    if (reads_texts(measure)) detectors.back().field_name = "user";
    if (reads_numbers(measure)) detectors.back().field_name = "x";
  }
  return detectors;
}

// Steps of up to half a bucket, back ones now and then; every field missing now and then.
auto random_records(std::uint64_t seed, std::size_t count) -> std::vector<Record> {
  Random random(seed);
  std::vector<Record> records;
  std::int64_t now = 1'000'000'000;
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random.next() % n); };
  for (std::size_t i = 0; i < count; ++i) {
    now += below(20) == 0 ? -below(4 * testing::kMinute) : below(testing::kMinute / 8);
    if (below(200) == 0) now += below(6 * testing::kMinute);
    Record record{.time = now, .numbers = {}, .texts = {}};
    if (below(10) != 0) record.numbers["x"] = static_cast<double>(below(1'000)) / 8.0 - 20.0;
    if (below(10) != 0) record.numbers["n"] = static_cast<double>(below(4));
    for (const auto& [field, values] : {std::pair("host", 5), std::pair("zone", 2), std::pair("user", 30)}) {
      if (below(12) != 0) record.texts[field] = field + std::to_string(below(static_cast<std::uint64_t>(values)));
    }
    records.push_back(record);
  }
  return records;
}

void expect_values(const testing::PlottedValues& actual, const testing::PlottedValues& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [key, value] : expected) {
    const auto found = actual.find(key);
    ASSERT_NE(found, actual.end()) << std::get<5>(key) << " at " << std::get<0>(key);
    EXPECT_NEAR(found->second, value, 1e-9 * (1.0 + std::abs(value))) << std::get<5>(key);
  }
}

void compare(JobConfig config, std::uint64_t seed) {
  config.bucket_span = testing::kMinute;
  config.model_plot = true;
  const auto records = random_records(seed, 3'000);
  JobEngine engine(config);
  reference::Job slow(config);
  feed(engine, records, 97);
  for (const auto& record : records) slow.add(record);
  const auto results = engine.take_results();
  expect_values(plotted_values(results), slow.values());
  EXPECT_EQ(engine.counts().processed_record_count, slow.processed);
  EXPECT_EQ(engine.counts().out_of_order_timestamp_count, slow.out_of_order);
  EXPECT_EQ(engine.counts().missing_field_count, slow.missing);
  std::map<std::int64_t, double> buckets;
  for (std::size_t i = 0; i < results.buckets.timestamp.size(); ++i) {
    buckets[results.buckets.timestamp[i]] = results.buckets.event_count[i];
  }
  EXPECT_EQ(buckets, slow.buckets());
  EXPECT_GT(slow.out_of_order, 0U);
}

/// Every function by the given fields.
auto config_by(const char* by, const char* over, const char* partition) -> JobConfig {
  JobConfig config;
  config.detectors = every_function();
  for (auto& detector : config.detectors) {
    detector.by_field_name = by;
    detector.over_field_name = over;
    detector.partition_field_name = partition;
  }
  return config;
}

TEST(JobGathering, OfAllRecords) { compare(config_by("", "", ""), 1); }

TEST(JobGathering, ByTwoFields) {
  auto config = config_by("host", "", "zone");
  config.influencers = {"user", "host"};
  compare(config, 2);
}

TEST(JobGathering, OfAPopulation) {
  auto config = config_by("zone", "host", "");
  config.detectors.back().use_null = true;
  config.influencers = {"user"};
  compare(config, 3);
}

TEST(JobGathering, OfMissingValuesToo) {
  auto config = config_by("host", "", "");
  for (auto& detector : config.detectors) detector.use_null = true;
  compare(config, 4);
}

TEST(JobGathering, WithLatency) {
  auto config = config_by("host", "", "");
  config.latency = 150'000;
  compare(config, 5);
}

TEST(JobGathering, OfSummaries) {
  auto config = config_by("", "", "zone");
  std::erase_if(config.detectors, [](const auto& d) { return d.function == "metric" || d.function == "median"; });
  config.summary_count_field_name = "n";
  compare(config, 6);
}

}  // namespace
}  // namespace adcore

// Values that come and go: what is not seen any more is let go, and nobody else notices.
#include <gtest/gtest.h>

#include "tests/job_streams.hpp"

namespace adcore {
namespace {

using testing::detector;
using testing::feed;
using testing::Record;

auto churning(std::int64_t window) -> JobConfig {
  JobConfig config;
  config.bucket_span = testing::kMinute;
  config.latency = testing::kMinute;
  config.detectors = {detector("mean", "x", "key"), detector("max", "x", "host", "key"),
                      detector("time_of_day", "", "key"), detector("nzc", "", "key")};
  config.detectors[3].partition_field_name = "zone";
  config.detectors[3].use_null = true;
  config.influencers = {"key"};
  config.model_prune_window = window * testing::kMinute;
  return config;
}

/// Three hosts that stay; of each bucket a key and a zone of its own, and one key that is there now and then.
auto churn(std::int64_t buckets) -> std::vector<Record> {
  Random random(3);
  std::vector<Record> records;
  for (std::int64_t bucket = 0; bucket < buckets; ++bucket) {
    for (int i = 0; i < 6; ++i) {
      Record record{.time = bucket * testing::kMinute + 1'000 * i, .numbers = {}, .texts = {}};
      record.numbers["x"] = 100.0 * random.uniform() + (bucket % 37 == 0 ? 500.0 : 0.0);
      record.texts["host"] = "host" + std::to_string(i % 3);
      record.texts["key"] = i < 4 ? "stays" + std::to_string(i) : "key" + std::to_string(bucket);
      record.texts["zone"] = i < 4 ? "zone" : "zone" + std::to_string(bucket);
      if (i == 5) record.texts.erase("key");
      if (i == 4 && bucket % 50 < 4) record.texts["key"] = "returns";
      records.push_back(record);
    }
  }
  return records;
}

// Rows of results with their texts, which have other numbers where other values are known.
auto told(const JobResults& results)
    -> std::vector<std::tuple<std::int64_t, std::uint32_t, std::string, std::string, std::string, double, double>> {
  const auto& r = results.records;
  std::vector<std::tuple<std::int64_t, std::uint32_t, std::string, std::string, std::string, double, double>> rows;
  for (std::size_t i = 0; i < r.timestamp.size(); ++i) {
    rows.emplace_back(r.timestamp[i], r.detector_index[i], testing::text_of(results, r.leaf.by_field_value[i]),
                      testing::text_of(results, r.leaf.over_field_value[i]),
                      testing::text_of(results, r.leaf.partition_field_value[i]), r.leaf.probability[i],
                      r.record_score[i]);
  }
  return rows;
}

TEST(JobChurn, TakesNoMoreMemoryHoweverLongItGoesOn) {
  JobEngine engine(churning(20));
  const auto records = churn(240);
  const auto half = records.size() / 2;
  feed(engine, std::span(records).first(half));
  static_cast<void>(engine.take_results());
  const auto used = engine.memory().used();
  const auto bytes = engine.to_bytes().size();
  feed(engine, std::span(records).subspan(half));
  static_cast<void>(engine.take_results());
  EXPECT_LE(engine.memory().used(), used + used / 20);
  EXPECT_LE(engine.to_bytes().size(), bytes + bytes / 20);
  EXPECT_LE(engine.field_counts().by, 35U);
  EXPECT_LE(engine.field_counts().over, 35U);
  EXPECT_LE(engine.field_counts().partition, 35U);
}

TEST(JobChurn, ThoseThatStayAreJudgedAsEver) {
  auto records = churn(120);
  std::erase_if(records, [](const Record& record) {
    const auto found = record.texts.find("key");
    return found != record.texts.end() && found->second == "returns";
  });
  JobEngine forgetting(churning(20));
  JobEngine keeping(churning(100'000));
  feed(forgetting, records);
  feed(keeping, records);
  EXPECT_LT(forgetting.field_counts().by, keeping.field_counts().by / 4);
  const auto some = forgetting.take_results();
  const auto all = keeping.take_results();
  EXPECT_GT(some.records.timestamp.size(), 10U);
  EXPECT_EQ(told(some), told(all));
  EXPECT_EQ(some.influencers.influencer_score, all.influencers.influencer_score);
  EXPECT_EQ(some.buckets.anomaly_score, all.buckets.anomaly_score);
}

TEST(JobChurn, HoweverTheRowsAreCutAndTheJobIsKept) {
  const auto records = churn(130);
  JobEngine whole(churning(20));
  feed(whole, records);
  JobEngine parts(churning(20));
  feed(parts, std::span(records).first(401), 7);
  const auto after = JobEngine::from_bytes(parts.to_bytes());
  EXPECT_EQ(after->to_bytes(), parts.to_bytes());
  feed(*after, std::span(records).subspan(401), 11);
  EXPECT_EQ(after->to_bytes(), whole.to_bytes());
}

TEST(JobChurn, PeopleAndPartitionsOfRareValuesLeaveToo) {
  JobConfig config;
  config.bucket_span = testing::kMinute;
  config.detectors = {detector("rare", "", "host", "key"), detector("freq_rare", "", "host", "key"),
                      detector("rare", "", "host")};
  config.detectors[0].exclude_frequent = ExcludeFrequent::all;
  config.detectors[2].partition_field_name = "zone";
  config.model_prune_window = 20 * testing::kMinute;
  JobEngine engine(config);
  const auto records = churn(200);
  feed(engine, std::span(records).first(600));
  JobEngine parts(config);
  feed(parts, std::span(records).first(600), 13);
  EXPECT_EQ(parts.to_bytes(), engine.to_bytes());
  static_cast<void>(engine.take_results());
  const auto bytes = engine.to_bytes().size();
  feed(engine, std::span(records).subspan(600));
  static_cast<void>(engine.take_results());
  EXPECT_LE(engine.to_bytes().size(), bytes + bytes / 20);
}

}  // namespace
}  // namespace adcore

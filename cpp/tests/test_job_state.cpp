// A job is the same whatever its batches, threads and interruptions were.
#include <gtest/gtest.h>

#include "adcore/base/error.hpp"
#include "tests/job_streams.hpp"

namespace adcore {
namespace {

using testing::detector;
using testing::feed;
using testing::stream;
using testing::stream_config;

auto everything() -> JobConfig {
  auto config = stream_config({detector("count", "", "host"), detector("metric", "x", "host"),
                               detector("distinct_count", "user", ""), detector("info_content", "user", "host"),
                               detector("median", "x", "", "user"), detector("varp", "x", ""),
                               detector("time_of_day", "", "host"), detector("high_sum", "x", "host", "user"),
                               detector("rare", "", "user"), detector("freq_rare", "", "host", "user")});
  config.detectors.back().exclude_frequent = ExcludeFrequent::all;
  config.latency = 900'000;
  config.model_plot = true;
  auto rule = CustomRule();
  rule.conditions.push_back({.applies_to = RuleQuantity::time, .comparison = RuleOperator::lt, .value = 1.0});
  config.detectors[0].custom_rules.push_back(rule);
  return config;
}

auto records() -> std::vector<testing::Record> { return stream({.buckets = 40, .burst = 30}); }

TEST(JobState, HoweverTheRowsAreCut) {
  JobEngine whole(everything());
  feed(whole, records());
  for (const std::size_t batch : {1, 7, 1'000}) {
    JobEngine parts(everything());
    feed(parts, records(), batch);
    EXPECT_EQ(parts.to_bytes(), whole.to_bytes()) << batch;
  }
}

TEST(JobState, WhateverTheNumberOfThreads) {
  auto config = stream_config({detector("count", "", "host"), detector("mean", "x", "host")});
  const auto many = stream({.buckets = 8, .hosts = 600, .burst = 6});
  JobEngine one(config);
  feed(one, many);
  config.threads = 4;
  JobEngine four(config);
  feed(four, many);
  auto a = one.take_results();
  auto b = four.take_results();
  EXPECT_EQ(a.buckets.anomaly_score, b.buckets.anomaly_score);
  EXPECT_EQ(a.records.leaf.probability, b.records.leaf.probability);
  EXPECT_EQ(a.records.record_score, b.records.record_score);
  EXPECT_EQ(a.influencers.influencer_score, b.influencers.influencer_score);
}

TEST(JobState, AcrossASnapshotAnywhere) {
  JobEngine whole(everything());
  const auto all = records();
  feed(whole, all);
  whole.set_calendar({{.start_time = 5, .end_time = 10}});
  whole.interim(std::nullopt, std::nullopt);
  for (const std::size_t cut : {std::size_t{0}, std::size_t{3}, all.size() / 2, all.size()}) {
    JobEngine before(everything());
    feed(before, std::span(all).first(cut));
    const auto after = JobEngine::from_bytes(before.to_bytes());
    EXPECT_EQ(after->to_bytes(), before.to_bytes());
    feed(*after, std::span(all).subspan(cut));
    after->set_calendar({{.start_time = 5, .end_time = 10}});
    after->interim(std::nullopt, std::nullopt);
    EXPECT_EQ(after->to_bytes(), whole.to_bytes()) << cut;
  }
}

TEST(JobState, DamageIsSeen) {
  JobEngine engine(everything());
  feed(engine, std::span<const testing::Record>(records()).first(300));
  const auto bytes = engine.to_bytes();
  for (std::size_t i = 0; i < bytes.size(); i += bytes.size() / 50) {
    auto damaged = bytes;
    damaged[i] ^= std::byte{1};
    EXPECT_THROW(static_cast<void>(JobEngine::from_bytes(damaged)), SnapshotError) << i;
    EXPECT_THROW(static_cast<void>(JobEngine::from_bytes(std::span(bytes).first(i))), SnapshotError) << i;
  }
}

}  // namespace
}  // namespace adcore

// Clocks that are set by events and rules.
#include <gtest/gtest.h>

#include <cstddef>

#include "adcore/base/random.hpp"
#include "adcore/series/bucket_time.hpp"
#include "tests/job_streams.hpp"

namespace adcore {
namespace {

using testing::detector;
using testing::feed;
using testing::Record;
using testing::text_of;

constexpr std::int64_t kShift = 3 * kMsPerHour;
constexpr std::int64_t kFirstHour = 1'600'041'600'000;  // a Monday, 00:00
constexpr std::int64_t kChange = kFirstHour + 28 * kMsPerDay;

// Two hosts work from 8 to 18, every day; from kChange on three hours earlier.
auto days() -> std::vector<Record> {
  Random random(4);
  std::vector<Record> records;
  for (std::int64_t time = kFirstHour; time < kChange + 3 * kMsPerDay; time += kMsPerHour) {
    const std::int64_t hour = (time + (time < kChange ? 0 : kShift)) % kMsPerDay / kMsPerHour;
    for (const char* host : {"east", "west"}) {
      Record record{.time = time + 60'000, .numbers = {}, .texts = {{"host", host}}};
      record.numbers["x"] = (hour >= 8 && hour < 18 ? 200.0 : 100.0) + 4.0 * random.uniform();
      records.push_back(record);
    }
  }
  return records;
}

auto config(std::vector<CustomRule> rules) -> JobConfig {
  JobConfig config;
  config.bucket_span = kMsPerHour;
  config.detectors = {detector("mean", "x", "host")};
  config.detectors[0].custom_rules = std::move(rules);
  return config;
}

struct Alarms {
  std::size_t east = 0;
  std::size_t west = 0;
};

// Records after the change that are unusual.
auto alarms(JobEngine& engine) -> Alarms {
  feed(engine, days());
  const auto results = engine.take_results();
  Alarms found;
  for (std::size_t i = 0; i < results.records.timestamp.size(); ++i) {
    if (results.records.timestamp[i] < kChange || results.records.leaf.probability[i] > 1e-3) continue;
    ++(text_of(results, results.records.leaf.by_field_value[i]) == "east" ? found.east : found.west);
  }
  return found;
}

auto rule_from_change_on(RuleScope scope) -> CustomRule {
  CustomRule rule;
  rule.actions = {};
  rule.force_time_shift = kShift;
  rule.conditions = {{.applies_to = RuleQuantity::time, .comparison = RuleOperator::gte, .value = kChange / 1e3}};
  if (!scope.field.empty()) rule.scopes.push_back(std::move(scope));
  return rule;
}

TEST(JobClocks, UntoldTheyAreAnAnomaly) {
  JobEngine engine(config({}));
  const auto found = alarms(engine);
  EXPECT_GT(found.east, 0U);
  EXPECT_GT(found.west, 0U);
}

TEST(JobClocks, AnEventSetsThemOnce) {
  JobEngine engine(config({}));
  engine.set_calendar(
      {{.start_time = kChange, .end_time = kChange + kMsPerDay, .actions = {}, .force_time_shift = kShift}});
  const auto found = alarms(engine);
  EXPECT_EQ(found.east, 0U);
  EXPECT_EQ(found.west, 0U);
}

TEST(JobClocks, ARuleSetsThoseInItsScope) {
  JobEngine engine(config({rule_from_change_on({.field = "host", .include = true, .items = {"east"}})}));
  const auto found = alarms(engine);
  EXPECT_EQ(found.east, 0U);
  EXPECT_GT(found.west, 0U);
}

TEST(JobClocks, OnlyTimeTellsARuleWhen) {
  auto rule = rule_from_change_on({});
  EXPECT_TRUE(clock_is_set(rule, kChange, kMsPerHour));
  EXPECT_FALSE(clock_is_set(rule, kChange - kMsPerHour, kMsPerHour));
  EXPECT_FALSE(clock_is_set(rule, kChange + kMsPerHour, kMsPerHour));
  rule.conditions.push_back({.applies_to = RuleQuantity::actual, .comparison = RuleOperator::lt, .value = 1.0});
  EXPECT_FALSE(clock_is_set(rule, kChange, kMsPerHour));
  rule.conditions.clear();
  EXPECT_FALSE(clock_is_set(rule, kChange, kMsPerHour));
}

}  // namespace
}  // namespace adcore

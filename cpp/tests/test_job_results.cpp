// What a job says of a stream with a burst in it.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/job_streams.hpp"

namespace adcore {
namespace {

using testing::detector;
using testing::feed;
using testing::kStreamSpan;
using testing::kStreamStart;
using testing::Record;
using testing::stream;
using testing::stream_config;
using testing::text_of;

constexpr std::size_t kBurst = 250;
// Of 84 half hours the most unusual one is worth no more than about 50.
constexpr double kHighScore = 45.0;
constexpr std::int64_t kBurstTime = kStreamStart + static_cast<std::int64_t>(kBurst) * kStreamSpan;

auto burst_results(std::vector<DetectorSettings> detectors) -> JobResults {
  JobEngine engine(stream_config(std::move(detectors)));
  feed(engine, stream({.burst = kBurst}));
  return engine.take_results();
}

auto row_of_burst(const JobResults& results) -> std::size_t {
  const auto& times = results.buckets.timestamp;
  return static_cast<std::size_t>(std::find(times.begin(), times.end(), kBurstTime) - times.begin());
}

// Calls visit(field, value, influence) for the influences of a record.
template <class Visit>
void for_each_influence(const JobResults& results, std::size_t record, const Visit& visit) {
  const auto& leaf = results.records.leaf;
  for (std::uint32_t i = 0; i < leaf.influences[record]; ++i) {
    const auto row = leaf.first_influence[record] + i;
    visit(text_of(results, results.influences.influencer_field_name[row]),
          text_of(results, results.influences.influencer_field_value[row]), results.influences.influence[row]);
  }
}

TEST(JobResults, EveryBucketIsWritten) {
  const auto results = burst_results({detector("count", "", "host")});
  ASSERT_EQ(results.buckets.timestamp.size(), 299U);
  EXPECT_EQ(results.buckets.timestamp.front(), kStreamStart);
  EXPECT_EQ(std::count(results.buckets.is_interim.begin(), results.buckets.is_interim.end(), 1), 0);
}

TEST(JobResults, ABurstIsTheMostAnomalousBucket) {
  for (const char* function : {"count", "high_count", "non_zero_count", "sum", "mean", "max", "metric"}) {
    const std::string field = std::string(function).ends_with("count") ? "" : "x";
    const auto results = burst_results({detector(function, field, "host")});
    const std::size_t row = row_of_burst(results);
    const auto& scores = results.buckets.anomaly_score;
    EXPECT_EQ(std::max_element(scores.begin(), scores.end()) - scores.begin(), static_cast<std::ptrdiff_t>(row))
        << function;
    EXPECT_GT(scores[row], kHighScore) << function;
    ASSERT_GE(results.buckets.records[row], 1U) << function;
    const auto record = results.buckets.first_record[row];
    EXPECT_EQ(text_of(results, results.records.leaf.by_field_value[record]), "host0") << function;
    EXPECT_LT(results.records.leaf.probability[record], 1e-4) << function;
    EXPECT_GT(results.records.leaf.actual[record], 2.0 * results.records.leaf.typical[record]) << function;
    EXPECT_EQ(results.records.explanation.anomaly_type[record], 1) << function;
  }
}

TEST(JobResults, TheCulpritHasTheInfluence) {
  const auto results = burst_results({detector("count", "", "host")});
  const auto record = results.buckets.first_record[row_of_burst(results)];
  double mallory = 0.0;
  double host = 0.0;
  for_each_influence(results, record, [&](const auto& field, const auto& value, double influence) {
    EXPECT_TRUE(value == "mallory" || value == "host0") << value;
    (field == "user" ? mallory : host) = influence;
  });
  EXPECT_GT(mallory, 0.9);
  EXPECT_EQ(host, 1.0);
  const auto& influencers = results.influencers;
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < influencers.timestamp.size(); ++i) {
    if (influencers.timestamp[i] != kBurstTime) continue;
    seen.push_back(text_of(results, influencers.influencer_field_value[i]));
    EXPECT_GT(influencers.influencer_score[i], kHighScore);
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"mallory", "host0"}));
}

TEST(JobResults, TheBucketScoreIsTheLargestOfItsInfluencers) {
  const auto results = burst_results({detector("count", "", "host"), detector("mean", "x", "host")});
  const auto& buckets = results.buckets;
  const auto& influencers = results.bucket_influencers;
  for (std::size_t row = 0; row < buckets.timestamp.size(); ++row) {
    double largest = 0.0;
    bool has_time = false;
    for (std::uint32_t i = 0; i < buckets.bucket_influencers[row]; ++i) {
      const auto at = buckets.first_bucket_influencer[row] + i;
      EXPECT_EQ(influencers.timestamp[at], buckets.timestamp[row]);
      largest = std::max(largest, influencers.anomaly_score[at]);
      has_time |= text_of(results, influencers.influencer_field_name[at]) == "bucket_time";
    }
    EXPECT_EQ(buckets.anomaly_score[row], largest);
    EXPECT_EQ(has_time, buckets.records[row] > 0);
  }
}

TEST(JobResults, AMemberOfAPopulationHasCauses) {
  const auto results = burst_results({detector("high_mean", "x", "", "user")});
  const std::size_t row = row_of_burst(results);
  ASSERT_EQ(results.buckets.records[row], 1U);
  const auto record = results.buckets.first_record[row];
  EXPECT_EQ(text_of(results, results.records.leaf.over_field_value[record]), "mallory");
  EXPECT_TRUE(std::isnan(results.records.leaf.actual[record]));
  EXPECT_TRUE(std::isnan(results.records.multi_bucket_impact[record]));
  ASSERT_EQ(results.records.causes[record], 1U);
  const auto cause = results.records.first_cause[record];
  EXPECT_NEAR(results.causes.actual[cause], 500.0, 1e-9);
  EXPECT_NEAR(results.causes.typical[cause], 100.0, 3.0);
  EXPECT_EQ(text_of(results, results.causes.over_field_value[cause]), "mallory");
}

TEST(JobResults, AFunctionThatLooksUpIsSilentAboutLulls) {
  JobEngine up(stream_config({detector("high_count", "", "host")}));
  JobEngine down(stream_config({detector("low_count", "", "host")}));
  auto records = stream({.seed = 3});
  std::erase_if(records, [](const auto& record) {
    return record.texts.at("host") == "host1" && record.time >= kBurstTime && record.time < kBurstTime + kStreamSpan;
  });
  feed(up, records);
  feed(down, records);
  const auto above = up.take_results();
  const auto below = down.take_results();
  EXPECT_EQ(above.buckets.records[row_of_burst(above)], 0U);
  const std::size_t row = row_of_burst(below);
  ASSERT_EQ(below.buckets.records[row], 1U);
  EXPECT_EQ(below.records.leaf.actual[below.buckets.first_record[row]], 0.0);
  EXPECT_EQ(below.records.explanation.anomaly_type[below.buckets.first_record[row]], -1);
}

TEST(JobResults, RulesAndEventsKeepABurstQuiet) {
  auto skipping = detector("count", "", "host");
  CustomRule rule;
  rule.conditions.push_back({.applies_to = RuleQuantity::actual, .comparison = RuleOperator::gt, .value = 50.0});
  RuleScope scope;
  scope.field = "host";
  scope.items = {"host0", "x*"};
  rule.scopes.push_back(scope);
  skipping.custom_rules = {rule};
  const auto by_rule = burst_results({skipping});
  EXPECT_EQ(by_rule.buckets.records[row_of_burst(by_rule)], 0U);
  EXPECT_GT(by_rule.buckets.event_count[row_of_burst(by_rule)], 100.0);
  skipping.custom_rules[0].scopes[0].include = false;
  const auto by_other = burst_results({skipping});
  EXPECT_EQ(by_other.buckets.records[row_of_burst(by_other)], 1U);
  JobEngine planned(stream_config({detector("count", "", "host")}));
  planned.set_calendar({{}, {.start_time = kBurstTime + 5, .end_time = kBurstTime + 6}});
  feed(planned, stream({.burst = kBurst}));
  const auto results = planned.take_results();
  const std::size_t row = row_of_burst(results);
  EXPECT_EQ(results.buckets.records[row], 0U);
  ASSERT_EQ(results.buckets.events[row], 1U);
  EXPECT_EQ(results.scheduled_events.event[results.buckets.first_event[row]], 1U);
}

TEST(JobResults, HalfABucketIsNoLull) {
  JobEngine engine(stream_config({detector("low_count", "", "host")}));
  const auto records = stream({.buckets = 200});
  const std::int64_t last = kStreamStart + 199 * kStreamSpan;
  std::vector<testing::Record> half;
  for (const auto& record : records) {
    if (record.time < last + kStreamSpan / 3) half.push_back(record);
  }
  feed(engine, half);
  static_cast<void>(engine.take_results());
  const auto before = engine.to_bytes();
  engine.interim(std::nullopt, std::nullopt);
  const auto interim = engine.take_results();
  EXPECT_EQ(engine.to_bytes(), before);
  EXPECT_EQ(interim.buckets.timestamp, Times{last});
  EXPECT_EQ(interim.buckets.is_interim, Flags{1});
  EXPECT_EQ(interim.buckets.records, Codes{0});
  engine.advance_time(last + kStreamSpan);
  const auto final_results = engine.take_results();
  EXPECT_EQ(final_results.buckets.is_interim, Flags{0});
  EXPECT_GT(final_results.buckets.records[0], 0U);
}

TEST(JobResults, WhoIsAlwaysThereMayBeLeftOut) {
  auto with = detector("high_mean", "x", "", "host");
  auto without = with;
  without.exclude_frequent = ExcludeFrequent::over;
  const auto all = burst_results({with});
  const auto rare = burst_results({without});
  EXPECT_EQ(all.buckets.records[row_of_burst(all)], 1U);
  EXPECT_EQ(rare.buckets.records[row_of_burst(rare)], 0U);
  without = detector("high_count", "", "user");
  without.exclude_frequent = ExcludeFrequent::by;
  const auto by = burst_results({without});
  EXPECT_TRUE(by.records.timestamp.empty());
}

TEST(JobResults, AValueNeverSeenIsRare) {
  const auto results = burst_results({detector("rare", "", "user")});
  const std::size_t row = row_of_burst(results);
  ASSERT_EQ(results.buckets.records[row], 1U);
  const auto record = results.buckets.first_record[row];
  EXPECT_EQ(text_of(results, results.records.leaf.by_field_value[record]), "mallory");
  EXPECT_EQ(results.records.leaf.actual[record], 1.0);
  EXPECT_EQ(results.records.explanation.by_field_first_occurrence[record], 1);
  EXPECT_EQ(results.records.explanation.anomaly_type[record], 0);
}

TEST(JobResults, AValueOfOneAmongManyPeopleIsRare) {
  JobEngine engine(stream_config({detector("rare", "", "user", "host")}));
  feed(engine, stream({.buckets = 60, .hosts = 40, .burst = 50}));
  const auto results = engine.take_results();
  ASSERT_EQ(results.buckets.records[50], 1U);
  const auto record = results.buckets.first_record[50];
  EXPECT_EQ(text_of(results, results.records.leaf.over_field_value[record]), "host0");
  const auto cause = results.records.first_cause[record];
  EXPECT_EQ(text_of(results, results.causes.by_field_value[cause]), "mallory");
}

TEST(JobResults, AnUnusualTimeOfTheDayIsFound) {
  std::vector<testing::Record> records;
  for (std::int64_t day = 0; day < 30; ++day) {
    const std::int64_t hour = day == 25 ? 3 : 9;
    records.push_back({.time = kStreamStart + day * 86'400'000 + hour * 3'600'000 + day * 60'000,
                       .numbers = {},
                       .texts = {{"user", "u"}, {"host", "h"}}});
  }
  JobEngine engine(stream_config({detector("time_of_day", "", "user")}));
  feed(engine, records);
  const auto results = engine.take_results();
  ASSERT_GE(results.records.timestamp.size(), 1U);
  const auto& scores = results.records.leaf.probability;
  const auto rarest = std::min_element(scores.begin(), scores.end()) - scores.begin();
  EXPECT_EQ(results.records.timestamp[static_cast<std::size_t>(rarest)] / 86'400'000, records[25].time / 86'400'000);
}

TEST(JobResults, AnUnusualPlaceIsFound) {
  std::vector<testing::Record> records;
  for (std::int64_t bucket = 0; bucket < 60; ++bucket) {
    testing::Record record{.time = kStreamStart + bucket * kStreamSpan, .numbers = {}, .texts = {{"user", "u"}}};
    record.numbers["at.latitude"] = bucket == 50 ? -33.9 : 40.0 + 0.01 * static_cast<double>(bucket % 7);
    record.numbers["at.longitude"] = bucket == 50 ? 151.2 : -74.0 + 0.01 * static_cast<double>(bucket % 5);
    records.push_back(record);
  }
  JobEngine engine(stream_config({detector("lat_long", "at", "user")}));
  feed(engine, records);
  const auto results = engine.take_results();
  const std::int64_t time = kStreamStart + 50 * kStreamSpan;
  const auto& leaf = results.records.leaf;
  const auto found = std::find(results.records.timestamp.begin(), results.records.timestamp.end(), time);
  ASSERT_NE(found, results.records.timestamp.end());
  const auto record = static_cast<std::size_t>(found - results.records.timestamp.begin());
  EXPECT_NEAR(leaf.actual[record], -33.9, 1e-9);
  EXPECT_NEAR(leaf.actual_longitude[record], 151.2, 1e-9);
  EXPECT_NEAR(leaf.typical[record], 40.03, 0.05);
  EXPECT_NEAR(leaf.typical_longitude[record], -73.98, 0.05);
}

TEST(JobResults, ForecastsFollowTheSeries) {
  JobEngine engine(stream_config({detector("count", "", "host"), detector("mean", "x", "")}));
  feed(engine, stream({}));
  const auto table = engine.forecast(10 * kStreamSpan);
  ASSERT_EQ(table.timestamp.size(), 5U * 10U);
  EXPECT_EQ(table.timestamp.front(), kStreamStart + 299 * kStreamSpan);
  for (std::size_t i = 0; i < table.timestamp.size(); ++i) {
    EXPECT_LT(table.forecast_lower[i], table.forecast_prediction[i]);
    EXPECT_LT(table.forecast_prediction[i], table.forecast_upper[i]);
    EXPECT_NEAR(table.forecast_prediction[i], table.detector_index[i] == 0 ? 10.0 : 100.0, 1.5);
  }
}

// A level that stays is foreseen for as long as it was seen, one that jumps about only as long as that says something.
TEST(JobResults, AForecastEndsWhereItSaysLittle) {
  constexpr std::int64_t kHour = 3'600'000;
  constexpr std::int64_t kSeen = 1'000;
  auto config = stream_config({detector("mean", "x", "host")});
  config.bucket_span = kHour;
  JobEngine engine(config);
  Random random(11);
  std::vector<Record> records;
  std::vector<double> levels(6, 0.0);
  for (std::int64_t bucket = 0; bucket < kSeen; ++bucket) {
    for (std::size_t host = 0; host < levels.size(); ++host) {
      if (host > 0 && bucket % 25 == 0) levels[host] += 80.0 * random.uniform() - 40.0;
      Record record{.time = bucket * kHour, .numbers = {}, .texts = {}};
      record.numbers["x"] = levels[host] + random.uniform();
      record.texts["host"] = std::to_string(host);
      records.push_back(record);
    }
  }
  feed(engine, records);
  const auto table = engine.forecast(2 * kSeen * kHour);
  std::map<std::string_view, std::vector<std::size_t>> rows;
  for (std::size_t i = 0; i < table.timestamp.size(); ++i) rows[table.texts.text(table.by_field_value[i])].push_back(i);
  std::size_t shorter = 0;
  for (const auto& [host, points] : rows) {
    double least = table.forecast_prediction[points.front()];
    double most = least;
    for (const std::size_t i : points) {
      least = std::min(least, table.forecast_prediction[i]);
      most = std::max(most, table.forecast_prediction[i]);
      const double first = table.forecast_upper[points.front()] - table.forecast_lower[points.front()];
      EXPECT_LE(table.forecast_upper[i] - table.forecast_lower[i], 2.0 * (first + most - least));
    }
    shorter += points.size() < static_cast<std::size_t>(kSeen) ? 1 : 0;
  }
  EXPECT_EQ(rows["0"].size(), static_cast<std::size_t>(kSeen));
  EXPECT_EQ(rows.size(), levels.size());
  EXPECT_GE(shorter, 1U);
}

}  // namespace
}  // namespace adcore

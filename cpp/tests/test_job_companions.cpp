// Series that run along with each other: values are judged beside their companion's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "adcore/base/normal_tail.hpp"
#include "adcore/job/companions.hpp"
#include "adcore/series/student.hpp"
#include "tests/job_streams.hpp"

namespace adcore {
namespace {

using testing::detector;
using testing::feed;
using testing::Record;
using testing::stream_config;
using testing::text_of;

/// Standard normals, of which those of one number are each other's companions.
class Normals {
 public:
  auto next() -> double { return -normal_quantile_of_log_tail(std::log(random_.uniform() + 1e-12)); }

 private:
  Random random_{7};
};

/// `series` series of one partition each, or all of the same.
auto table_of(std::uint32_t series, bool is_split) -> SeriesTable {
  MemoryBudget budget(1U << 30U);
  SeriesTable table(0);
  for (std::uint32_t i = 0; i < series; ++i) static_cast<void>(table.find_or_add(is_split ? i : 0, i, 0, budget));
  return table;
}

/// Two series whose correlation is 0.9, and what follows them.
auto pair_of(Normals& normals) -> std::vector<double> {
  const double a = normals.next();
  return {a, 0.9 * a + std::sqrt(1.0 - 0.81) * normals.next()};
}

/// The same by two passes over what the last 128 buckets had.
auto reference(const std::vector<std::vector<double>>& history, const std::vector<double>& now) -> double {
  const std::size_t first = history.size() - 128;
  const auto kept = [&](std::size_t bucket, std::size_t series) {
    return static_cast<double>(static_cast<float>(std::clamp(history[bucket][series], -4.0, 4.0)));
  };
  double mean[2] = {};
  for (std::size_t i = first; i < history.size(); ++i) {
    for (std::size_t series : {0U, 1U}) mean[series] += kept(i, series) / 128.0;
  }
  double aa = 0.0;
  double ab = 0.0;
  double bb = 0.0;
  for (std::size_t i = first; i < history.size(); ++i) {
    const double a = kept(i, 0) - mean[0];
    const double b = kept(i, 1) - mean[1];
    aa += a * a, ab += a * b, bb += b * b;
  }
  const double variance = (aa - ab * ab / bb) / 126.0;
  const double away = now[1] - mean[1];
  const double error = std::sqrt(variance * (1.0 + 1.0 / 128.0 + away * away / bb));
  const double t = std::abs(now[0] - mean[0] - ab / bb * away) / error;
  return std::min(0.0, std::log(2.0) + log_student_upper_tail(t, 126.0));
}

TEST(Companions, AreARegressionOnEachOther) {
  Normals normals;
  const SeriesTable table = table_of(2, false);
  Companions companions;
  companions.resize(2);
  std::vector<std::vector<double>> history;
  for (int bucket = 0; bucket < 300; ++bucket) {
    history.push_back(pair_of(normals));
    companions.learn(history.back(), table);
  }
  for (const std::vector<double>& now :
       {std::vector{0.5, 0.4}, {2.0, -2.0}, {-1.0, 1.5}, {-20.0, -22.0}, {30.0, 0.0}}) {
    const auto found = companions.compare(0, now, table, Side::both);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->companion, 1U);
    const double expected = std::max(reference(history, now), -708.3964185322641);
    EXPECT_NEAR(found->log_probability, expected, 1e-6 * std::max(1.0, -expected));
  }
  // Only to one side, as rare as its tail is twice.
  EXPECT_EQ(companions.compare(0, std::vector{-2.0, 2.0}, table, Side::high)->log_probability, 0.0);
  EXPECT_FALSE(companions.compare(0, std::vector{1.0, kMissing}, table, Side::both));
}

TEST(Companions, ProbabilitiesAreWhatTheySay) {
  Normals normals;
  const SeriesTable table = table_of(2, false);
  Companions companions;
  companions.resize(2);
  int compared = 0;
  int below[2] = {};
  for (int bucket = 0; bucket < 4'000; ++bucket) {
    const auto now = pair_of(normals);
    const auto found = companions.compare(1, now, table, Side::both);
    if (found) {
      ++compared;
      if (found->log_probability < std::log(0.1)) ++below[0];
      if (found->log_probability < std::log(0.01)) ++below[1];
    }
    companions.learn(now, table);
  }
  EXPECT_GT(compared, 3'900);
  EXPECT_NEAR(below[0] / 4'000.0, 0.1, 0.02);
  EXPECT_NEAR(below[1] / 4'000.0, 0.01, 0.006);
}

TEST(Companions, ChanceMakesNone) {
  Normals normals;
  const SeriesTable table = table_of(16, false);
  Companions companions;
  companions.resize(16);
  int found = 0;
  for (int bucket = 0; bucket < 250; ++bucket) {
    std::vector<double> deviates;
    for (int i = 0; i < 16; ++i) deviates.push_back(normals.next());
    for (std::uint32_t i = 0; i < 16; ++i) found += companions.compare(i, deviates, table, Side::both) ? 1 : 0;
    companions.learn(deviates, table);
  }
  EXPECT_LT(found, 250 * 16 / 200);
}

TEST(Companions, AreOfOnePartitionAndThere) {
  Normals normals;
  const SeriesTable split = table_of(2, true);
  const SeriesTable whole = table_of(2, false);
  Companions apart;
  Companions together;
  apart.resize(2);
  together.resize(2);
  for (int bucket = 0; bucket < 100; ++bucket) {
    const auto now = pair_of(normals);
    apart.learn(now, split);
    together.learn(now, whole);
  }
  const std::vector<double> now{1.0, 1.0};
  EXPECT_FALSE(apart.compare(0, now, split, Side::both));
  ASSERT_TRUE(together.compare(0, now, whole, Side::both));
  together.forget(1);
  EXPECT_FALSE(together.compare(0, now, whole, Side::both));
}

/// Two hosts whose loads move together, up and down at random, but for one bucket.
auto loads(std::size_t buckets, std::size_t parted) -> std::vector<Record> {
  Normals normals;
  std::vector<Record> records;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    const double common = bucket == parted ? 1.8 : normals.next();
    for (const int host : {0, 1}) {
      const double side = bucket == parted && host == 1 ? -1.0 : 1.0;
      Record record{.time = testing::kStreamStart + static_cast<std::int64_t>(bucket) * testing::kStreamSpan,
                    .numbers = {},
                    .texts = {}};
      record.numbers["x"] = 100.0 + 10.0 * side * common + normals.next();
      record.texts["host"] = "host" + std::to_string(host);
      records.push_back(record);
    }
  }
  return records;
}

auto load_config(bool is_multivariate) -> JobConfig {
  auto config = stream_config({detector("mean", "x", "host")});
  config.influencers = {"host"};
  config.multivariate_by_fields = is_multivariate;
  return config;
}

TEST(Companions, WhatPartsIsFoundThoughItIsUsualByItself) {
  constexpr std::size_t kParted = 250;
  const auto records = loads(kParted + 2, kParted);
  JobEngine alone(load_config(false));
  JobEngine together(load_config(true));
  feed(alone, records);
  feed(together, records);
  const std::int64_t time = testing::kStreamStart + static_cast<std::int64_t>(kParted) * testing::kStreamSpan;
  for (const double least : alone.take_results().records.leaf.probability) EXPECT_GT(least, 1e-4);
  const auto results = together.take_results();
  const auto& table = results.records;
  std::vector<std::string> partners;
  for (std::size_t i = 0; i < table.timestamp.size(); ++i) {
    if (table.timestamp[i] != time) continue;
    EXPECT_LT(table.leaf.probability[i], 1e-6);
    EXPECT_EQ(table.leaf.influences[i], 1U);
    partners.push_back(text_of(results, table.leaf.by_field_value[i]) + "-" +
                       text_of(results, table.leaf.correlated_by_field_value[i]));
  }
  std::sort(partners.begin(), partners.end());
  EXPECT_EQ(partners, (std::vector<std::string>{"host0-host1", "host1-host0"}));
}

TEST(Companions, AreTheSameAcrossBatchesAndSnapshots) {
  const auto records = loads(80, 60);
  JobEngine whole(load_config(true));
  feed(whole, records);
  JobEngine parts(load_config(true));
  feed(parts, std::span(records).first(101), 7);
  const auto after = JobEngine::from_bytes(parts.to_bytes());
  EXPECT_EQ(after->to_bytes(), parts.to_bytes());
  feed(*after, std::span(records).subspan(101));
  EXPECT_EQ(after->to_bytes(), whole.to_bytes());
}

}  // namespace
}  // namespace adcore

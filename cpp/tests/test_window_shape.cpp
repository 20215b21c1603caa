// Values that are all usual, in an order that is not: found where it is looked for, and no more false alarms.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/series/window_shape.hpp"
#include "series_streams.hpp"
#include "tests/job_streams.hpp"

namespace adcore::testing {
namespace {

constexpr std::size_t kHours = 1500;
constexpr std::size_t kStrange = 1300;
constexpr std::size_t kStrangeHours = 24;

/// A heap between collections: it fills for six to fourteen hours and is emptied at once. No period, so no season.
auto sawtooth(std::uint64_t seed) -> std::vector<double> {
  Random random(seed);
  std::vector<double> values;
  while (values.size() < kHours) {
    const double hours = 6 + std::floor(9 * random.uniform());
    for (double hour = 0.5; hour < hours && values.size() < kHours; ++hour)
      values.push_back(100 + 40 * hour / hours + 2 * normal(random));
  }
  return values;
}

auto noise(std::uint64_t seed) -> std::vector<double> {
  return hourly(kHours, seed, [](Random& random, std::int64_t) { return 100 + 5 * normal(random); });
}

/// It fills at once and is emptied slowly: the same values the other way round.
auto reversed(std::vector<double> values) -> std::vector<double> {
  const auto from = values.begin() + kStrange;
  std::reverse(from, from + kStrangeHours);
  return values;
}

/// It stays half full, nearly without noise.
auto frozen(std::vector<double> values) -> std::vector<double> {
  for (std::size_t i = kStrange; i < kStrange + kStrangeHours; ++i) values[i] = 120 + (values[i] - 120) / 50;
  return values;
}

class ShapedWatch {
 public:
  auto run(const std::vector<double>& values) -> std::vector<SeriesAssessment> {
    std::vector<SeriesAssessment> all;
    for (const double value : values) all.push_back(step(value));
    return all;
  }
  auto step(double value) -> SeriesAssessment {
    const SeriesSample sample{.time = kMonday + buckets_++ * kHour + kHour / 2, .value = value};
    const auto seen = model_.assess(config_, sample, &shape_);
    model_.learn(config_, sample, seen, 1, &shape_);
    return seen;
  }
  void skip() { ++buckets_; }

 private:
  SeriesConfig config_{.bucket_span = kHour};
  SeriesModel model_;
  WindowShape shape_;
  std::int64_t buckets_ = 0;
};

auto least_of(const std::vector<SeriesAssessment>& all) -> double {
  double least = 0;
  for (std::size_t i = kStrange; i < kStrange + kStrangeHours; ++i) least = std::min(least, all[i].log_probability);
  return std::exp(least);
}

TEST(ScoreTail, small_probabilities_are_as_frequent_as_they_say) {
  Random random(3);
  ScoreTail tail;
  double below[] = {0, 0, 0};
  constexpr int kScores = 60'000;
  for (int i = 0; i < kScores; ++i) {
    const double score = gamma(random, 4);
    const double log_p = tail.log_tail(score);
    EXPECT_TRUE(std::isnan(log_p) ? i < 220 : i >= 200);
    if (log_p < std::log(0.1)) ++below[0];
    if (log_p < std::log(0.01)) ++below[1];
    if (log_p < std::log(0.001)) ++below[2];
    tail.learn(score, 1);
  }
  EXPECT_NEAR(below[0] / kScores, 0.1, 0.01);
  EXPECT_NEAR(below[1] / kScores, 0.01, 0.003);
  EXPECT_NEAR(below[2] / kScores, 0.001, 0.0005);
}

TEST(ScoreTail, falls_with_the_score_and_knows_nothing_of_equal_scores) {
  ScoreTail tail;
  for (int i = 0; i < 500; ++i) tail.learn(1, 1);
  EXPECT_TRUE(std::isnan(tail.log_tail(2)));
  Random random(5);
  for (int i = 0; i < 500; ++i) tail.learn(1 + random.uniform(), 1);
  double before = 0;
  for (double score = 0; score < 5; score += 0.01) {
    const double log_p = tail.log_tail(score);
    EXPECT_LE(log_p, before);
    before = log_p;
  }
}

class UsualValues : public ::testing::TestWithParam<std::vector<double> (*)(std::uint64_t)> {};

TEST_P(UsualValues, no_more_of_them_are_unlikely_because_their_order_is_looked_at) {
  double with[] = {0, 0};
  double without[] = {0, 0};
  double shapes[] = {0, 0};
  constexpr std::size_t kSeries = 4;
  constexpr std::size_t kLearned = 500;
  for (std::size_t i = 0; i < kSeries; ++i) {
    const auto values = GetParam()(derive_seed(17, i));
    const auto looked = ShapedWatch().run(values);
    const auto plain = Watch().run(values);
    for (std::size_t k = 0; k < 2; ++k) {
      const double p = k == 0 ? 1e-2 : 1e-3;
      with[k] += share_below(looked, kLearned, &SeriesAssessment::log_probability, p) / kSeries;
      without[k] += share_below(plain, kLearned, &SeriesAssessment::log_probability, p) / kSeries;
      shapes[k] += share_below(looked, kLearned, &SeriesAssessment::log_shape, p) / kSeries;
    }
  }
  EXPECT_GT(shapes[0], 0.001);
  EXPECT_LT(shapes[0], 0.02);
  EXPECT_LT(shapes[1], 0.002);
  EXPECT_LT(with[0], 0.02);
  EXPECT_LE(with[1], without[1] + 0.001);
}

INSTANTIATE_TEST_SUITE_P(kinds, UsualValues, ::testing::Values(&noise, &sawtooth));

TEST(WindowShape, values_in_a_strange_order_are_found_with_it_and_not_without) {
  for (const auto& change : {&reversed, &frozen}) {
    for (const std::uint64_t seed : {11U, 12U, 13U}) {
      const auto values = change(sawtooth(seed));
      EXPECT_GT(least_of(Watch().run(values)), 0.01) << seed;
      EXPECT_LT(least_of(ShapedWatch().run(values)), 1e-3) << seed;
    }
  }
}

TEST(WindowShape, what_is_unusual_by_itself_or_missing_has_no_part_in_it) {
  for (const bool is_missing : {false, true}) {
    ShapedWatch watch;
    const auto values = noise(21);
    for (std::size_t i = 0; i < kStrange; ++i) watch.step(values[i]);
    EXPECT_FALSE(std::isnan(watch.step(101).log_shape));
    if (is_missing) watch.skip();
    else EXPECT_TRUE(std::isnan(watch.step(200).log_shape));
    for (std::size_t i = 1; i < WindowShape::kBuckets; ++i) EXPECT_TRUE(std::isnan(watch.step(100).log_shape)) << i;
    EXPECT_FALSE(std::isnan(watch.step(99).log_shape));
  }
}

TEST(WindowShape, goes_on_from_its_bytes_as_it_would_have) {
  Random random(8);
  WindowShape shape;
  const auto learn = [&](WindowShape& into, double score) { into.learn(score, into.unlikeness(score)); };
  for (int i = 0; i < 400; ++i) learn(shape, normal(random));
  const auto bytes_of = [](const WindowShape& one) {
    ByteWriter writer(snapshot_kind("test"), 1);
    one.write(writer);
    return writer.finish();
  };
  const auto bytes = bytes_of(shape);
  ByteReader reader(bytes, snapshot_kind("test"), 1);
  WindowShape again;
  again.read(reader);
  reader.finish();
  EXPECT_EQ(bytes_of(again), bytes);
  for (int i = 0; i < 50; ++i) {
    const double score = normal(random);
    EXPECT_EQ(again.log_tail(again.unlikeness(score)), shape.log_tail(shape.unlikeness(score)));
    learn(shape, score);
    learn(again, score);
  }
  EXPECT_EQ(bytes_of(again), bytes_of(shape));
}

TEST(WindowShape, refuses_bytes_of_another_forest) {
  ForestConfig config;
  config.input_dimensions = 3;
  const CompactForest other(config);
  ByteWriter writer(snapshot_kind("test"), 1);
  WindowShape().write(writer);
  auto bytes = writer.finish();
  ByteReader parts(bytes, snapshot_kind("test"), 1);
  const auto fields = parts.get_bytes();
  ByteWriter forged(snapshot_kind("test"), 1);
  forged.put_bytes(fields);
  forged.put_bytes(other.to_bytes());
  const auto wrong = forged.finish();
  ByteReader reader(wrong, snapshot_kind("test"), 1);
  WindowShape shape;
  EXPECT_THROW(shape.read(reader), SnapshotError);
}

// -- in a job

auto job_config(bool looks_at_order) -> JobConfig {
  auto config = stream_config({detector("mean", "x", "host")});
  config.shape_feature = looks_at_order;
  return config;
}

auto heap_records() -> std::vector<Record> {
  const auto values = reversed(sawtooth(11));
  std::vector<Record> records;
  for (std::size_t i = 0; i < values.size(); ++i) {
    Record record{.time = kStreamStart + static_cast<std::int64_t>(i) * kStreamSpan, .numbers = {}, .texts = {}};
    record.numbers["x"] = values[i];
    record.texts["host"] = "a";
    records.push_back(record);
  }
  return records;
}

TEST(WindowShape, of_a_job_survives_its_bytes_and_is_told_in_records) {
  const auto records = heap_records();
  JobEngine whole(job_config(true));
  feed(whole, records);
  JobEngine parts(job_config(true));
  feed(parts, std::span(records).first(kStrange + 5), 100);
  const auto after = JobEngine::from_bytes(parts.to_bytes());
  EXPECT_TRUE(after->config().shape_feature);
  feed(*after, std::span(records).subspan(kStrange + 5));
  EXPECT_EQ(after->to_bytes(), whole.to_bytes());
  const auto& impacts = whole.take_results().records.explanation.shape_impact;
  EXPECT_GE(*std::max_element(impacts.begin(), impacts.end()), 3);
}

TEST(WindowShape, counts_in_the_memory_of_a_job_and_not_without) {
  const auto records = heap_records();
  const auto used = [&](JobConfig config) {
    JobEngine engine(config);
    feed(engine, std::span(records).first(20));
    return engine.memory().used();
  };
  EXPECT_EQ(used(job_config(true)), used(job_config(false)) + WindowShape::most_bytes());
  EXPECT_LE(WindowShape::most_bytes(), 5U << 10U);
  auto population = job_config(true);
  population.detectors[0].over_field_name = "host";
  population.detectors[0].by_field_name.clear();
  auto plain = population;
  plain.shape_feature = false;
  EXPECT_EQ(used(population), used(plain));
}

}  // namespace
}  // namespace adcore::testing

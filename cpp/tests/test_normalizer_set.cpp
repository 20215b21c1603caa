#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/base/random.hpp"
#include "adcore/score/normalizer_set.hpp"
#include "adcore/score/renormalisation.hpp"

namespace adcore {
namespace {

constexpr std::int64_t kQuarterHour = 900'000;

struct GivenRows {
  std::vector<std::uint8_t> level;
  std::vector<std::uint64_t> class_id;
  std::vector<std::uint64_t> scope_id;
  std::vector<double> log_probability;

  void add(ScoreLevel of, std::uint64_t class_of, std::uint64_t scope_of, double log_p) {
    level.push_back(static_cast<std::uint8_t>(of));
    class_id.push_back(class_of);
    scope_id.push_back(scope_of);
    log_probability.push_back(log_p);
  }
  [[nodiscard]] auto view() const -> ScoreRows { return {level, class_id, scope_id, log_probability}; }
  [[nodiscard]] auto size() const -> std::size_t { return level.size(); }
};

/// A bucket of a job with two detectors of five series each and an influencer.
auto bucket(Random& random) -> GivenRows {
  GivenRows rows;
  const auto log_p = [&] { return random.uniform() < 0.8 ? 0.0 : -4 * random.exponential(); };
  rows.add(ScoreLevel::root, 0, 0, log_p());
  for (std::uint64_t series = 0; series < 10; ++series) rows.add(ScoreLevel::leaf, series % 2, series, log_p());
  rows.add(ScoreLevel::influencer, 3, 3, log_p());
  rows.add(ScoreLevel::bucket_influencer, 3, 3, log_p());
  return rows;
}

auto trained(int buckets, std::uint64_t seed = 1) -> NormalizerSet {
  NormalizerSet set(kQuarterHour);
  Random random(seed);
  for (int i = 0; i < buckets; ++i) set.update(i * kQuarterHour, bucket(random).view());
  return set;
}

auto scores_of(const NormalizerSet& set, const GivenRows& rows) -> std::vector<double> {
  std::vector<double> scores(rows.size());
  set.score(rows.view(), scores);
  return scores;
}

TEST(BigChange, IsAQuarterAPointAndAHalfOrAThird) {
  EXPECT_TRUE(is_big_change(24.9, 25.1));
  EXPECT_FALSE(is_big_change(25.1, 26.5));
  EXPECT_TRUE(is_big_change(25.1, 26.6));
  EXPECT_TRUE(is_big_change(99.9, 100));
  EXPECT_FALSE(is_big_change(80, 78.6));
  EXPECT_TRUE(is_big_change(0.5, 0.1));
  EXPECT_FALSE(is_big_change(0.5, 0.2));
  EXPECT_TRUE(is_big_change(0, 0.001));
  EXPECT_FALSE(is_big_change(0, 0));
}

TEST(NormalizerSet, KeepsLevelsAndClassesApart) {
  NormalizerSet set(kQuarterHour);
  GivenRows quiet;
  for (const auto level : {ScoreLevel::root, ScoreLevel::leaf}) {
    for (const std::uint64_t class_id : {0U, 1U}) quiet.add(level, class_id, 0, 0);
  }
  for (int i = 0; i < 500; ++i) set.update(i * kQuarterHour, quiet.view());
  GivenRows storm = quiet;
  storm.log_probability = {0, 0, -300, 0};  // the leaf of class 0
  EXPECT_TRUE(set.update(500 * kQuarterHour, storm.view()));
  GivenRows asked = quiet;
  asked.log_probability = {-12, -12, -12, -12};
  const auto scores = scores_of(set, asked);
  EXPECT_GT(scores[0], 90);
  EXPECT_GT(scores[1], 90);
  EXPECT_LT(scores[2], 15);
  EXPECT_GT(scores[3], 90);
}

TEST(NormalizerSet, DoesNotDependOnTheOrderOfTheRows) {
  NormalizerSet one(kQuarterHour);
  NormalizerSet other(kQuarterHour);
  Random random(5);
  for (int i = 0; i < 50; ++i) {
    const GivenRows rows = bucket(random);
    GivenRows reversed;
    for (std::size_t row = rows.size(); row-- > 0;) {
      reversed.add(static_cast<ScoreLevel>(rows.level[row]), rows.class_id[row], rows.scope_id[row],
                   rows.log_probability[row]);
    }
    EXPECT_EQ(one.update(i * kQuarterHour, rows.view()), other.update(i * kQuarterHour, reversed.view()));
  }
  EXPECT_EQ(one.to_bytes(), other.to_bytes());
}

TEST(NormalizerSet, ScoringChangesNothing) {
  const auto set = trained(100);
  const auto before = set.to_bytes();
  Random random(8);
  const auto scores = scores_of(set, bucket(random));
  EXPECT_EQ(scores.size(), 13U);
  EXPECT_EQ(set.to_bytes(), before);
}

TEST(NormalizerSet, ScoresWhatNoFinalBucketHasHadYet) {
  GivenRows rows;
  rows.add(ScoreLevel::leaf, 77, 1, -50);
  rows.add(ScoreLevel::leaf, 77, 1, -1);
  const auto scores = scores_of(NormalizerSet(kQuarterHour), rows);
  EXPECT_GT(scores[0], 0);
  EXPECT_LT(scores[0], 50);
  EXPECT_EQ(scores[1], 0);
}

TEST(NormalizerSet, RenormalisesOnlyBigChanges) {
  auto set = trained(300);
  Random random(9);
  GivenRows stored;
  for (int i = 0; i < 40; ++i) {
    const GivenRows rows = bucket(random);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      stored.add(static_cast<ScoreLevel>(rows.level[row]), rows.class_id[row], rows.scope_id[row],
                 rows.log_probability[row]);
    }
  }
  const auto initial = scores_of(set, stored);
  for (int i = 300; i < 310; ++i) set.update(i * kQuarterHour, bucket(random).view());
  GivenRows storm;
  for (std::uint64_t series = 0; series < 10; series += 2) storm.add(ScoreLevel::leaf, 0, series, -500);
  EXPECT_TRUE(set.update(310 * kQuarterHour, storm.view()));
  const auto now = scores_of(set, stored);
  auto scores = initial;
  std::vector<std::uint8_t> changed(stored.size(), 9);
  set.renormalise(stored.view(), scores, changed);
  int changes = 0;
  int kept = 0;
  for (std::size_t row = 0; row < stored.size(); ++row) {
    ASSERT_EQ(changed[row], is_big_change(initial[row], now[row]) ? 1 : 0);
    ASSERT_EQ(scores[row], changed[row] == 1 ? now[row] : initial[row]);
    changes += changed[row];
    kept += changed[row] == 0 && now[row] != initial[row] ? 1 : 0;
  }
  EXPECT_GT(changes, 5);
  EXPECT_GT(kept, 0);
  // Once more: nothing is left to change.
  const auto once = scores;
  set.renormalise(stored.view(), scores, changed);
  EXPECT_EQ(scores, once);
  EXPECT_EQ(changed, std::vector<std::uint8_t>(stored.size(), 0));
}

TEST(NormalizerSet, GoesOnFromASnapshot) {
  auto original = trained(333);
  const auto bytes = original.to_bytes();
  auto restored = NormalizerSet::from_bytes(bytes);
  EXPECT_EQ(restored.to_bytes(), bytes);
  Random random(12);
  for (int i = 333; i < 400; ++i) {
    const GivenRows rows = bucket(random);
    ASSERT_EQ(original.update(i * kQuarterHour, rows.view()), restored.update(i * kQuarterHour, rows.view()));
    ASSERT_EQ(scores_of(original, rows), scores_of(restored, rows));
  }
  EXPECT_EQ(original.to_bytes(), restored.to_bytes());
  EXPECT_GT(restored.memory_bytes(), 1000U);
}

TEST(NormalizerSet, RefusesDamagedBytes) {
  const auto bytes = trained(40).to_bytes();
  for (std::size_t i = 0; i < bytes.size(); i += 7) {
    auto damaged = bytes;
    damaged[i] ^= std::byte{0x10};
    EXPECT_THROW(static_cast<void>(NormalizerSet::from_bytes(damaged)), SnapshotError);
    EXPECT_THROW(static_cast<void>(NormalizerSet::from_bytes(std::span(bytes).first(i))), SnapshotError);
  }
}

TEST(NormalizerSet, RefusesColumnsThatDoNotFit) {
  auto set = trained(3);
  GivenRows rows;
  rows.add(ScoreLevel::leaf, 0, 0, -5);
  std::vector<double> two(2);
  EXPECT_THROW(set.score(rows.view(), two), InvalidArgument);
  rows.scope_id.push_back(1);
  EXPECT_THROW(set.update(10 * kQuarterHour, rows.view()), InvalidArgument);
  rows.scope_id.pop_back();
  rows.level[0] = 6;
  EXPECT_THROW(set.update(10 * kQuarterHour, rows.view()), InvalidArgument);
  EXPECT_THROW(NormalizerSet(0), InvalidArgument);
}

}  // namespace
}  // namespace adcore

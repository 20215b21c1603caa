#include <gtest/gtest.h>

#include <cmath>

#include "adcore/base/error.hpp"
#include "adcore/score/scope_maxima.hpp"
#include "test_kind.hpp"

namespace adcore {
namespace {

TEST(ScopeMaxima, OfAScopeAreItsOwn) {
  ScopeMaxima maxima(0.001);
  EXPECT_TRUE(maxima.learn(1, 0, 5));
  EXPECT_TRUE(maxima.learn(2, 0, 0.5));
  EXPECT_EQ(maxima.largest(1, 0), 5);
  EXPECT_EQ(maxima.largest(2, 0), 0.5);
  EXPECT_EQ(maxima.largest(3, 0), 0);
}

TEST(ScopeMaxima, ChangeMuchWithTheFirstScoreAndWithATenthMore) {
  ScopeMaxima maxima(0);
  EXPECT_FALSE(maxima.learn(1, 0, 0));
  EXPECT_TRUE(maxima.learn(1, 1, 2));
  EXPECT_FALSE(maxima.learn(1, 2, 2.2));
  EXPECT_EQ(maxima.largest(1, 2), 2.2);
  EXPECT_TRUE(maxima.learn(1, 3, 2.43));
  EXPECT_FALSE(maxima.learn(1, 4, 1));
  EXPECT_EQ(maxima.largest(1, 4), 2.43);
}

TEST(ScopeMaxima, LoseWeightWhetherTouchedOrNot) {
  ScopeMaxima maxima(0.01);
  for (const std::uint64_t scope : {1U, 2U}) maxima.learn(scope, 100, 8);
  for (int bucket = 101; bucket <= 140; ++bucket) maxima.learn(1, bucket, 0);
  EXPECT_NEAR(maxima.largest(1, 140), 8 * std::exp(-0.4), 1e-12);
  EXPECT_NEAR(maxima.largest(2, 140), 8 * std::exp(-0.4), 1e-12);
}

TEST(ScopeMaxima, AreForgottenFiftyBucketsAfterTheScopeWasSeen) {
  ScopeMaxima maxima(0);
  for (const std::uint64_t scope : {1U, 2U}) maxima.learn(scope, 0, 8);
  maxima.learn(2, 30, 0);
  EXPECT_EQ(maxima.largest(1, 50), 8);
  EXPECT_EQ(maxima.largest(1, 51), 0);
  EXPECT_EQ(maxima.largest(2, 80), 8);
  maxima.prune(51);
  EXPECT_EQ(maxima.size(), 1U);
  EXPECT_TRUE(maxima.learn(1, 52, 0.1));
  EXPECT_EQ(maxima.largest(1, 52), 0.1);
}

TEST(ScopeMaxima, RefusesWhatCannotBe) {
  struct Row {
    std::uint64_t scope;
    double score;
    std::int64_t last_bucket;
  };
  const auto read = [](std::initializer_list<Row> rows) {
    ByteWriter out(testing::kTestKind, 1);
    out.put_count(rows.size());
    for (const auto& row : rows) {
      out.put(row.scope);
      out.put(row.score);
      out.put(row.last_bucket);
    }
    const auto bytes = out.finish();
    ByteReader in(bytes, testing::kTestKind, 1);
    ScopeMaxima maxima(0);
    maxima.read(in, 10);
    return maxima.size();
  };
  EXPECT_EQ(read({{1, 3, 10}, {2, 100, -5}}), 2U);
  EXPECT_THROW(read({{1, 3, 11}}), SnapshotError);
  EXPECT_THROW(read({{1, 3, INT64_MIN}}), SnapshotError);
  EXPECT_THROW(read({{1, 0, 1}}), SnapshotError);
  EXPECT_THROW(read({{1, NAN, 1}}), SnapshotError);
  EXPECT_THROW(read({{1, 101, 1}}), SnapshotError);
  EXPECT_THROW(read({{1, 3, 1}, {1, 3, 1}}), SnapshotError);
}

}  // namespace
}  // namespace adcore

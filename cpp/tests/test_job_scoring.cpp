// What a bucket's leaves come to, leaf by leaf.
#include "adcore/job/scoring.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "tests/job_streams.hpp"

namespace adcore {
namespace {

using testing::detector;
using testing::stream_config;

// Leaves of no series in particular, bucket after bucket.
class Buckets {
 public:
  explicit Buckets(std::size_t detectors)
      : config_(stream_config(std::vector(detectors, detector("mean", "x", "")))), plan_(config_), scoring_(config_) {}

  auto close(LeafBatch batch, bool is_interim = false) -> JobResults {
    const JobBucket records(number_, 0, plan_);
    const ClosingBucket bucket{.config = config_,
                               .plan = plan_,
                               .kept = kept_,
                               .records = records,
                               .start = number_ * config_.bucket_span,
                               .is_interim = is_interim,
                               .completeness = 1.0,
                               .calendar = {}};
    JobResults results;
    scoring_.write(bucket, batch, {}, results);
    if (!is_interim) ++number_;
    return results;
  }

 private:
  JobConfig config_;
  FieldPlan plan_;
  std::vector<KeptValues> kept_;
  Scoring scoring_;
  std::int64_t number_ = 0;
};

void add_leaf(LeafBatch& batch, std::uint32_t of_detector, double log_probability) {
  Leaf leaf{.detector = of_detector, .partition = kNone, .over = kNone, .by = kNone, .skip_result = false};
  leaf.log_probability = log_probability;
  batch.leaves.push_back(leaf);
}

auto leaves_of_two(double first, double second) -> LeafBatch {
  LeafBatch batch;
  add_leaf(batch, 0, first);
  add_leaf(batch, 1, second);
  return batch;
}

TEST(JobScoring, AFirstGreatAnomalyIsNotMeasuredByItself) {
  Buckets buckets(2);
  for (int i = 0; i < 50; ++i) buckets.close(leaves_of_two(-7.0, -7.0));
  for (const bool is_interim : {true, false}) {
    const auto results = buckets.close(leaves_of_two(-400.0, -0.5), is_interim);
    ASSERT_EQ(results.records.detector_index, Codes{0});
    EXPECT_NEAR(results.records.scored.log_probability[0], -400.0, 0.5);
  }
  // The next one is: half of it was the other detector's usual.
  const auto results = buckets.close(leaves_of_two(-400.0, -0.5));
  EXPECT_NEAR(results.records.scored.log_probability[0], -(400.0 + 7.0) / 2, 5.0);
}

TEST(JobScoring, TwoLeavesOfABucketDoNotCorrectEachOther) {
  Buckets buckets(2);
  for (int i = 0; i < 50; ++i) buckets.close(leaves_of_two(-7.0, -7.0));
  auto batch = leaves_of_two(-400.0, -400.0);
  add_leaf(batch, 0, -300.0);
  const auto results = buckets.close(std::move(batch));
  ASSERT_EQ(results.records.detector_index, (Codes{0, 0, 1}));
  EXPECT_NEAR(results.records.scored.log_probability[0], -400.0, 0.5);
  EXPECT_NEAR(results.records.scored.log_probability[1], -300.0, 0.5);
  EXPECT_NEAR(results.records.scored.log_probability[2], -400.0, 0.5);
}

TEST(JobScoring, BucketsWithoutAnythingUnusualCount) {
  for (const int quiet : {60, 1'500}) {  // 20 and 500 half hours
    Buckets buckets(1);
    for (int i = 0; i < quiet; ++i) {
      LeafBatch batch;
      add_leaf(batch, 0, 0.0);
      buckets.close(std::move(batch));
    }
    LeafBatch batch;
    add_leaf(batch, 0, -40.0);
    batch.leaves[0].influences = 1;
    batch.influences.push_back({0, "mallory", 1.0});
    const auto results = buckets.close(std::move(batch));
    const auto& bucket = results.bucket_influencers;
    ASSERT_EQ(bucket.anomaly_score.size(), 2U);  // of users, and of the bucket
    for (const double score : {bucket.anomaly_score[0], bucket.anomaly_score[1], results.records.record_score[0],
                               results.influencers.influencer_score[0]}) {
      if (quiet < 100) EXPECT_LT(score, 25.0);
      else EXPECT_GT(score, 80.0);
    }
  }
}

TEST(JobScoring, WhatIsUnlikelyOnlyTogetherIsWrittenByItsNearestRecords) {
  Buckets buckets(1);
  LeafBatch batch;
  for (const double p : {0.12, 0.101, 0.125, 0.11}) add_leaf(batch, 0, std::log(p));
  const auto results = buckets.close(std::move(batch));
  ASSERT_EQ(results.bucket_influencers.timestamp.size(), 1U);
  EXPECT_GT(results.bucket_influencers.raw_anomaly_score[0], 0.0);
  ASSERT_EQ(results.records.leaf.probability.size(), 3U);
  EXPECT_NEAR(results.records.leaf.probability[0], 0.101, 1e-12);
  EXPECT_NEAR(results.records.leaf.probability[1], 0.11, 1e-12);
  EXPECT_NEAR(results.records.leaf.probability[2], 0.12, 1e-12);
  EXPECT_EQ(results.records.record_score, Numbers(3, 0.0));
}

TEST(JobScoring, AWrittenInfluencerHasRecords) {
  for (const bool is_influenced : {true, false}) {
    Buckets buckets(1);
    LeafBatch batch;
    for (const double p : {0.04, 0.041, 0.049}) {
      add_leaf(batch, 0, std::log(p));
      if (!is_influenced) continue;
      batch.leaves.back().first_influence = static_cast<std::uint32_t>(batch.influences.size());
      batch.leaves.back().influences = 1;
      batch.influences.push_back({0, "mallory", 1.0});
    }
    for (int i = 0; i < 100; ++i) add_leaf(batch, 0, std::log(0.9));
    const auto results = buckets.close(std::move(batch));
    EXPECT_EQ(results.influencers.timestamp.size(), is_influenced ? 1U : 0U);
    EXPECT_EQ(results.records.leaf.probability.size(), is_influenced ? 2U : 0U);
  }
}

TEST(JobScoring, NoProbabilityIsBelowTheLeastDouble) {
  Buckets buckets(1);
  LeafBatch batch;
  add_leaf(batch, 0, -1e6);
  batch.leaves[0].assessment.log_single = -1e6;
  const auto results = buckets.close(std::move(batch));
  EXPECT_EQ(results.records.leaf.probability, Numbers{2.2250738585072014e-308});
  EXPECT_EQ(results.records.explanation.single_bucket_impact[0], 308);
}

}  // namespace
}  // namespace adcore

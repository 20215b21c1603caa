#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "adcore/base/random.hpp"
#include "adcore/score/ceilings.hpp"
#include "adcore/score/normalizer.hpp"
#include "adcore/score/raw_score.hpp"
#include "adcore/score/score_scale.hpp"
#include "adcore/series/bucket_time.hpp"

namespace adcore {
namespace {

constexpr std::int64_t kMinute = 60'000;

/// One scope, one score per bucket.
class Single {
 public:
  explicit Single(std::int64_t bucket_span) : span_(bucket_span), normalizer_(ScoreTime(bucket_span)) {}

  auto add(double log_p) -> bool {
    const std::uint64_t scope = 7;
    return normalizer_.update(span_ * bucket_++, {&scope, 1}, {&log_p, 1});
  }
  [[nodiscard]] auto score(double log_p) const -> double { return ScoreScale(normalizer_).score(7, log_p); }
  [[nodiscard]] auto normalizer() const -> const Normalizer& { return normalizer_; }

 private:
  std::int64_t span_;
  std::int64_t bucket_ = 0;
  Normalizer normalizer_;
};

TEST(Normalizer, CountsEveryBucketZerosIncluded) {
  Single job(kMsPerHour);
  for (int i = 0; i < 15; ++i) job.add(0);
  job.add(std::log(0.04));  // has a raw score, but is not reported
  for (int i = 0; i < 4; ++i) job.add(std::log(1e-3));
  EXPECT_EQ(job.normalizer().quantiles().total(), 20);
  EXPECT_EQ(job.normalizer().quantiles().like(0), 16);
  EXPECT_EQ(job.normalizer().quantiles().like(98), 4);  // 0.09819639
}

TEST(Normalizer, ScoresNothingFromTheReportedProbabilityUp) {
  Single job(kMsPerHour);
  job.add(std::log(1e-3));
  EXPECT_EQ(job.score(std::log(0.0351)), 0);
  EXPECT_GT(job.score(std::log(0.0349)), 0);
  EXPECT_EQ(job.score(0), 0);
}

TEST(Normalizer, GivesTheLargestScoreWhatItsRankAllows) {
  for (const int buckets : {20, 50, 100, 200, 500}) {
    Single job(kMsPerHour);
    for (int i = 1; i < buckets; ++i) job.add(0);
    job.add(-40);
    const double total = job.normalizer().quantiles().total();
    EXPECT_NEAR(job.score(-40), rank_ceiling(total, total - 1), 1e-9) << buckets;
  }
}

// 91.58505459594764 for p = 1.7340849573442696e-4, raw score 0.5758246639716365: a bucket influencer of the
// documentation of the API. It is the absolute ceiling; the others have to let it through.
TEST(Normalizer, OfThePublishedProbabilityGivesThePublishedScore) {
  const double log_p = std::log(1.7340849573442696e-4);
  Single job(kMsPerHour);
  for (int i = 0; i < 5000; ++i) job.add(0);
  EXPECT_TRUE(job.add(log_p));
  EXPECT_EQ(job.score(log_p), 91.58505459594764);
}

TEST(Normalizer, MeasuresByTheLargestOfTheScope) {
  const std::vector<std::uint64_t> scopes{1, 2};
  const std::vector<double> quiet{0, 0};
  Normalizer normalizer{ScoreTime(kMsPerHour)};
  std::int64_t time = 0;
  for (int i = 0; i < 3000; ++i) normalizer.update(time += kMsPerHour, scopes, quiet);
  normalizer.update(time += kMsPerHour, scopes, std::vector<double>{-100, -12});
  ScoreScale scale(normalizer);
  const double ratio = raw_score(-12) / raw_score(-100);
  EXPECT_NEAR(scale.score(1, -12), largest_ceiling(ratio), 1e-12);
  EXPECT_GT(scale.score(2, -12), 95);
  EXPECT_GT(scale.score(3, -12), 95);  // a scope without a score
}

TEST(Normalizer, QuietsWhereMostScoresAreNotZero) {
  Single job(kMsPerHour);
  Random random(2);
  for (int i = 0; i < 2000; ++i) job.add(std::log(0.001) - 0.2 * random.uniform());
  EXPECT_LT(job.score(std::log(0.001) - 0.1), 1.2);
}

TEST(Normalizer, SaysWhenTheLargestScoreMoves) {
  Single job(kMsPerHour);
  EXPECT_FALSE(job.add(0));
  EXPECT_TRUE(job.add(-20));
  EXPECT_FALSE(job.add(-20));
  EXPECT_FALSE(job.add(-10));
  EXPECT_TRUE(job.add(-40));
}

TEST(Normalizer, LetsALaterAnomalyLowerTheFirst) {
  Single job(kMsPerHour);
  for (int i = 0; i < 2000; ++i) job.add(0);
  job.add(-15);
  const double first = job.score(-15);
  job.add(-200);
  EXPECT_GT(first, 90);
  EXPECT_LT(job.score(-15), 20);
}

TEST(Normalizer, AgesMaximaAndMoreSlowlyQuantiles) {
  Single job(kMsPerHour);
  for (int i = 0; i < 20; ++i) job.add(-20);
  for (int i = 0; i < 2000; ++i) job.add(0);
  const double decay = 2 * 0.001;  // an hour is two half hours
  EXPECT_NEAR(job.normalizer().largest(7), raw_score(-20) * std::exp(-decay * 2000), 1e-9);
  EXPECT_NEAR(job.normalizer().quantiles().like(Normalizer::quantile_key(raw_score(-20))),
              20 * std::exp(-decay * 2000 / 20), 1e-6);
}

TEST(Normalizer, ForgetsAScopeAfterALongGap) {
  Normalizer normalizer{ScoreTime(kMsPerHour)};
  const std::uint64_t scope = 7;
  const double log_p = -20;
  normalizer.update(0, {&scope, 1}, {&log_p, 1});
  normalizer.update(51 * kMsPerHour, {}, {});
  EXPECT_EQ(normalizer.largest(7), 0);
}

// A day of minutes counts as often as a day of half hours, each half hour with its highest score.
TEST(Normalizer, TakesTheHighestScoreOfHalfAnHour) {
  Single minutes(kMinute);
  Single half_hours(30 * kMinute);
  Random random(4);
  for (int i = 0; i < 48; ++i) {
    double lowest = 0;
    for (int j = 0; j < 30; ++j) {
      const double log_p = -3 * random.exponential();
      lowest = std::min(lowest, log_p);
      minutes.add(log_p);
    }
    half_hours.add(lowest);
  }
  // Ageing apart: the same counts.
  const auto& one = minutes.normalizer().quantiles();
  const auto& other = half_hours.normalizer().quantiles();
  EXPECT_NEAR(one.total(), 48, 0.1);
  EXPECT_NEAR(other.total(), 48, 0.1);
  for (std::uint32_t key = 0; key < 20'000; key += 7) ASSERT_NEAR(one.below(key), other.below(key), 0.1);
}

TEST(Normalizer, CountsEverySeriesOfABucket) {
  Normalizer normalizer{ScoreTime(kMinute)};
  std::vector<std::uint64_t> scopes(100);
  for (std::size_t i = 0; i < scopes.size(); ++i) scopes[i] = i;
  for (std::int64_t minute = 0; minute < 30; ++minute) {
    std::vector<double> log_ps(100, 0.0);
    log_ps[static_cast<std::size_t>(minute)] = -20;
    if (minute == 9) log_ps[50] = -12;
    normalizer.update(minute * kMinute, scopes, log_ps);
  }
  // As many as in one of its buckets: the two highest and 98 zeros.
  const auto& quantiles = normalizer.quantiles();
  EXPECT_EQ(quantiles.total(), 100);
  EXPECT_EQ(quantiles.like(0), 98);
  EXPECT_EQ(quantiles.like(Normalizer::quantile_key(raw_score(-20))), 1);
  EXPECT_EQ(quantiles.like(Normalizer::quantile_key(raw_score(-12))), 1);
}

TEST(ScoreScale, NeverRisesWithTheProbability) {
  Single job(kMsPerHour);
  Random random(6);
  for (int i = 0; i < 800; ++i) job.add(random.uniform() < 0.7 ? 0 : -4 * random.exponential());
  ScoreScale scale(job.normalizer());
  double before = 101;
  for (double log_p = -700; log_p < 0; log_p += 0.13) {
    const double score = scale.score(7, log_p);
    EXPECT_LE(score, before + 1e-9);
    EXPECT_GE(score, 0);
    EXPECT_LE(score, 100);
    before = score;
  }
}

}  // namespace
}  // namespace adcore

#include "adcore/detect/thresholder.hpp"

#include <gtest/gtest.h>

#include "detect_streams.hpp"
#include "reference/thresholder.hpp"
#include "test_kind.hpp"

namespace adcore {
namespace {

auto steady(Thresholder& thresholder, int scores, double low, double high) {
  for (int i = 0; i < scores; ++i) thresholder.learn(i % 2 == 0 ? low : high, i % 2 == 0 ? low : high);
}

TEST(Thresholder, StartsWithTheInitialThreshold) {
  const Thresholder thresholder{ThresholderConfig{}};
  EXPECT_FALSE(thresholder.is_ready());
  EXPECT_EQ(thresholder.judge(1.4).threshold, 1.5);
  EXPECT_EQ(thresholder.judge(1.49).grade, 0);
  // (1.5 - 0.8) / 0.8 = 0.875; floor(17.5) / 16 > 1.
  EXPECT_EQ(thresholder.judge(1.5).grade, 1);
}

TEST(Thresholder, WithoutDependenceTakesTheLesserDeviation) {
  ThresholderConfig config;
  config.time_decay = 0;
  config.dependent_scores = false;
  config.shingled = false;
  Thresholder thresholder(config);
  steady(thresholder, 100, 1.0, 1.2);
  // Mean 1.1, deviation 0.1; scores below the mean lie exactly 0.1 below it, without deviation, so that the factor
  // multiplies 0 and the threshold is mean + deviation.
  EXPECT_NEAR(thresholder.mean(), 1.1, 1e-12);
  EXPECT_NEAR(thresholder.standard_deviation(), 0.1, 1e-12);
  EXPECT_NEAR(thresholder.judge(1.1).threshold, 1.2, 1e-9);
}

TEST(Thresholder, GradesInSixteenthsUpToOne) {
  Thresholder thresholder{ThresholderConfig{}};
  steady(thresholder, 200, 0.9, 1.1);
  const double threshold = thresholder.judge(0).threshold;
  EXPECT_EQ(thresholder.judge(threshold).grade, 0);
  for (double score = threshold; score < threshold + 3; score += 0.01) {
    const double grade = thresholder.judge(score).grade;
    ASSERT_EQ(grade * 16, std::floor(grade * 16));
    ASSERT_LE(grade, 1);
  }
  EXPECT_EQ(thresholder.judge(threshold + 3).grade, 1);
}

TEST(Thresholder, FollowsTheFormulasOfTheField) {
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    Random random(seed);
    ThresholderConfig config;
    config.time_decay = seed % 3 == 0 ? 0.05 : 1.0 / 2560;
    config.z_factor = 1 + 4 * random.uniform();
    config.score_differencing = random.uniform();
    config.auto_adjust = seed % 2 == 0;
    config.transformed = seed % 5 != 0;
    config.shingled = seed % 4 != 0;
    config.dependent_scores = config.shingled || seed % 8 == 0;
    if (seed % 7 == 0) config.lower_threshold = 0.6;
    Thresholder fast(config);
    reference::Thresholder slow(config);
    const double level = 0.5 + 0.7 * random.uniform();
    for (int i = 0; i < 100; ++i) {
      const double score = std::max(0.01, level + 0.2 * testing::noise(random) + (i % 37 == 0 ? 2 : 0));
      const Verdict expected = slow.judge(score);
      ASSERT_NEAR(fast.judge(score).threshold, expected.threshold, 1e-9) << "seed " << seed << " row " << i;
      ASSERT_NEAR(fast.judge(score).grade, expected.grade, 1e-9) << "seed " << seed << " row " << i;
      const double corrected = i % 11 == 0 ? 0.5 * score : score;
      fast.learn(score, corrected);
      slow.learn(score, corrected);
    }
  }
}

TEST(Thresholder, AHigherScoreNeverHasALowerGrade) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Random random(seed);
    Thresholder thresholder{ThresholderConfig{}};
    for (int i = 0; i < 300; ++i) {
      double last = 0;
      for (double score = 0.1; score < 8; score += 0.1) {
        const double grade = thresholder.judge(score).grade;
        ASSERT_GE(grade, last) << "seed " << seed << " row " << i << " score " << score;
        last = grade;
      }
      const double score = std::max(0.01, 0.8 + 0.15 * testing::noise(random));
      thresholder.learn(score, score);
    }
  }
}

TEST(Thresholder, AnAnomalyHardlyRaisesTheThreshold) {
  Thresholder thresholder{ThresholderConfig{}};
  steady(thresholder, 500, 0.7, 0.9);
  const double before = thresholder.judge(1).threshold;
  thresholder.learn(8, 8);
  thresholder.learn(0.8, 0.8);
  const double after = thresholder.judge(1).threshold;
  EXPECT_GE(after, before);
  EXPECT_LT(after, 2.5) << "a score of 8 must not hide the next";
}

TEST(Thresholder, ConstantScoresAreNoAnomaly) {
  Thresholder thresholder{ThresholderConfig{}};
  for (int i = 0; i < 300; ++i) ASSERT_EQ(thresholder.observe(0.5).grade, 0);
}

TEST(Thresholder, ObserveIsJudgeThenLearn) {
  Thresholder one{ThresholderConfig{}};
  Thresholder two{ThresholderConfig{}};
  Random random(5);
  for (int i = 0; i < 200; ++i) {
    const double score = 0.5 + random.uniform();
    const Verdict observed = one.observe(score);
    const Verdict judged = two.judge(score);
    two.learn(score, score);
    ASSERT_EQ(observed.threshold, judged.threshold);
    ASSERT_EQ(observed.grade, judged.grade);
  }
}

TEST(Thresholder, TheLowerThresholdHolds) {
  ThresholderConfig config;
  config.lower_threshold = 1.3;
  Thresholder thresholder(config);
  for (int i = 0; i < 300; ++i) thresholder.learn(0.5, 0.5);
  EXPECT_EQ(thresholder.judge(1.0).threshold, 1.3);
  thresholder.set_lower_threshold(0.9);
  EXPECT_EQ(thresholder.judge(1.0).threshold, 0.9);
}

TEST(Thresholder, AutoAdjustFollowsAQuietSeries) {
  ThresholderConfig config;
  config.auto_adjust = true;
  Thresholder thresholder(config);
  for (int i = 0; i < 300; ++i) thresholder.learn(0.45, 0.45);
  EXPECT_NEAR(thresholder.judge(0.5).threshold, 0.8 * 0.45 / 0.9, 0.11);  // the start leaves a little deviation
  EXPECT_LT(thresholder.judge(0.5).threshold, 0.8);
}

TEST(Thresholder, GoesOnFromASnapshot) {
  Thresholder original{ThresholderConfig{}};
  Random random(9);
  for (int i = 0; i < 60; ++i) original.observe(0.5 + random.uniform());
  ByteWriter out(testing::kTestKind, 1);
  original.write(out);
  const auto bytes = out.finish();
  ByteReader in(bytes, testing::kTestKind, 1);
  Thresholder restored{ThresholderConfig{}};
  restored.read(in);
  in.finish();
  for (int i = 0; i < 60; ++i) {
    const double score = 0.5 + 2 * random.uniform();
    const Verdict expected = original.observe(score);
    const Verdict got = restored.observe(score);
    ASSERT_EQ(expected.threshold, got.threshold);
    ASSERT_EQ(expected.grade, got.grade);
  }
}

}  // namespace
}  // namespace adcore

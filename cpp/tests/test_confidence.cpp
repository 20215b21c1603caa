#include "adcore/detect/confidence.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "detect_streams.hpp"

namespace adcore {
namespace {

TEST(Confidence, IsZeroUntilOutputAfter) {
  Confidence confidence(1.0 / 2560, 64, 1.0 / 256);
  EXPECT_EQ(confidence.value(), 0);
  for (int i = 0; i < 64; ++i) {
    confidence.learn(1);
    ASSERT_EQ(confidence.value(), 0) << i;
  }
  confidence.learn(1);
  EXPECT_GT(confidence.value(), 0);
}

TEST(Confidence, FollowsItsFormula) {
  Confidence confidence(0.01, 10, 0);
  for (int i = 0; i < 50; ++i) confidence.learn(i % 2 == 0 ? 1 : 0.5);
  EXPECT_NEAR(confidence.value(), 0.75 * (std::exp(0.5) - std::exp(0.1)) / (std::exp(0.5) - 1), 1e-12);
}

TEST(Confidence, WithoutDecayIsTheLimit) {
  Confidence confidence(0, 10, 0);
  for (int i = 0; i < 40; ++i) confidence.learn(1);
  EXPECT_DOUBLE_EQ(confidence.value(), 0.75);
  Confidence nearly(1e-9, 10, 0);
  for (int i = 0; i < 40; ++i) nearly.learn(1);
  EXPECT_NEAR(nearly.value(), 0.75, 1e-6);
}

TEST(Confidence, StaysBetweenZeroAndOneWhateverIsMissing) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    Confidence confidence(0.02 * random.uniform(), seed, 0.1 * random.uniform());
    for (int i = 0; i < 3000; ++i) {
      confidence.learn(random.uniform() < 0.3 ? 0 : random.uniform());
      ASSERT_GE(confidence.value(), 0);
      ASSERT_LE(confidence.value(), 1);
    }
  }
}

TEST(Confidence, RowsWithoutAnyValueLowerIt) {
  Confidence confidence(1.0 / 256, 10, 1.0 / 64);
  for (int i = 0; i < 500; ++i) confidence.learn(1);
  double last = confidence.value();
  for (int i = 0; i < 50; ++i) {
    confidence.learn(0);
    ASSERT_LT(confidence.value(), last);
    last = confidence.value();
  }
  EXPECT_GT(last, 0);
}

TEST(Confidence, OfNothingButMissingRowsIsZero) {
  Confidence confidence(1.0 / 256, 10, 1.0 / 64);
  for (int i = 0; i < 500; ++i) confidence.learn(0);
  EXPECT_EQ(confidence.value(), 0);
}

}  // namespace
}  // namespace adcore

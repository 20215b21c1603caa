#include "adcore/detect/deviation.hpp"

#include <gtest/gtest.h>

#include "detect_streams.hpp"
#include "reference/discounted.hpp"
#include "test_kind.hpp"

namespace adcore {
namespace {

auto bytes_of(double weight, double mean, double squares, std::uint64_t count) -> std::vector<std::byte> {
  ByteWriter out(testing::kTestKind, 1);
  out.put(weight);
  out.put(mean);
  out.put(squares);
  out.put_count(count);
  return out.finish();
}

TEST(Deviation, IsZeroBeforeTheFirstValue) {
  const Deviation deviation(0.1);
  EXPECT_EQ(deviation.mean(), 0);
  EXPECT_EQ(deviation.standard_deviation(), 0);
  EXPECT_EQ(deviation.count(), 0U);
}

TEST(Deviation, WithoutDiscountIsThePlainMeanAndPopulationDeviation) {
  Deviation deviation;
  for (const double value : {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}) deviation.update(value);
  EXPECT_DOUBLE_EQ(deviation.mean(), 5);
  EXPECT_DOUBLE_EQ(deviation.standard_deviation(), 2);
  EXPECT_EQ(deviation.count(), 8U);
}

TEST(Deviation, DiscountsByHand) {
  Deviation deviation(0.5);
  for (const double value : {1.0, 2.0, 4.0}) deviation.update(value);
  // Weights 1/4, 1/2, 1: mean (0.25 + 1 + 4) / 1.75 = 3.
  EXPECT_DOUBLE_EQ(deviation.mean(), 3);
  // (0.25 * 4 + 0.5 * 1 + 1 * 1) / 1.75 = 10 / 7.
  EXPECT_DOUBLE_EQ(deviation.standard_deviation(), std::sqrt(10.0 / 7));
}

TEST(Deviation, FollowsItsDefinition) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    const double discount = seed % 4 == 0 ? 0 : 0.3 * random.uniform();
    Deviation fast(discount);
    reference::Discounted slow(discount);
    for (int i = 0; i < 300; ++i) {
      const double value = 50 * testing::noise(random) + 7;
      fast.update(value);
      slow.update(value);
      ASSERT_NEAR(fast.mean(), slow.mean(), 1e-10) << "seed " << seed << " row " << i;
      ASSERT_NEAR(fast.standard_deviation(), slow.standard_deviation(), 1e-9) << "seed " << seed << " row " << i;
    }
  }
}

TEST(Deviation, OfAConstantIsExactlyZero) {
  for (const double value : {0.1, 5.0, -1e9, 1e30}) {
    Deviation deviation(1.0 / 256);
    for (int i = 0; i < 1000; ++i) deviation.update(value);
    EXPECT_EQ(deviation.mean(), value);
    EXPECT_EQ(deviation.standard_deviation(), 0);
  }
}

TEST(Deviation, KeepsASmallDeviationOnALargeMean) {
  Deviation deviation;
  for (int i = 0; i < 1000; ++i) deviation.update(1e9 + (i % 2 == 0 ? 1 : -1));
  EXPECT_NEAR(deviation.standard_deviation(), 1, 1e-6);
}

TEST(Deviation, ResetForgetsEverything) {
  Deviation deviation(0.1);
  deviation.update(3);
  deviation.reset();
  EXPECT_EQ(deviation.count(), 0U);
  EXPECT_EQ(deviation.mean(), 0);
  deviation.update(7);
  EXPECT_EQ(deviation.mean(), 7);
}

TEST(Deviation, GoesOnFromASnapshot) {
  Deviation original(0.01);
  Random random(3);
  for (int i = 0; i < 100; ++i) original.update(testing::noise(random));
  ByteWriter out(testing::kTestKind, 1);
  original.write(out);
  const auto bytes = out.finish();
  ByteReader in(bytes, testing::kTestKind, 1);
  Deviation restored(0.01);
  restored.read(in);
  for (int i = 0; i < 100; ++i) {
    const double value = testing::noise(random);
    original.update(value);
    restored.update(value);
    ASSERT_EQ(original.mean(), restored.mean());
    ASSERT_EQ(original.standard_deviation(), restored.standard_deviation());
  }
}

TEST(Deviation, RefusesNumbersThatCannotBe) {
  for (const auto& bytes : {bytes_of(testing::kNan, 0, 0, 1), bytes_of(1, testing::kNan, 0, 1), bytes_of(1, 0, -1, 1),
                            bytes_of(0.5, 0, 0, 1), bytes_of(1, 0, 0, 0), bytes_of(0, 1, 0, 0),
                            bytes_of(1, -1e200, 0, 1), bytes_of(1, 0, 1e300, 1)}) {
    ByteReader in(bytes, testing::kTestKind, 1);
    Deviation deviation;
    EXPECT_THROW(deviation.read(in), SnapshotError);
  }
}

}  // namespace
}  // namespace adcore

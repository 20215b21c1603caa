#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/forest/compact_sample.hpp"
#include "forest/compact_forest_half.hpp"

namespace adcore {
namespace {

auto row(const CompactSample& sample, std::size_t slot) -> std::vector<float> {
  std::vector<float> values;
  for (std::size_t d = 0; d < sample.dimensions(); ++d) values.push_back(sample.value(slot, d));
  return values;
}

TEST(Half, EveryCodeSurvivesARoundTrip) {
  for (std::uint32_t code = 0; code < 0x10000U; ++code) {
    if ((code & 0x7c00U) == 0x7c00U) continue;  // infinities and NaN are never written
    const auto half = static_cast<std::uint16_t>(code);
    ASSERT_EQ(to_half(from_half(half)), half);
  }
}

TEST(Half, RoundsToTheNearestTiesToEven) {
  EXPECT_EQ(from_half(to_half(2049.0F)), 2048.0F);
  EXPECT_EQ(from_half(to_half(2051.0F)), 2052.0F);
  EXPECT_EQ(from_half(to_half(2049.01F)), 2050.0F);
  EXPECT_EQ(from_half(to_half(-1.5F * 0x1p-24F)), -0x1p-23F);
  EXPECT_EQ(from_half(to_half(0x1p-26F)), 0.0F);
  EXPECT_EQ(from_half(to_half(65503.0F)), 65504.0F);
}

TEST(CompactSample, KeepsSmallWholeNumbersExactly) {
  CompactSample sample(2, 1, 100);
  for (std::size_t i = 0; i < 100; ++i) sample.put(i, std::vector<float>{1e6F + static_cast<float>(i), 1e6F - 500.0F});
  EXPECT_EQ(sample.size(), 100U);
  EXPECT_EQ(sample.stride(), 128U);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(row(sample, i), (std::vector<float>{1e6F + static_cast<float>(i), 1e6F - 500.0F}));
  }
}

TEST(CompactSample, RoundsToElevenBitsOfTheDistanceFromTheBulk) {
  CompactSample sample(1, 1, 256);
  std::mt19937_64 random(1);
  std::normal_distribution<float> normal(-4000.0F, 3.0F);
  std::vector<float> given;
  for (std::size_t i = 0; i < 256; ++i) {
    given.push_back(normal(random));
    sample.put(i, std::span(&given.back(), 1));
  }
  for (std::size_t i = 0; i < 256; ++i) EXPECT_NEAR(sample.value(i, 0), given[i], 0.02F);
}

TEST(CompactSample, AFarValueLeavesTheNearOnesTheirPrecision) {
  CompactSample sample(1, 1, 256);
  for (std::size_t i = 0; i < 200; ++i) sample.put(i, std::vector<float>{0.001F * static_cast<float>(i)});
  sample.put(200, std::vector<float>{1e6F});
  for (std::size_t i = 0; i < 200; ++i) EXPECT_NEAR(sample.value(i, 0), 0.001F * static_cast<float>(i), 2e-4F);
  EXPECT_NEAR(sample.value(200, 0), 1e6F, 500.0F);
}

TEST(CompactSample, FollowsALevelThatMoves) {
  CompactSample sample(2, 2, 64);
  std::mt19937_64 random(2);
  std::normal_distribution<float> normal;
  std::vector<float> given(64);
  for (std::size_t i = 0; i < 6400; ++i) {
    const float level = i < 3000 ? 0.0F : 1e5F;
    given[i % 64] = level + normal(random);
    sample.put(i % 64, std::vector<float>{given[i % 64], 7.0F});
  }
  for (std::size_t i = 0; i < 64; ++i) {
    EXPECT_NEAR(sample.value(i, 0), given[i], 0.05F);
    EXPECT_EQ(sample.value(i, 1), 7.0F);
  }
}

TEST(CompactSample, CopiesStayCopiesWhenTheLevelMoves) {
  CompactSample sample(1, 1, 64);
  for (std::size_t i = 0; i < 64; ++i) sample.put(i, std::vector<float>{0.31F * static_cast<float>(i % 5)});
  for (std::size_t i = 0; i < 50; ++i) sample.put(i, std::vector<float>{250.3F});
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(sample.value(i, 0), 250.3F);
}

TEST(CompactSample, RegainsPrecisionWhenAFarValueLeaves) {
  CompactSample sample(1, 1, 32);
  sample.put(0, std::vector<float>{1e20F});
  for (std::size_t i = 1; i < 32; ++i) sample.put(i, std::vector<float>{0.5F});
  for (std::size_t i = 0; i < 320; ++i) {
    sample.put(i % 32, std::vector<float>{1.0F + 0.01F * static_cast<float>(i % 32)});
  }
  for (std::size_t i = 0; i < 32; ++i) EXPECT_NEAR(sample.value(i, 0), 1.0F + 0.01F * static_cast<float>(i), 1e-3F);
}

TEST(CompactSample, RoundsAQueryAsItWouldBeStored) {
  CompactSample sample(3, 1, 64);
  std::mt19937_64 random(3);
  std::normal_distribution<float> normal(100.0F, 1.0F);
  std::vector<float> last;
  for (std::size_t i = 0; i < 64; ++i) {
    last = {normal(random), normal(random), normal(random)};
    sample.put(i, last);
  }
  std::vector<float> query = last;
  sample.round(query);
  EXPECT_EQ(query, row(sample, 63));
  query = {1e30F, 100.0F, -1e30F};
  sample.round(query);
  EXPECT_EQ(query[0], 1e30F);  // too far to be stored before the frame widens: as it is
  EXPECT_EQ(query[2], -1e30F);
}

TEST(CompactSample, TakesTheWholeRangeOfValues) {
  CompactSample sample(1, 1, 8);
  const std::vector<float> values = {1e30F, -1e30F, 1e-30F, 0.0F, 5.0F, -1e-38F, 1e15F, -1.0F};
  for (int round = 0; round < 5; ++round) {
    for (std::size_t i = 0; i < values.size(); ++i) sample.put(i, std::span(&values[i], 1));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_TRUE(std::isfinite(sample.value(i, 0)));
    EXPECT_NEAR(sample.value(i, 0), values[i], std::fabs(values[i]) * 0.001F + 1e21F);
  }
}

TEST(CompactSample, UsesTwoBytesAValue) {
  CompactSample sample(8, 1, 256);
  for (std::size_t i = 0; i < 256; ++i) sample.put(i, std::vector<float>(8, static_cast<float>(i)));
  EXPECT_EQ(sample.memory_bytes(), 8U * 256 * 2 + sizeof(HalfFrame));
}

TEST(CompactSample, RefusesWhatItCannotHaveWritten) {
  const std::vector<std::uint16_t> codes(6, 0x3c00);
  CompactSample sample(2, 1, 4);
  sample.restore({{1.0F, 0.5F}}, 3, codes);
  EXPECT_EQ(sample.value(2, 1), 1.5F);
  EXPECT_THROW(sample.restore({{1.0F, 0.3F}}, 3, codes), SnapshotError);
  EXPECT_THROW(sample.restore({{1.0F, -1.0F}}, 3, codes), SnapshotError);
  EXPECT_THROW(sample.restore({{1.0F, 0x1p100F}}, 3, codes), SnapshotError);
  EXPECT_THROW(sample.restore({{std::nanf(""), 1.0F}}, 3, codes), SnapshotError);
  EXPECT_THROW(sample.restore({{1.0F, 0.5F}, {1.0F, 0.5F}}, 3, codes), SnapshotError);
  EXPECT_THROW(sample.restore({{1.0F, 0.5F}}, 2, codes), SnapshotError);
  EXPECT_THROW(sample.restore({{1.0F, 0.5F}}, 3, std::vector<std::uint16_t>(6, 0x7c00)), SnapshotError);
}

}  // namespace
}  // namespace adcore

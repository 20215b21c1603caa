#include "adcore/detect/transform.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "detect_streams.hpp"
#include "test_kind.hpp"

namespace adcore {
namespace {

auto transform_config(TransformMethod method, std::size_t columns = 1, double decay = 0) -> TransformConfig {
  TransformConfig config;
  config.method = method;
  config.input_dimensions = columns;
  config.decay = decay;
  return config;
}

/// Learns a column of values.
void learn(Transform& transform, const std::vector<double>& values) {
  for (const double value : values) transform.learn({&value, 1}, {});
}

auto apply(const Transform& transform, double value, double previous) -> float {
  float out = 0;
  transform.apply({&value, 1}, {&previous, 1}, {&out, 1});
  return out;
}

TEST(Transform, ComputesEachMethodByHand) {
  // Mean 5, deviation 2 of the values; deviations of the growing series are averaged for the scale.
  const std::vector<double> values = {2, 4, 4, 4, 5, 5, 7, 9};
  const auto learned = [&](TransformMethod method) {
    Transform transform(transform_config(method));
    learn(transform, values);
    return transform;
  };
  EXPECT_FLOAT_EQ(apply(learned(TransformMethod::none), 11, 9), 11);
  EXPECT_FLOAT_EQ(apply(learned(TransformMethod::weighted), 11, 9), 11);
  EXPECT_FLOAT_EQ(apply(learned(TransformMethod::difference), 11, 9), 2);
  EXPECT_FLOAT_EQ(apply(learned(TransformMethod::subtract_moving_average), 11, 9), 6);

  Deviation growing;
  Deviation smoothed;
  for (const double value : values) {
    growing.update(value);
    smoothed.update(growing.standard_deviation());
  }
  EXPECT_FLOAT_EQ(apply(learned(TransformMethod::normalize), 11, 9), static_cast<float>(6 / (1 + smoothed.mean())));

  // Steps 0 2 0 0 1 0 2 2: mean 7/8, deviation sqrt(13/8 - 49/64).
  const double deviation = std::sqrt(13.0 / 8 - 49.0 / 64);
  EXPECT_FLOAT_EQ(apply(learned(TransformMethod::normalize_difference), 11, 9),
                  static_cast<float>((2 - 0.875) / (1 + deviation)));
}

TEST(Transform, WeightsScaleEachColumnAndZeroHidesOne) {
  auto config = transform_config(TransformMethod::weighted, 3);
  config.weights = {2, 1, 0};
  const Transform transform(config);
  const std::array<double, 3> row = {3, 5, 7};
  std::array<float, 3> out{};
  transform.apply(row, {}, out);
  EXPECT_EQ(out[0], 6);
  EXPECT_EQ(out[1], 5);
  EXPECT_EQ(out[2], 0);
  EXPECT_EQ(transform.scale(0), 0.5);
  EXPECT_EQ(transform.scale(2), 0);
}

TEST(Transform, TheFirstDifferenceIsZero) {
  const Transform transform(transform_config(TransformMethod::difference));
  const double value = 41;
  float out = 1;
  transform.apply({&value, 1}, {}, {&out, 1});
  EXPECT_EQ(out, 0);
}

TEST(Transform, ClipsNormalisedValues) {
  Transform transform(transform_config(TransformMethod::normalize));
  learn(transform, {0, 0, 0});
  EXPECT_EQ(apply(transform, 1e9, 0), 100);
  EXPECT_EQ(apply(transform, -1e9, 0), -100);
  EXPECT_EQ(apply(transform, 99, 0), 99);
}

TEST(Transform, NeverLeavesTheRangeOfTheForest) {
  for (const auto method : testing::kMethods) {
    auto config = transform_config(method);
    if (method != TransformMethod::none) config.weights = {1e30};
    const Transform transform(config);
    for (const double value : {1e30, -1e30}) {
      ASSERT_LE(std::abs(static_cast<double>(apply(transform, value, -value))), 1e30) << name_of(method);
    }
  }
}

TEST(Transform, InvertUndoesApply) {
  for (const auto method : testing::kMethods) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      Random random(seed);
      auto config = transform_config(method, 2, 0.01);
      if (method != TransformMethod::none) config.weights = {0.5, 3};
      Transform transform(config);
      std::vector<double> previous;
      for (int i = 0; i < 100; ++i) {
        const std::vector<double> row = {100 + 9 * testing::noise(random), -3 + testing::noise(random)};
        std::vector<float> scaled(2);
        transform.apply(row, previous, scaled);
        std::vector<double> back(scaled.begin(), scaled.end());
        transform.invert(back, previous);
        for (std::size_t c = 0; c < 2 && i >= 10; ++c) {  // before that, values may lie beyond the clip
          ASSERT_NEAR(back[c], row[c], 1e-4) << name_of(method) << " seed " << seed << " row " << i;
          ASSERT_NEAR(scaled[c] * transform.scale(c) + transform.shift(c, previous), row[c], 1e-4);
        }
        transform.learn(row, {});
        previous = row;
      }
    }
  }
}

TEST(Transform, ASegmentIsNormalisedByItsOwnStatistics) {
  const Transform transform(transform_config(TransformMethod::normalize));
  const std::vector<double> rows = {2, 4, 4, 4, 5, 5, 7, 9};
  std::vector<float> out(rows.size());
  transform.apply_segment(rows, out);
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_FLOAT_EQ(out[i], static_cast<float>((rows[i] - 5) / 3));
}

TEST(Transform, LeavesImputedValuesOut) {
  Transform with(transform_config(TransformMethod::normalize, 2));
  Transform without(transform_config(TransformMethod::normalize, 2));
  const std::vector<double> usual = {1, 2};
  const std::vector<double> wild = {1, 50};
  with.learn(usual, {});
  without.learn(usual, {});
  const std::array<std::uint8_t, 2> second_missing = {0, 1};
  with.learn(wild, second_missing);
  EXPECT_EQ(with.statistics(0).value.count(), 2U);
  EXPECT_EQ(with.statistics(1).value.count(), 1U);
  EXPECT_EQ(with.statistics(1).value.mean(), without.statistics(1).value.mean());
}

TEST(Transform, OneWildValueDoesNotBlindIt) {
  // A peer's statistics are moved by 1e12 / 256, and everything after looks the same for thousands of rows.
  const auto learned = [](const std::vector<double>& values) {
    Transform transform(transform_config(TransformMethod::normalize, 1, 1.0 / 256));
    learn(transform, values);
    return transform;
  };
  std::vector<double> values = testing::seasonal(1000, 1);
  const Transform usual = learned(values);
  values.insert(values.end() - 1, 1e12);
  const Transform wild = learned(values);
  EXPECT_LT(wild.scale(0), 1.2 * usual.scale(0));
  EXPECT_NEAR(wild.shift(0, {}), usual.shift(0, {}), usual.scale(0));
  EXPECT_LT(wild.statistics(0).step_deviation.mean(), 1.2 * usual.statistics(0).step_deviation.mean());
}

TEST(Transform, ANewLevelIsReachedNevertheless) {
  Transform transform(transform_config(TransformMethod::normalize, 1, 1.0 / 256));
  std::vector<double> values(600, 5.0);
  values.insert(values.end(), 1500, 1e6);
  learn(transform, values);
  EXPECT_NEAR(transform.shift(0, {}), 1e6, 1e4);
}

TEST(Transform, ANewAmplitudeIsReachedNevertheless) {
  Transform transform(transform_config(TransformMethod::normalize, 1, 1.0 / 256));
  std::vector<double> values(600, 0.0);
  for (int i = 0; i < 3000; ++i) values.push_back(i % 2 == 0 ? 1e6 : 0);
  learn(transform, values);
  EXPECT_NEAR(transform.statistics(0).value.standard_deviation(), 5e5, 5e4);
}

TEST(Transform, GoesOnFromASnapshot) {
  for (const auto method : testing::kMethods) {
    Transform original(transform_config(method, 1, 0.01));
    learn(original, testing::seasonal(100, 3));
    ByteWriter out(testing::kTestKind, 1);
    original.write(out);
    const auto bytes = out.finish();
    ByteReader in(bytes, testing::kTestKind, 1);
    Transform restored(transform_config(method, 1, 0.01));
    restored.read(in);
    in.finish();
    EXPECT_EQ(apply(original, 7, 3), apply(restored, 7, 3)) << name_of(method);
    learn(original, {5, 6, 7});
    learn(restored, {5, 6, 7});
    EXPECT_EQ(apply(original, 7, 3), apply(restored, 7, 3)) << name_of(method);
  }
}

}  // namespace
}  // namespace adcore

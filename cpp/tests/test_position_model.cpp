#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/base/random.hpp"
#include "adcore/series/bucket_time.hpp"
#include "adcore/series/position_model.hpp"
#include "adcore/state/fields.hpp"
#include "series_streams.hpp"

namespace adcore {
namespace {

using testing::normal;

constexpr Position kNewYork{40.7, -74.0};
constexpr Position kLondon{51.5, -0.1};
constexpr Position kTokyo{35.7, 139.7};

auto near(const Position& position, double degrees, Random& random) -> Position {
  return {position.latitude + degrees * normal(random),
          position.longitude + degrees * normal(random) / std::cos(position.latitude * 3.14159265 / 180)};
}

auto around(const std::vector<Position>& places, double degrees, int buckets) -> PositionModel {
  PositionModel model;
  Random random(7);
  for (int i = 0; i < buckets; ++i) {
    model.learn(kMsPerHour, i * kMsPerHour, near(places[static_cast<std::size_t>(i) % places.size()], degrees, random));
  }
  return model;
}

TEST(PositionModel, FindsThePlace) {
  const auto model = around({kNewYork}, 0.3, 200);
  const auto seen = model.assess(kNewYork);
  EXPECT_NEAR(seen.typical.latitude, 40.7, 0.1);
  EXPECT_NEAR(seen.typical.longitude, -74.0, 0.1);
  EXPECT_GT(seen.log_probability, std::log(0.5));
  EXPECT_FALSE(seen.multimodal);
  EXPECT_LT(model.assess(kLondon).log_probability, std::log(1e-50));
}

TEST(PositionModel, IsCalibrated) {
  const auto model = around({kNewYork}, 0.5, 500);
  Random random(99);
  int unusual = 0;
  for (int i = 0; i < 4000; ++i) {
    unusual += model.assess(near(kNewYork, 0.5, random)).log_probability < std::log(0.05) ? 1 : 0;
  }
  EXPECT_NEAR(unusual, 200, 60);
}

TEST(PositionModel, FindsSeveralPlaces) {
  const auto model = around({kNewYork, kLondon}, 0.2, 300);
  EXPECT_TRUE(model.assess(kLondon).multimodal);
  EXPECT_NEAR(model.assess({51.0, 0.5}).typical.latitude, 51.5, 0.1);
  EXPECT_GT(model.assess(kLondon).log_probability, std::log(0.2));
  EXPECT_LT(model.assess(kTokyo).log_probability, std::log(1e-50));
  EXPECT_LT(model.assess({46, -37}).log_probability, std::log(1e-30));  // half way, in the ocean
}

TEST(PositionModel, PassesTheDateLineAndThePoles) {
  const auto fiji = around({{-17.0, 179.95}}, 0.3, 200);
  EXPECT_GT(fiji.assess({-17.0, -179.9}).log_probability, std::log(0.2));
  EXPECT_NEAR(std::abs(fiji.assess({-17.0, 180.0}).typical.longitude), 180, 0.2);
  const auto pole = around({{89.9, 0.0}}, 0.02, 200);
  EXPECT_GT(pole.assess({89.91, 5.0}).log_probability, std::log(0.05));
  EXPECT_LT(pole.assess({85.0, 0.0}).log_probability, std::log(1e-20));
}

TEST(PositionModel, TakesPlacesThatNeverMove) {
  PositionModel model;
  for (int i = 0; i < 100; ++i) model.learn(kMsPerHour, i * kMsPerHour, kTokyo);
  EXPECT_GT(model.assess(kTokyo).log_probability, std::log(0.9));
  EXPECT_LT(model.assess({35.7, 140.7}).log_probability, std::log(1e-9));
}

TEST(PositionModel, StartsWithNothing) {
  PositionModel model;
  EXPECT_EQ(model.assess(kTokyo).log_probability, 0);
  EXPECT_FALSE(model.informative());
  model.check();
}

TEST(PositionModel, CountsTheMembersOfABucketAsOneBucket) {
  PositionModel model;
  for (int i = 0; i < 10; ++i) model.learn(kMsPerHour, 0, kTokyo, 0.1);
  EXPECT_FALSE(model.informative());
}

TEST(PositionModel, GoesOnFromItsFields) {
  auto model = around({kNewYork, kLondon}, 2, 200);
  FieldSizer sizer;
  model.fields(sizer);
  std::vector<std::byte> bytes(sizer.bytes());
  FieldWriter writer(bytes.data());
  model.fields(writer);
  PositionModel restored;
  FieldReader reader(bytes.data());
  restored.fields(reader);
  EXPECT_NO_THROW(restored.check());
  EXPECT_EQ(restored.assess(kTokyo).log_probability, model.assess(kTokyo).log_probability);
  bytes[24] = std::byte{200};  // how many clusters there are
  FieldReader damaged(bytes.data());
  restored.fields(damaged);
  EXPECT_THROW(restored.check(), SnapshotError);
}

}  // namespace
}  // namespace adcore

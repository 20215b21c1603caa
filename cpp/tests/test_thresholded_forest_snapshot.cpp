#include <gtest/gtest.h>

#include <array>

#include "adcore/base/error.hpp"
#include "adcore/detect/forecaster.hpp"
#include "adcore/detect/thresholded_forest.hpp"
#include "detect_streams.hpp"

namespace adcore {
namespace {

using testing::kNan;

/// A configuration with every field off its default, by number.
auto varied(std::uint64_t number) -> ThresholdedForestConfig {
  ThresholdedForestConfig config;
  config.forest.input_dimensions = 2;
  config.forest.shingle_size = 2 + number % 3;
  config.forest.number_of_trees = 12;
  config.forest.sample_size = 48;
  config.forest.output_after = 20;
  config.forest.seed = number;
  config.transform = static_cast<TransformMethod>(number % 6);
  config.mode = static_cast<Mode>(number % 3);
  config.transform_decay = 0.01;
  config.start_normalization = 12;
  config.stop_normalization = 400;
  config.clip = 50;
  if (config.transform != TransformMethod::none) config.weights = {1, 2};
  config.time_weight = 0.5;
  config.normalize_time = number % 2 == 0;
  config.imputation = static_cast<ImputationMethod>(number % 6);
  config.fill_values = {3, 4};
  config.use_imputed_fraction = 0.7;
  config.late_rows = number % 2 == 0 ? LatePolicy::learn : LatePolicy::skip;
  config.z_factor = 2.5;
  if (number % 2 == 0) config.lower_threshold = 0.9;
  config.initial_threshold = 1.4;
  config.score_differencing = 0.4;
  config.anomaly_rate = 0.02;
  config.auto_adjust = number % 2 == 1;
  config.alert_once = number % 4 == 1;
  config.noise_factor = 0.9;
  config.maximum_attributors = 3;
  config.sampling_support = 0.15;
  config.ignore_near_expected_above = {0.01, 0.02};
  config.ignore_near_expected_below = {0.03, 0.04};
  config.ignore_near_expected_above_by_ratio = {0.001, 0.002};
  config.ignore_near_expected_below_by_ratio = {0.003, 0.004};
  config.minimum_relative_change = 1e-5;
  config.minimum_absolute_change = 1e-6;
  return config;
}

/// Rows with spikes, missing values and gaps, at their times.
struct Stream {
  explicit Stream(std::uint64_t seed) : rows(testing::seasonal_rows(500, 2, seed)), timestamps(testing::minutes(500)) {
    Random random(seed);
    for (double& value : rows) {
      const double kind = random.uniform();
      if (kind < 0.03) value = kNan;
      if (kind > 0.98) value *= 4;
    }
    for (std::size_t i = 250; i < timestamps.size(); ++i) timestamps[i] += 360'000;
  }
  std::vector<double> rows;
  std::vector<std::int64_t> timestamps;
};

auto same(const Detection& a, const Detection& b) -> bool {
  return a.status == b.status && a.score == b.score && a.threshold == b.threshold && a.grade == b.grade &&
         a.confidence == b.confidence && a.correction == b.correction && a.relative_index == b.relative_index &&
         a.imputed == b.imputed && a.anomaly_start == b.anomaly_start && a.expected_timestamp == b.expected_timestamp &&
         a.time_attribution == b.time_attribution && a.expected == b.expected && a.past == b.past &&
         a.attribution == b.attribution;
}

TEST(ThresholdedForestSnapshot, GoesOnBitForBitFromAnyRow) {
  for (std::uint64_t number = 0; number < 12; ++number) {
    const Stream stream(number);
    ThresholdedForest original(varied(number));
    ThresholdedForest restored(varied(number));
    std::size_t alerts = 0;
    for (std::size_t i = 0; i < 500; ++i) {
      // Among others before the first row, within the start-up, just after it, and around the gap.
      const bool reload = i % 97 == 0 || i == 7 || i == 12 || i == 13 || i == 250 || i == 251;
      if (reload) restored = ThresholdedForest::from_bytes(restored.to_bytes());
      const auto row = std::span<const double>(stream.rows).subspan(2 * i, 2);
      const auto expected = original.process_row(row, stream.timestamps[i]);
      ASSERT_TRUE(same(expected, restored.process_row(row, stream.timestamps[i]))) << number << " row " << i;
      alerts += expected.grade > 0 ? 1 : 0;
    }
    EXPECT_GT(alerts, 0U) << "the run was trivial, " << number;
    EXPECT_EQ(original.to_bytes(), restored.to_bytes());
  }
}

TEST(ThresholdedForestSnapshot, SettingsChangedWhileRunningAreKept) {
  ThresholdedForest original{ThresholdedForestConfig{}};
  const auto values = testing::seasonal(800, 1);
  (void)original.process(std::span(values).first(400));
  original.set_time_decay(0.02);
  original.set_z_factor(2.2);
  original.set_lower_threshold(0.7);
  auto restored = ThresholdedForest::from_bytes(original.to_bytes());
  const auto a = original.process(std::span(values).subspan(400));
  const auto b = restored.process(std::span(values).subspan(400));
  EXPECT_EQ(a.score, b.score);
  EXPECT_EQ(a.threshold, b.threshold);
  EXPECT_EQ(a.grade, b.grade);
  EXPECT_EQ(restored.config().z_factor, 2.2);
}

template <class Model>
void refuses_damage(const std::vector<std::byte>& bytes, std::uint64_t seed) {
  // Cut anywhere, or with any bit turned: an error, never a crash and never a model.
  for (std::size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 200) {
    EXPECT_THROW((void)Model::from_bytes(std::span(bytes).first(length)), SnapshotError) << length;
  }
  Random random(seed);
  for (int i = 0; i < 200; ++i) {
    auto damaged = bytes;
    damaged[random.next() % damaged.size()] ^= static_cast<std::byte>(1U << (random.next() % 8));
    EXPECT_THROW((void)Model::from_bytes(damaged), SnapshotError);
  }
  auto longer = bytes;
  longer.push_back(std::byte{0});
  EXPECT_THROW((void)Model::from_bytes(longer), SnapshotError);
}

/// The same with a checksum that fits: the reader must check what it reads. A change that happens to be a legal model
/// is one, and must work.
template <class Model>
void survives_forgery(const std::vector<std::byte>& bytes, std::uint64_t seed) {
  Random random(seed);
  const double value = 1;
  std::size_t refused = 0;
  for (int i = 0; i < 2000; ++i) {
    auto forged = bytes;
    // The payload in front of and behind the embedded forest, which has tests of its own.
    const bool front = i % 2 == 0;
    const std::size_t reach = std::min<std::size_t>(400, bytes.size() - kFrameBytes);
    const std::size_t at = front ? kFrameBytes + random.next() % reach : bytes.size() - 1 - random.next() % reach;
    forged[at] = static_cast<std::byte>(random.next());
    const std::uint64_t sum = checksum(std::span<const std::byte>(forged).subspan(kFrameBytes));
    for (std::size_t k = 0; k < 8; ++k) forged[20 + k] = static_cast<std::byte>((sum >> (8 * k)) & 0xFFU);
    try {
      Model model = Model::from_bytes(forged);
      for (std::int64_t row = 0; row < 3; ++row) (void)model.process_row({&value, 1}, row);
    } catch (const SnapshotError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 20U);
}

auto small_config() -> ThresholdedForestConfig {
  ThresholdedForestConfig config;
  config.forest.shingle_size = 3;
  config.forest.number_of_trees = 3;
  config.forest.sample_size = 8;
  config.auto_adjust = true;
  return config;
}

auto spiky(std::size_t rows) -> std::vector<double> {
  auto values = testing::seasonal(rows, 2);
  values[rows - 10] += 100;
  return values;
}

TEST(ThresholdedForestSnapshot, RefusesDamage) {
  ThresholdedForest model(small_config());
  (void)model.process(spiky(200));
  refuses_damage<ThresholdedForest>(model.to_bytes(), 3);
}

TEST(ThresholdedForestSnapshot, SurvivesForgery) {
  ThresholdedForest model(small_config());
  (void)model.process(spiky(200));
  survives_forgery<ThresholdedForest>(model.to_bytes(), 4);
}

TEST(ThresholdedForestSnapshot, OfAForecasterRefusesDamageAndForgery) {
  ForecasterConfig config;
  config.detector = small_config();
  config.horizon = 4;
  Forecaster model(config);
  (void)model.process(spiky(200));
  refuses_damage<Forecaster>(model.to_bytes(), 5);
  survives_forgery<Forecaster>(model.to_bytes(), 6);
}

TEST(ThresholdedForestSnapshot, KnowsItsKind) {
  ThresholdedForest model{ThresholdedForestConfig{}};
  EXPECT_THROW((void)forest_from_bytes(model.to_bytes()), SnapshotError);
  EXPECT_THROW((void)Forecaster::from_bytes(model.to_bytes()), SnapshotError);
  EXPECT_THROW((void)ThresholdedForest::from_bytes(model.forest().to_bytes()), SnapshotError);
}

}  // namespace
}  // namespace adcore

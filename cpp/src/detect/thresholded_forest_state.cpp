// Snapshots of the thresholded forest: the configuration, the parts, and the forest's own snapshot inside.
#include "adcore/base/error.hpp"
#include "adcore/detect/thresholded_forest.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

namespace {

constexpr SnapshotKind kThresholdedKind = snapshot_kind("thrf");
constexpr std::uint16_t kThresholdedVersion = 1;

template <class T>
void put_optional(ByteWriter& out, const std::optional<T>& value) {
  out.put(value.has_value());
  if (value) out.put(*value);
}

template <class T>
auto get_optional(ByteReader& in) -> std::optional<T> {
  if (!in.get<bool>()) return std::nullopt;
  return in.get<T>();
}

template <class E>
auto get_choice(ByteReader& in, E last) -> E {
  return static_cast<E>(in.get_at_most(static_cast<std::uint8_t>(last)));
}

void write_config(ByteWriter& out, const ThresholdedForestConfig& config) {
  out.put(config.compact);
  out.put(config.transform);
  out.put(config.mode);
  put_optional(out, config.transform_decay);
  out.put_count(config.start_normalization);
  put_optional(out, config.stop_normalization);
  out.put(config.clip);
  out.put_all(config.weights);
  out.put(config.time_weight);
  out.put(config.normalize_time);
  out.put(config.imputation);
  out.put_all(config.fill_values);
  out.put(config.use_imputed_fraction);
  out.put(config.late_rows);
  out.put(config.z_factor);
  put_optional(out, config.lower_threshold);
  out.put(config.initial_threshold);
  out.put(config.score_differencing);
  out.put(config.anomaly_rate);
  out.put(config.auto_adjust);
  out.put(config.alert_once);
  out.put(config.noise_factor);
  out.put_count(config.maximum_attributors);
  out.put(config.sampling_support);
  out.put_all(config.ignore_near_expected_above);
  out.put_all(config.ignore_near_expected_below);
  out.put_all(config.ignore_near_expected_above_by_ratio);
  out.put_all(config.ignore_near_expected_below_by_ratio);
  out.put(config.minimum_relative_change);
  out.put(config.minimum_absolute_change);
}

void read_preprocessing(ByteReader& in, ThresholdedForestConfig& config) {
  config.compact = in.get<bool>();
  config.transform = get_choice(in, TransformMethod::subtract_moving_average);
  config.mode = get_choice(in, Mode::streaming_impute);
  config.transform_decay = get_optional<double>(in);
  config.start_normalization = static_cast<std::size_t>(in.get_count(10'000));
  config.stop_normalization = get_optional<std::uint64_t>(in);
  config.clip = in.get<double>();
  config.weights = in.get_all<double>(kMaximumDimensions);
  config.time_weight = in.get<double>();
  config.normalize_time = in.get<bool>();
  config.imputation = get_choice(in, ImputationMethod::forest);
  config.fill_values = in.get_all<double>(kMaximumDimensions);
  config.use_imputed_fraction = in.get<double>();
  config.late_rows = get_choice(in, LatePolicy::refuse);
}

void read_alerting(ByteReader& in, ThresholdedForestConfig& config) {
  config.z_factor = in.get<double>();
  config.lower_threshold = get_optional<double>(in);
  config.initial_threshold = in.get<double>();
  config.score_differencing = in.get<double>();
  config.anomaly_rate = in.get<double>();
  config.auto_adjust = in.get<bool>();
  config.alert_once = in.get<bool>();
  config.noise_factor = in.get<double>();
  config.maximum_attributors = static_cast<std::size_t>(in.get_count(~std::size_t{0}));
  config.sampling_support = in.get<double>();
  config.ignore_near_expected_above = in.get_all<double>(kMaximumDimensions);
  config.ignore_near_expected_below = in.get_all<double>(kMaximumDimensions);
  config.ignore_near_expected_above_by_ratio = in.get_all<double>(kMaximumDimensions);
  config.ignore_near_expected_below_by_ratio = in.get_all<double>(kMaximumDimensions);
  config.minimum_relative_change = in.get<double>();
  config.minimum_absolute_change = in.get<double>();
}

/// The forest's own snapshot states its configuration, time column included.
void adopt_forest(const ForestConfig& inner, ThresholdedForestConfig& config) {
  config.forest = inner;
  const std::size_t time_columns = config.mode == Mode::time_augmented ? 1 : 0;
  if (inner.input_dimensions <= time_columns) throw_snapshot("a forest without a value column");
  config.forest.input_dimensions -= time_columns;
  try {
    config.validate();
  } catch (const InvalidArgument& error) {
    throw_snapshot(error.what());
  }
}

}  // namespace

auto ThresholdedForest::to_bytes() const -> std::vector<std::byte> {
  ByteWriter out(kThresholdedKind, kThresholdedVersion);
  write_config(out, config_);
  out.put_bytes(forest_->to_bytes());
  preprocessor_.write(out);
  thresholder_.write(out);
  corrector_.write(out);
  return out.finish();
}

auto ThresholdedForest::from_bytes(std::span<const std::byte> bytes) -> ThresholdedForest {
  ByteReader in(bytes, kThresholdedKind, kThresholdedVersion);
  ThresholdedForestConfig config;
  read_preprocessing(in, config);
  read_alerting(in, config);
  auto forest = forest_from_bytes(in.get_bytes());
  adopt_forest(forest->config(), config);
  ThresholdedForest model(config, std::move(forest));
  model.preprocessor_.read(in);
  model.thresholder_.read(in);
  model.corrector_.read(in);
  in.finish();
  model.check_steps();
  return model;
}

void ThresholdedForest::check_steps() const {
  if (preprocessor_.steps() != forest_->total_updates()) throw_snapshot("a history of another forest");
}

void ThresholdedForest::check_fields() const {
  preprocessor_.check();
  thresholder_.check();
  corrector_.check();
  check_steps();
}

}  // namespace adcore

#include "adcore/detect/thresholded_forest.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

auto validated(const ThresholdedForestConfig& config) -> const ThresholdedForestConfig& {
  config.validate();
  return config;
}

auto make_forest(const ThresholdedForestConfig& config) -> std::unique_ptr<Forest> {
  const ForestConfig inner = config.forest_config();
  return config.compact ? make_compact_forest(inner) : make_random_cut_forest(inner);
}

auto thresholder_config(const ThresholdedForestConfig& config) -> ThresholderConfig {
  const bool shingled = config.forest.shingle_size > 1;
  const bool differenced =
      config.transform == TransformMethod::difference || config.transform == TransformMethod::normalize_difference;
  return {.time_decay = config.forest.resolved_time_decay(),
          .anomaly_rate = config.anomaly_rate,
          .z_factor = config.z_factor,
          .lower_threshold = config.lower_threshold,
          .initial_threshold = config.initial_threshold,
          .score_differencing = config.score_differencing,
          .auto_adjust = config.auto_adjust,
          .transformed = config.transform != TransformMethod::none,
          .dependent_scores = shingled || differenced,
          .shingled = shingled};
}

/// A row that was not given cannot be an anomaly, unless the caller has said what not being given is worth.
auto can_alert_when_missing(ImputationMethod method) noexcept -> bool {
  return method == ImputationMethod::zero || method == ImputationMethod::fixed_values;
}

[[noreturn]] void refuse_value(double value, std::size_t row, std::size_t column) {
  throw_invalid_argument("rows[" + std::to_string(row) + "][" + std::to_string(column) + "]", value,
                         "values must lie between -1e30 and 1e30; NaN means missing");
}

[[noreturn]] void refuse_late(std::int64_t timestamp, std::size_t row) {
  throw_invalid_argument("timestamps[" + std::to_string(row) + "]", std::to_string(timestamp),
                         "with late_rows 'refuse' it must be later than every timestamp before it");
}

}  // namespace

ThresholdedForest::ThresholdedForest(const ThresholdedForestConfig& config)
    : ThresholdedForest(validated(config), make_forest(config)) {}

ThresholdedForest::ThresholdedForest(const ThresholdedForestConfig& config, std::unique_ptr<Forest> forest)
    : config_(config),
      forest_(std::move(forest)),
      preprocessor_(config),
      thresholder_(thresholder_config(config)),
      corrector_(config),
      point_(config.forest_config().dimensions()) {}

ThresholdedForest::ThresholdedForest(const ThresholdedForest& other)
    : config_(other.config_),
      forest_(other.forest_->clone()),
      preprocessor_(other.preprocessor_),
      thresholder_(other.thresholder_),
      corrector_(other.corrector_),
      point_(other.point_) {}

auto ThresholdedForest::operator=(const ThresholdedForest& other) -> ThresholdedForest& {
  if (this != &other) *this = ThresholdedForest(other);
  return *this;
}

auto ThresholdedForest::process_row(std::span<const double> row, std::int64_t timestamp) -> Detection {
  check_rows(row, std::span<const std::int64_t>(&timestamp, 1));
  Detection detection;
  process_into(row, timestamp, detection);
  return detection;
}

auto ThresholdedForest::process(std::span<const double> rows, std::span<const std::int64_t> timestamps)
    -> ThresholdedColumns {
  check_rows(rows, timestamps);
  const std::size_t width = config_.forest.input_dimensions;
  const std::size_t count = rows.size() / width;
  ThresholdedColumns columns;
  columns.input_dimensions = width;
  columns.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Detection detection;
    const std::int64_t timestamp = timestamps.empty() ? preprocessor_.next_timestamp() : timestamps[i];
    process_into(rows.subspan(i * width, width), timestamp, detection);
    columns.append(detection);
  }
  return columns;
}

void ThresholdedForest::check_rows(std::span<const double> rows, std::span<const std::int64_t> timestamps) const {
  const std::size_t width = config_.forest.input_dimensions;
  if (rows.size() % width != 0) {
    throw_invalid_argument("rows of length", static_cast<double>(rows.size()),
                           "it must be a multiple of input_dimensions = " + std::to_string(width));
  }
  const std::size_t count = rows.size() / width;
  if (!timestamps.empty() && timestamps.size() != count) {
    throw_invalid_argument("timestamps of length", static_cast<double>(timestamps.size()),
                           "there must be one per row, " + std::to_string(count) + ", or none");
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (std::abs(rows[i]) > kMaximumMagnitude) refuse_value(rows[i], i / width, i % width);
  }
  if (config_.late_rows != LatePolicy::refuse) return;
  for (std::size_t i = 0; i < timestamps.size(); ++i) {
    const bool late = i == 0 ? preprocessor_.is_late(timestamps[0]) : timestamps[i] <= timestamps[i - 1];
    if (late) refuse_late(timestamps[i], i);
  }
}

void ThresholdedForest::process_into(std::span<const double> row, std::int64_t timestamp, Detection& detection) {
  detection.timestamp = detection.anomaly_start = detection.expected_timestamp = timestamp;
  detection.confidence = preprocessor_.confidence();
  if (config_.late_rows == LatePolicy::skip && preprocessor_.is_late(timestamp)) {
    detection.status = RowStatus::skipped;
  } else if (preprocessor_.is_starting()) {
    preprocessor_.hold(row, timestamp, *forest_);
  } else {
    preprocessor_.complete(row, timestamp, *forest_);
    detection.imputed = preprocessor_.imputed();
    score_row(detection);
  }
}

void ThresholdedForest::score_row(Detection& detection) {
  if (!forest_->is_ready()) return preprocessor_.learn(*forest_);
  detection.status = RowStatus::scored;
  forest_->shingled_point(preprocessor_.scaled(), point_);
  detection.score = forest_->score(point_);
  if (detection.score <= 0) return preprocessor_.learn(*forest_);
  const Verdict verdict = thresholder_.judge(detection.score);
  detection.threshold = verdict.threshold;
  const bool given = !preprocessor_.is_wholly_missing() || can_alert_when_missing(config_.imputation);
  if (verdict.grade > 0 && given) return examine(verdict, detection);
  corrector_.pass(detection.score, verdict);
  if (given) thresholder_.learn(detection.score, detection.score);
  preprocessor_.learn(*forest_);
}

void ThresholdedForest::examine(const Verdict& verdict, Detection& detection) {
  preprocessor_.frame(frame_);
  const Ruling ruling = corrector_.examine({*forest_, point_, frame_, preprocessor_.steps(), detection.score, verdict});
  detection.correction = ruling.correction;
  detection.grade = ruling.grade;
  if (ruling.grade > 0) describe(ruling, detection);
  thresholder_.learn(detection.score, ruling.corrected_score);
  preprocessor_.learn(*forest_);
  if (ruling.grade > 0) {
    Frame after;
    preprocessor_.frame(after);
    corrector_.note_shift(frame_.mean, after.mean);
  }
}

void ThresholdedForest::describe(const Ruling& ruling, Detection& detection) {
  const std::size_t width = config_.forest.input_dimensions;
  const std::size_t block = config_.forest_config().input_dimensions;
  const auto age = static_cast<std::size_t>(-ruling.relative_index);
  const History& history = preprocessor_.history();
  detection.relative_index = ruling.relative_index;
  if (age > 0) detection.anomaly_start = detection.expected_timestamp = history.timestamp(age - 1);
  const auto past = age == 0 ? preprocessor_.row() : history.row(age - 1);
  detection.past.assign(past.begin(), past.end());
  const std::size_t start = (config_.forest.shingle_size - 1 - age) * block;
  const auto share = [&](std::size_t i) {
    return ruling.attribution.high[start + i] + ruling.attribution.low[start + i];
  };
  for (std::size_t i = 0; i < width; ++i) detection.attribution.push_back(share(i));
  if (block > width) detection.time_attribution = share(width);
  if (!ruling.expected.empty()) describe_expected(ruling, age, detection);
}

void ThresholdedForest::describe_expected(const Ruling& ruling, std::size_t age, Detection& detection) {
  const std::size_t width = config_.forest.input_dimensions;
  const std::size_t block = config_.forest_config().input_dimensions;
  const std::size_t start = (config_.forest.shingle_size - 1 - age) * block;
  const auto expected = std::span<const float>(ruling.expected).subspan(start, block);
  std::vector<double> values(width);
  preprocessor_.invert(expected, age, values);
  detection.expected = detection.past;  // values that are not to blame are what they are
  for (const std::uint32_t at : ruling.blamed) {
    const std::size_t i = at - start;
    if (i < width) detection.expected[i] = values[i];
    else
      detection.expected_timestamp =
          preprocessor_.invert_time(static_cast<double>(expected[i]), preprocessor_.history().timestamp(age));
  }
}

auto ThresholdedForest::memory_bytes() const noexcept -> std::size_t {
  return sizeof(*this) + forest_->memory_bytes() + preprocessor_.memory_bytes() + corrector_.memory_bytes() +
         point_.capacity() * sizeof(float) + 6 * frame_.scale.capacity() * sizeof(double);
}

void ThresholdedForest::set_time_decay(double time_decay) {
  forest_->set_time_decay(time_decay);
  preprocessor_.set_time_decay(time_decay);
  thresholder_.set_time_decay(time_decay);
  corrector_.set_time_decay(time_decay);
  config_.forest.time_decay = time_decay;
}

void ThresholdedForest::set_z_factor(double z_factor) {
  auto changed = config_;
  changed.z_factor = z_factor;
  changed.validate();
  config_ = std::move(changed);
  thresholder_.set_z_factor(z_factor);
}

void ThresholdedForest::set_lower_threshold(double threshold) {
  auto changed = config_;
  changed.lower_threshold = threshold;
  changed.validate();
  config_ = std::move(changed);
  thresholder_.set_lower_threshold(threshold);
}

}  // namespace adcore

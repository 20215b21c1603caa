#include "adcore/detect/preprocessor.hpp"

#include <algorithm>
#include <cmath>

namespace adcore {

namespace {

/// A normalised gap is (gap - mean) / (2 (1 + deviation)): time counts half as much as a value.
constexpr double kTimeFactor = 2;
/// A longer gap than this many shingles is not filled row by row: nothing real would be left of the shingle anyway.
constexpr std::size_t kMostMissingShingles = 2;
/// No gap between 64-bit timestamps is larger.
constexpr double kMostTime = 2e19;

auto transform_config(const ThresholdedForestConfig& config) -> TransformConfig {
  return {config.transform, config.forest.input_dimensions, config.resolved_transform_decay(), config.clip,
          config.weights};
}

/// Only transforms with statistics, and modes with a pace, must know the first rows before they can begin.
auto start_up_rows(const ThresholdedForestConfig& config) -> std::size_t {
  const bool plain = config.transform == TransformMethod::none || config.transform == TransformMethod::weighted ||
                     config.transform == TransformMethod::difference;
  return plain && config.mode == Mode::standard ? 0 : config.start_normalization;
}

/// What missing values of the start-up are filled with; nothing: the line between their neighbours.
auto start_up_fill(const ThresholdedForestConfig& config) -> std::vector<double> {
  if (config.imputation == ImputationMethod::zero) return std::vector<double>(config.forest.input_dimensions);
  if (config.imputation == ImputationMethod::fixed_values) return config.fill_values;
  return {};
}

}  // namespace

Preprocessor::Preprocessor(const ThresholdedForestConfig& config)
    : config_(config),
      width_(config.forest.input_dimensions),
      block_(config.forest_config().input_dimensions),
      transform_(transform_config(config)),
      pace_(config.resolved_transform_decay()),
      history_(config.forest.shingle_size, width_),
      start_up_(start_up_rows(config), width_),
      confidence_(config.forest.resolved_time_decay(), config.forest.resolved_output_after(),
                  config.resolved_transform_decay()),
      row_(width_),
      scaled_(block_),
      missing_(width_) {}

auto Preprocessor::is_late(std::int64_t timestamp) const noexcept -> bool {
  if (is_starting()) return start_up_.rows() > 0 && timestamp <= start_up_.latest();
  return pace_.is_late(timestamp);
}

auto Preprocessor::next_timestamp() const noexcept -> std::int64_t {
  if (!is_starting()) return pace_.timestamp_after(1);
  return start_up_.rows() == 0 ? 0 : add_saturating(start_up_.latest(), 1);
}

void Preprocessor::hold(std::span<const double> row, std::int64_t timestamp, Forest& forest) {
  if (!start_up_.hold(row, timestamp)) return;
  const bool fill_gaps = config_.mode == Mode::streaming_impute;
  replay(start_up_.release(start_up_fill(config_), fill_gaps, kMostMissingShingles * config_.forest.shingle_size),
         forest);
}

void Preprocessor::replay(const Segment& segment, Forest& forest) {
  std::vector<float> scaled(segment.rows.size());
  transform_.apply_segment(segment.rows, scaled);
  Pace known = pace_;  // the pace of the whole segment normalises its gaps, as its deviation does its values
  for (const std::int64_t timestamp : segment.timestamps) known.learn(timestamp, 0);
  std::vector<float> point(block_);
  for (std::size_t i = 0; i < segment.timestamps.size(); ++i) {
    const auto row = std::span<const double>(segment.rows).subspan(i * width_, width_);
    std::copy_n(scaled.begin() + static_cast<std::ptrdiff_t>(i * width_), width_, point.begin());
    const double gap = pace_.gap_to(segment.timestamps[i]);
    if (block_ > width_) point[width_] = pace_.has_started() ? scaled_gap(known, gap) : 0.0F;
    transform_.learn(row, {});
    push(row, point, segment.timestamps[i], segment.present[i] == 0, forest);
    pace_.learn(segment.timestamps[i], 0);
    confidence_.learn(segment.present[i]);
  }
}

void Preprocessor::complete(std::span<const double> row, std::int64_t timestamp, Forest& forest) {
  timestamp_ = timestamp;
  imputed_ = 0;
  missing_rows_ = config_.mode == Mode::streaming_impute ? pace_.missing_rows(timestamp) : 0;
  if (missing_rows_ > 0) fill_gap(row, forest);
  fill_values(row, forest);
  scale_row(pace_.gap_to(timestamp));
}

void Preprocessor::fill_gap(std::span<const double> row, Forest& forest) {
  const std::uint64_t rows = std::min<std::uint64_t>(missing_rows_, kMostMissingShingles * config_.forest.shingle_size);
  std::vector<double> next(row.begin(), row.end());
  for (std::size_t i = 0; i < width_; ++i) {
    if (std::isnan(next[i])) next[i] = fallback(i);
  }
  const double step = pace_.gap_to(timestamp_) / static_cast<double>(rows + 1);
  const std::int64_t start = pace_.latest();
  for (std::uint64_t k = 1; k <= rows; ++k) {
    impute_row(next, rows + 1 - k, forest);
    scale_row(0);
    push(row_, scaled_, add_saturating(start, step * static_cast<double>(k)), true, forest);
    confidence_.learn(0);
    imputed_ += static_cast<std::uint32_t>(width_);
  }
}

void Preprocessor::impute_row(std::span<const double> next, std::uint64_t steps, const Forest& forest) {
  for (std::size_t i = 0; i < width_; ++i) row_[i] = fallback(i);
  if (config_.imputation == ImputationMethod::next) std::copy(next.begin(), next.end(), row_.begin());
  if (config_.imputation == ImputationMethod::linear) {
    for (std::size_t i = 0; i < width_; ++i) row_[i] += (next[i] - row_[i]) / static_cast<double>(steps + 1);
  }
  if (config_.imputation == ImputationMethod::forest && forest.is_ready()) {
    ask_forest(forest, std::vector<std::uint8_t>(width_, 1));
  }
}

void Preprocessor::fill_values(std::span<const double> row, const Forest& forest) {
  missing_values_ = 0;
  for (std::size_t i = 0; i < width_; ++i) {
    const bool missing = std::isnan(row[i]);
    missing_[i] = static_cast<std::uint8_t>(missing);
    missing_values_ += static_cast<std::uint32_t>(missing);
    row_[i] = missing ? fallback(i) : row[i];
  }
  if (missing_values_ == 0) return;
  imputed_ += missing_values_;
  if (config_.imputation == ImputationMethod::forest && forest.is_ready()) ask_forest(forest, missing_);
}

auto Preprocessor::fallback(std::size_t column) const noexcept -> double {
  if (config_.imputation == ImputationMethod::zero) return 0;
  if (config_.imputation == ImputationMethod::fixed_values) return config_.fill_values[column];
  return history_.rows() == 0 ? 0.0 : history_.newest()[column];
}

void Preprocessor::ask_forest(const Forest& forest, std::span<const std::uint8_t> flagged) {
  scale_row(pace_.gap_to(timestamp_));
  std::vector<float> point(forest.dimensions());
  forest.shingled_point(scaled_, point);
  std::vector<std::uint32_t> missing;
  for (std::size_t i = 0; i < width_; ++i) {
    if (flagged[i] != 0) missing.push_back(static_cast<std::uint32_t>(point.size() - block_ + i));
  }
  const auto imputed = forest.impute(point, missing).value;
  std::vector<double> values(width_);
  invert(std::span<const float>(imputed).last(block_), 0, values);
  for (std::size_t i = 0; i < width_; ++i) {
    if (flagged[i] != 0) row_[i] = std::clamp(values[i], -kMaximumMagnitude, kMaximumMagnitude);
  }
}

void Preprocessor::scale_row(double gap) noexcept {
  transform_.apply(row_, history_.newest(), std::span<float>(scaled_).first(width_));
  if (block_ > width_) scaled_[width_] = pace_.has_started() ? scaled_gap(pace_, gap) : 0.0F;
}

auto Preprocessor::time_scale(const Pace& pace) const noexcept -> double {
  return config_.normalize_time ? kTimeFactor * (1 + pace.gap_deviation()) : 1.0;
}

auto Preprocessor::scaled_gap(const Pace& pace, double gap) const noexcept -> float {
  const double centred = config_.normalize_time ? gap - pace.mean_gap() : gap;
  const double bound = config_.normalize_time ? config_.clip : kMostTime;
  const double weighted = config_.time_weight * std::clamp(centred / time_scale(pace), -bound, bound);
  return static_cast<float>(std::clamp(weighted, -kMaximumTransformed, kMaximumTransformed));
}

void Preprocessor::push(std::span<const double> row, std::span<const float> scaled, std::int64_t timestamp,
                        bool imputed, Forest& forest) {
  history_.push(row, timestamp, imputed);
  forest.update(scaled, history_.imputed_fraction() < config_.use_imputed_fraction);
}

void Preprocessor::learn(Forest& forest) {
  if (!config_.stop_normalization || steps() < *config_.stop_normalization) {
    transform_.learn(row_, missing_);
  }
  push(row_, scaled_, timestamp_, missing_values_ == width_, forest);
  pace_.learn(timestamp_, missing_rows_);
  confidence_.learn(1 - static_cast<double>(missing_values_) / static_cast<double>(width_));
}

void Preprocessor::frame(Frame& out) const {
  out.resize(block_);
  out.centred = transform_.is_centred();
  out.differenced = transform_.is_differencing();
  const auto previous = history_.newest();
  for (std::size_t i = 0; i < width_; ++i) {
    const auto& known = transform_.statistics(i);
    out.scale[i] = transform_.scale(i);
    out.shift[i] = transform_.shift(i, previous);
    out.mean[i] = transform_.shift(i, {});
    out.centre[i] = out.centred ? 0.0 : known.value.mean();
    out.step_deviation[i] = known.step_deviation.mean();
    // Relative to where the series is, not to the value: a huge value must not make room for itself.
    const double magnitude = std::abs(known.value.mean());
    out.precision[i] = std::max(config_.minimum_absolute_change, config_.minimum_relative_change * magnitude);
  }
  if (block_ > width_) frame_time(out);
}

void Preprocessor::frame_time(Frame& out) const {
  const double weight = config_.time_weight;
  out.scale[width_] = weight == 0 ? 0 : time_scale(pace_) / weight;
  out.shift[width_] = config_.normalize_time ? pace_.mean_gap() : 0.0;
  out.centre[width_] = config_.normalize_time ? 0.0 : pace_.mean_gap();
  out.step_deviation[width_] = pace_.gap_deviation();
  out.precision[width_] = std::max(config_.minimum_absolute_change, config_.minimum_relative_change * pace_.mean_gap());
}

void Preprocessor::invert(std::span<const float> block, std::size_t age, std::span<double> out) const {
  std::copy_n(block.begin(), width_, out.begin());
  const bool has_previous = history_.rows() > age;
  transform_.invert(out, has_previous ? history_.row(age) : std::span<const double>());
}

auto Preprocessor::invert_time(double value, std::int64_t from) const noexcept -> std::int64_t {
  if (config_.time_weight == 0) return from;
  const double gap = value * time_scale(pace_) / config_.time_weight;
  return add_saturating(from, config_.normalize_time ? gap + pace_.mean_gap() : gap);
}

auto Preprocessor::memory_bytes() const noexcept -> std::size_t {
  return transform_.memory_bytes() + history_.memory_bytes() + start_up_.memory_bytes() +
         row_.capacity() * sizeof(double) + scaled_.capacity() * sizeof(float) + missing_.capacity();
}

void Preprocessor::write(ByteWriter& out) const {
  transform_.write(out);
  pace_.write(out);
  history_.write(out);
  start_up_.write(out);
  confidence_.write(out);
}

void Preprocessor::read(ByteReader& in) {
  transform_.read(in);
  pace_.read(in);
  history_.read(in);
  start_up_.read(in);
  confidence_.read(in);
}

void Preprocessor::check() const {
  transform_.check();
  pace_.check();
  history_.check();
  start_up_.check();
  confidence_.check();
}

}  // namespace adcore

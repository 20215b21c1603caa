#include "adcore/detect/transform.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/base/error.hpp"
#include "adcore/forest/config.hpp"

namespace adcore {

namespace {

/// Rows before values can be too far away: until then the deviation is not known.
constexpr std::uint64_t kFreeRows = 10;
/// The bound has doubled often enough to let everything through.
constexpr std::uint32_t kLongestRun = 250;
/// A little less than the forest takes, so that rounding to float cannot exceed it.
constexpr double kMaximumTransformed = 0.999 * kMaximumMagnitude;

/// `value`, or the nearest one within clip * scale * 2^run of the mean; `run` counts the values that were not.
auto bounded(double value, const Deviation& known, double scale, double clip, std::uint32_t& run) noexcept -> double {
  const double away = value - known.mean();
  const double bound = std::ldexp(clip * scale, static_cast<int>(run));
  if (known.count() < kFreeRows || std::abs(away) <= bound) {
    run = 0;
    return value;
  }
  run = std::min(run + 1, kLongestRun);
  return known.mean() + std::copysign(bound, away);
}

void learn_step(ColumnStatistics& known, double step, double clip) noexcept {
  const double scale = 1 + known.step.standard_deviation();
  known.step.update(bounded(step, known.step, scale, clip, known.step_run));
  known.step_mean.update(known.step.mean());
  known.step_deviation.update(known.step.standard_deviation());
}

void learn_value(ColumnStatistics& known, double value, double clip) noexcept {
  const double scale = 1 + known.value_deviation.mean();
  known.value.update(bounded(value, known.value, scale, clip, known.value_run));
  known.value_deviation.update(known.value.standard_deviation());
}

}  // namespace

Transform::Transform(const TransformConfig& config)
    : config_(config), statistics_(config.input_dimensions, ColumnStatistics(config.decay)) {}

auto Transform::is_differencing() const noexcept -> bool {
  return config_.method == TransformMethod::difference || config_.method == TransformMethod::normalize_difference;
}

auto Transform::is_centred() const noexcept -> bool {
  return config_.method != TransformMethod::none && config_.method != TransformMethod::weighted;
}

auto Transform::raw_scale(const ColumnStatistics& known) const noexcept -> double {
  switch (config_.method) {
    case TransformMethod::normalize: return 1 + known.value_deviation.mean();
    case TransformMethod::normalize_difference: return 1 + known.step.standard_deviation();
    default: return 1;
  }
}

auto Transform::raw_shift(const ColumnStatistics& known) const noexcept -> double {
  switch (config_.method) {
    case TransformMethod::normalize:
    case TransformMethod::subtract_moving_average: return known.value.mean();
    case TransformMethod::normalize_difference: return known.step.mean();
    default: return 0;
  }
}

auto Transform::transformed(double value, const ColumnStatistics& known, double weight) const noexcept -> float {
  double scaled = (value - raw_shift(known)) / raw_scale(known);
  if (config_.method == TransformMethod::normalize || config_.method == TransformMethod::normalize_difference) {
    scaled = std::clamp(scaled, -config_.clip, config_.clip);
  }
  return static_cast<float>(std::clamp(weight * scaled, -kMaximumTransformed, kMaximumTransformed));
}

void Transform::apply(std::span<const double> row, std::span<const double> previous,
                      std::span<float> out) const noexcept {
  const bool differencing = is_differencing();
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double before = previous.empty() ? row[i] : previous[i];
    out[i] = transformed(differencing ? row[i] - before : row[i], statistics_[i], weight(i));
  }
}

auto Transform::segment_statistics(std::span<const double> rows) const -> std::vector<ColumnStatistics> {
  const std::size_t width = config_.input_dimensions;
  std::vector<ColumnStatistics> known(width, ColumnStatistics(config_.decay));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    known[i % width].value.update(rows[i]);
    known[i % width].step.update(i < width ? 0.0 : rows[i] - rows[i - width]);
  }
  for (auto& column : known) column.value_deviation.update(column.value.standard_deviation());
  return known;
}

void Transform::apply_segment(std::span<const double> rows, std::span<float> out) const {
  const std::size_t width = config_.input_dimensions;
  const auto known = segment_statistics(rows);
  const bool differencing = is_differencing();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double before = i < width ? rows[i] : rows[i - width];
    out[i] = transformed(differencing ? rows[i] - before : rows[i], known[i % width], weight(i % width));
  }
}

void Transform::learn(std::span<const double> row, std::span<const double> previous,
                      std::span<const std::uint8_t> imputed) noexcept {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!imputed.empty() && imputed[i] != 0) continue;
    learn_value(statistics_[i], row[i], config_.clip);
    learn_step(statistics_[i], previous.empty() ? 0.0 : row[i] - previous[i], config_.clip);
  }
}

auto Transform::scale(std::size_t column) const noexcept -> double {
  const double by = weight(column);
  return by == 0 ? 0 : raw_scale(statistics_[column]) / by;
}

auto Transform::shift(std::size_t column, std::span<const double> previous) const noexcept -> double {
  const double base = is_differencing() && !previous.empty() ? previous[column] : 0.0;
  return base + raw_shift(statistics_[column]);
}

void Transform::invert(std::span<double> values, std::span<const double> previous) const noexcept {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = values[i] * scale(i) + shift(i, previous);
}

auto Transform::memory_bytes() const noexcept -> std::size_t {
  return statistics_.capacity() * sizeof(ColumnStatistics) + config_.weights.capacity() * sizeof(double);
}

void Transform::write(ByteWriter& out) const {
  for (const auto& column : statistics_) {
    for (const auto* known : {&column.value, &column.step, &column.value_deviation, &column.step_mean,
                              &column.step_deviation}) {
      known->write(out);
    }
    out.put_count(column.value_run);
    out.put_count(column.step_run);
  }
}

void Transform::read(ByteReader& in) {
  for (auto& column : statistics_) {
    for (auto* known : {&column.value, &column.step, &column.value_deviation, &column.step_mean,
                        &column.step_deviation}) {
      known->read(in);
    }
    if (column.value_deviation.mean() < 0 || column.step_deviation.mean() < 0) throw_snapshot("a deviation below 0");
    column.value_run = static_cast<std::uint32_t>(in.get_count(kLongestRun));
    column.step_run = static_cast<std::uint32_t>(in.get_count(kLongestRun));
  }
}

}  // namespace adcore

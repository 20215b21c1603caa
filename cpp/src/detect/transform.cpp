#include "adcore/detect/transform.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/base/error.hpp"
#include "adcore/forest/config.hpp"

namespace adcore {

namespace {

/// Rows before values can be too far away: until then the deviation is not known.
constexpr std::uint64_t kFreeRows = 32;
/// Scales from the mean beyond which a value is too far away.
constexpr double kFarScales = 10;
/// A value too far away doubles the distance allowed; as many rows that are not halve it again.
constexpr std::uint32_t kFarRows = 8;
/// The distance has doubled often enough to let everything through.
constexpr std::uint32_t kFarthest = 200 * kFarRows;
/// `value`, or the nearest one that is not too far away.
auto bounded(ColumnStatistics& known, double value) noexcept -> double {
  const double away = value - known.value.mean();
  const double scale = 1 + known.value_deviation.mean();
  const double bound = std::ldexp(kFarScales * scale, static_cast<int>(known.far / kFarRows));
  if (known.value.count() < kFreeRows || std::abs(away) <= bound) {
    known.far -= known.far > 0 ? 1 : 0;
    return value;
  }
  known.far = std::min(known.far + kFarRows, kFarthest);
  return known.value.mean() + std::copysign(bound, away);
}

void learn_value(ColumnStatistics& known, double value) noexcept {
  const double learned = bounded(known, value);
  known.step.update(known.value.count() == 0 ? 0.0 : learned - known.last);
  known.step_mean.update(known.step.mean());
  known.step_deviation.update(known.step.standard_deviation());
  known.value.update(learned);
  known.value_deviation.update(known.value.standard_deviation());
  known.last = learned;
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
    // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): a row has at least one value
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
    // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): a row has at least one value
    out[i] = transformed(differencing ? rows[i] - before : rows[i], known[i % width], weight(i % width));
  }
}

void Transform::learn(std::span<const double> row, std::span<const std::uint8_t> imputed) noexcept {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (imputed.empty() || imputed[i] == 0) learn_value(statistics_[i], row[i]);
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
    for (const auto* known :
         {&column.value, &column.step, &column.value_deviation, &column.step_mean, &column.step_deviation}) {
      known->write(out);
    }
    out.put(column.last);
    out.put_count(column.far);
  }
}

void Transform::read(ByteReader& in) {
  for (auto& column : statistics_) {
    for (auto* known :
         {&column.value, &column.step, &column.value_deviation, &column.step_mean, &column.step_deviation}) {
      known->read(in);
    }
    column.last = in.get<double>();
    column.far = static_cast<std::uint32_t>(in.get_count(kFarthest));
  }
  check();
}

void Transform::check() const {
  for (const auto& column : statistics_) {
    for (const auto* known :
         {&column.value, &column.step, &column.value_deviation, &column.step_mean, &column.step_deviation}) {
      known->check();
    }
    if (column.value_deviation.mean() < 0 || column.step_deviation.mean() < 0) throw_snapshot("a deviation below 0");
    if (column.far > kFarthest) throw_snapshot("a count of values too far away");
    if (!(std::abs(column.last) <= 2 * kMaximumMagnitude)) throw_snapshot("a last value that cannot be");
  }
}

}  // namespace adcore

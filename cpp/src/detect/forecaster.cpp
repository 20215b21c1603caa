#include "adcore/detect/forecaster.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

constexpr std::size_t kLongestErrorHorizon = 1024;
constexpr SnapshotKind kForecasterKind = snapshot_kind("fcst");
constexpr std::uint16_t kForecasterVersion = 1;

auto validated(const ForecasterConfig& config) -> const ForecasterConfig& {
  config.validate();
  return config;
}

auto errors_config(const ForecasterConfig& config) -> ForecastErrorsConfig {
  return {config.horizon,
          config.detector.forest.input_dimensions,
          config.resolved_error_horizon(),
          config.percentile,
          config.lower_limit,
          config.upper_limit};
}

void check_limits(const ForecasterConfig& config) {
  const std::size_t width = config.detector.forest.input_dimensions;
  const auto check = [&](const char* name, const std::vector<double>& limit) {
    if (limit.empty() || limit.size() == width) return;
    throw_invalid_argument(std::string(name) + " of length", static_cast<double>(limit.size()),
                           "it must have one value per input dimension, " + std::to_string(width));
  };
  check("lower_limit", config.lower_limit);
  check("upper_limit", config.upper_limit);
  for (const auto* limit : {&config.lower_limit, &config.upper_limit}) {
    for (const double value : *limit) {
      if (std::isnan(value)) throw_invalid_argument("a limit of a forecast", value, "it must be a number");
    }
  }
  if (config.lower_limit.empty() || config.upper_limit.empty()) return;
  for (std::size_t i = 0; i < width; ++i) {
    if (config.lower_limit[i] <= config.upper_limit[i]) continue;
    throw_invalid_argument("lower_limit[" + std::to_string(i) + "]", config.lower_limit[i],
                           "it must not be above the upper limit");
  }
}

/// The first fields of a forecast of the right shape, all 0.
auto empty_forecast(const ForecasterConfig& config) -> Forecast {
  Forecast forecast;
  forecast.horizon = config.horizon;
  forecast.input_dimensions = config.detector.forest.input_dimensions;
  const std::size_t cells = forecast.horizon * forecast.input_dimensions;
  for (auto* column : {&forecast.value, &forecast.low, &forecast.high}) column->assign(cells, 0.0);
  forecast.timestamp.assign(forecast.horizon, 0);
  return forecast;
}

void read_forecast(ByteReader& in, Forecast& forecast) {
  for (auto* column : {&forecast.value, &forecast.low, &forecast.high}) {
    for (double& value : *column) {
      value = in.get<double>();
      if (!std::isfinite(value)) throw_snapshot("a forecast that is not finite");
    }
  }
  for (std::int64_t& timestamp : forecast.timestamp) timestamp = in.get<std::int64_t>();
}

}  // namespace

auto ForecasterConfig::resolved_error_horizon() const noexcept -> std::size_t {
  if (error_horizon != 0) return error_horizon;
  return std::min(kLongestErrorHorizon, std::max(detector.forest.sample_size, 2 * horizon));
}

void ForecasterConfig::validate() const {
  detector.validate();
  if (detector.mode != Mode::standard) {
    throw_invalid_argument("mode", "'" + std::string(name_of(detector.mode)) + "'", "a forecaster needs 'standard'");
  }
  if (detector.forest.shingle_size < 2) {
    throw_invalid_argument("shingle_size", static_cast<double>(detector.forest.shingle_size),
                           "a forecaster needs at least 2");
  }
  if (horizon < 1 || horizon > kLongestErrorHorizon) {
    throw_invalid_argument("horizon", static_cast<double>(horizon), "it must be between 1 and 1024");
  }
  if (!(percentile > 0 && percentile < 0.5)) {
    throw_invalid_argument("percentile", percentile, "it must be greater than 0 and less than 0.5");
  }
  const std::size_t remembered = resolved_error_horizon();
  if (remembered < horizon || remembered > kLongestErrorHorizon) {
    throw_invalid_argument("error_horizon", static_cast<double>(remembered),
                           "it must be between the horizon, " + std::to_string(horizon) + ", and 1024");
  }
  check_limits(*this);
}

Forecaster::Forecaster(const ForecasterConfig& config)
    : Forecaster(validated(config), ThresholdedForest(config.detector)) {}

Forecaster::Forecaster(const ForecasterConfig& config, ThresholdedForest detector)
    : config_(config),
      detector_(std::move(detector)),
      errors_(errors_config(config)),
      forecast_(empty_forecast(config)) {}

auto Forecaster::process_row(std::span<const double> row, std::int64_t timestamp) -> Detection {
  Detection detection = detector_.process_row(row, timestamp);
  if (detection.status != RowStatus::skipped) step(row);
  return detection;
}

auto Forecaster::process(std::span<const double> rows, std::span<const std::int64_t> timestamps) -> ThresholdedColumns {
  detector_.check_rows(rows, timestamps);
  const std::size_t width = config_.detector.forest.input_dimensions;
  const std::size_t count = rows.size() / width;
  ThresholdedColumns columns;
  columns.input_dimensions = width;
  columns.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto timestamp = timestamps.empty() ? detector_.preprocessor().next_timestamp() : timestamps[i];
    columns.append(process_row(rows.subspan(i * width, width), timestamp));
  }
  return columns;
}

void Forecaster::step(std::span<const double> row) {
  if (!detector_.is_ready()) return;
  const std::size_t width = config_.detector.forest.input_dimensions;
  std::vector<double> spread(width);
  for (std::size_t i = 0; i < width; ++i) {
    spread[i] = detector_.preprocessor().transform().statistics(i).value_deviation.mean();
  }
  errors_.observe(row, spread);
  const Forecast raw = detector_.extrapolate(config_.horizon);
  forecast_ = raw;
  errors_.calibrate(config_.calibration, forecast_);
  errors_.store(raw, forecast_);
}

auto Forecaster::memory_bytes() const noexcept -> std::size_t {
  const std::size_t doubles = forecast_.value.capacity() + forecast_.low.capacity() + forecast_.high.capacity();
  return sizeof(*this) - sizeof(detector_) + detector_.memory_bytes() + errors_.memory_bytes() +
         doubles * sizeof(double) + forecast_.timestamp.capacity() * sizeof(std::int64_t);
}

auto Forecaster::to_bytes() const -> std::vector<std::byte> {
  ByteWriter out(kForecasterKind, kForecasterVersion);
  out.put_count(config_.horizon);
  out.put(config_.calibration);
  out.put(config_.percentile);
  out.put_count(config_.error_horizon);
  out.put_all(config_.lower_limit);
  out.put_all(config_.upper_limit);
  out.put_bytes(detector_.to_bytes());
  errors_.write(out);
  for (const auto* column : {&forecast_.value, &forecast_.low, &forecast_.high}) {
    for (const double value : *column) out.put(value);
  }
  for (const std::int64_t timestamp : forecast_.timestamp) out.put(timestamp);
  return out.finish();
}

auto Forecaster::from_bytes(std::span<const std::byte> bytes) -> Forecaster {
  ByteReader in(bytes, kForecasterKind, kForecasterVersion);
  ForecasterConfig config;
  config.horizon = static_cast<std::size_t>(in.get_count(kLongestErrorHorizon));
  config.calibration = static_cast<Calibration>(in.get_at_most(static_cast<std::uint8_t>(Calibration::simple)));
  config.percentile = in.get<double>();
  config.error_horizon = static_cast<std::size_t>(in.get_count(kLongestErrorHorizon));
  config.lower_limit = in.get_all<double>(kMaximumDimensions);
  config.upper_limit = in.get_all<double>(kMaximumDimensions);
  ThresholdedForest detector = ThresholdedForest::from_bytes(in.get_bytes());
  config.detector = detector.config();
  try {
    config.validate();
  } catch (const InvalidArgument& error) {
    throw_snapshot(error.what());
  }
  // What follows must be there before room is made for it: a horizon of 1024 asks for much.
  const std::size_t cells = config.horizon * config.detector.forest.input_dimensions;
  if (in.remaining() / sizeof(double) < 3 * cells * config.horizon) throw_snapshot("it ends too early");
  Forecaster model(config, std::move(detector));
  model.errors_.read(in);
  read_forecast(in, model.forecast_);
  in.finish();
  return model;
}

}  // namespace adcore

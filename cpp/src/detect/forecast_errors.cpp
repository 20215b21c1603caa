#include "adcore/detect/forecast_errors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

constexpr std::array<std::string_view, 3> kCalibrations = {"none", "minimal", "simple"};
/// Standard deviations that hold 80 % of normal errors: the interval of the 10th and 90th percentile.
constexpr double kIntervalDeviations = 1.3;
/// Forecasts, in horizons, until observed errors are believed at all.
constexpr double kTrustAfter = 10;

}  // namespace

auto name_of(Calibration calibration) noexcept -> std::string_view {
  return kCalibrations[static_cast<std::size_t>(calibration)];
}

auto calibration_from_name(std::string_view name) -> Calibration {
  const auto* const found = std::find(kCalibrations.begin(), kCalibrations.end(), name);
  if (found != kCalibrations.end()) return static_cast<Calibration>(found - kCalibrations.begin());
  throw_invalid_argument("calibration", "'" + std::string(name) + "'", "it must be one of 'none' 'minimal' 'simple'");
}

ForecastErrors::ForecastErrors(const ForecastErrorsConfig& config) : config_(config) {
  const double discount = 1.0 / static_cast<double>(config.error_horizon);
  const std::size_t cells = config.horizon * config.input_dimensions;
  cells_.assign(cells, {Deviation(discount), Deviation(discount), Deviation(discount)});
  for (auto* ring : {&value_, &low_, &high_}) ring->assign(config.horizon * cells, 0.0);
  spread_.assign(config.input_dimensions, 0.0);
}

void ForecastErrors::observe(std::span<const double> actual, std::span<const double> spread) {
  // The forecast stored last saw this row one step ahead, the one before two steps ahead, and so on.
  const std::uint64_t known = std::min<std::uint64_t>(forecasts_, config_.horizon);
  for (std::uint64_t step = 0; step < known; ++step) {
    const std::uint64_t slot = (forecasts_ - 1 - step) % config_.horizon;
    score_forecast(actual, static_cast<std::size_t>(slot), static_cast<std::size_t>(step));
  }
  std::copy(spread.begin(), spread.end(), spread_.begin());
}

void ForecastErrors::score_forecast(std::span<const double> actual, std::size_t slot, std::size_t step) noexcept {
  const std::size_t width = config_.input_dimensions;
  for (std::size_t i = 0; i < width; ++i) {
    if (std::isnan(actual[i])) continue;
    const std::size_t at = (slot * config_.horizon + step) * width + i;
    Cell& known = cells_[step * width + i];
    known.hits.update(actual[i] >= low_[at] && actual[i] <= high_[at] ? 1.0 : 0.0);
    const double error = actual[i] - value_[at];
    known.above.update(std::max(error, 0.0));
    known.below.update(std::min(error, 0.0));
  }
}

void ForecastErrors::store(const Forecast& raw, const Forecast& calibrated) {
  const auto slot = static_cast<std::size_t>(forecasts_ % config_.horizon);
  const auto start = static_cast<std::ptrdiff_t>(slot * cells_.size());
  std::copy(raw.value.begin(), raw.value.end(), value_.begin() + start);
  std::copy(calibrated.low.begin(), calibrated.low.end(), low_.begin() + start);
  std::copy(calibrated.high.begin(), calibrated.high.end(), high_.begin() + start);
  ++forecasts_;
}

void ForecastErrors::calibrate(Calibration calibration, Forecast& forecast) const noexcept {
  if (calibration == Calibration::none) return;
  const std::size_t width = config_.input_dimensions;
  for (std::size_t at = 0; at < cells_.size(); ++at) {
    const std::size_t step = at / width;
    const std::size_t i = at % width;
    const double raw = forecast.value[at];
    if (calibration == Calibration::simple) forecast.value[at] += mean_error(step, i);
    forecast.high[at] = std::max({forecast.high[at], raw + interval_high(step, i), forecast.value[at]});
    forecast.low[at] = std::min({forecast.low[at], raw + interval_low(step, i), forecast.value[at]});
    limit(forecast, at);
  }
}

void ForecastErrors::limit(Forecast& forecast, std::size_t at) const noexcept {
  const std::size_t i = at % config_.input_dimensions;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double least = config_.lower_limit.empty() ? -kInfinity : config_.lower_limit[i];
  const double most = config_.upper_limit.empty() ? kInfinity : config_.upper_limit[i];
  for (auto* column : {&forecast.value, &forecast.low, &forecast.high}) {
    (*column)[at] = std::clamp((*column)[at], least, most);
  }
}

auto ForecastErrors::mean_error(std::size_t step, std::size_t column) const noexcept -> double {
  return cell(step, column).above.mean() + cell(step, column).below.mean();
}

auto ForecastErrors::deviation_above(std::size_t step, std::size_t column) const noexcept -> double {
  return blended(cell(step, column).above.standard_deviation(), column);
}

auto ForecastErrors::deviation_below(std::size_t step, std::size_t column) const noexcept -> double {
  return blended(cell(step, column).below.standard_deviation(), column);
}

auto ForecastErrors::hit_rate(std::size_t step, std::size_t column) const noexcept -> double {
  return cell(step, column).hits.mean();
}

auto ForecastErrors::blended(double observed, std::size_t column) const noexcept -> double {
  const double horizons = static_cast<double>(forecasts_) / (kTrustAfter * static_cast<double>(config_.horizon));
  const double trust = std::clamp(horizons - 1, 0.0, 1.0);
  return trust * observed + (1 - trust) * spread_[column];
}

auto ForecastErrors::widening(std::size_t step, std::size_t column) const noexcept -> double {
  const double hits = hit_rate(step, column);
  return hits < 1 - config_.percentile ? std::max(1.0, 1 / (hits + 0.1)) : 1.0;
}

auto ForecastErrors::interval_low(std::size_t step, std::size_t column) const noexcept -> double {
  return mean_error(step, column) - kIntervalDeviations * widening(step, column) * deviation_below(step, column);
}

auto ForecastErrors::interval_high(std::size_t step, std::size_t column) const noexcept -> double {
  return mean_error(step, column) + kIntervalDeviations * widening(step, column) * deviation_above(step, column);
}

auto ForecastErrors::memory_bytes() const noexcept -> std::size_t {
  return cells_.capacity() * sizeof(Cell) +
         (value_.capacity() + low_.capacity() + high_.capacity() + spread_.capacity()) * sizeof(double);
}

void ForecastErrors::write(ByteWriter& out) const {
  out.put_count(forecasts_);
  for (const auto& known : cells_) {
    for (const auto* statistic : {&known.above, &known.below, &known.hits}) statistic->write(out);
  }
  for (const auto* column : {&value_, &low_, &high_, &spread_}) {
    for (const double value : *column) out.put(value);
  }
}

void ForecastErrors::read(ByteReader& in) {
  forecasts_ = in.get_count(~std::uint64_t{0});
  for (auto& known : cells_) {
    for (auto* statistic : {&known.above, &known.below, &known.hits}) statistic->read(in);
  }
  for (auto* column : {&value_, &low_, &high_, &spread_}) {
    for (double& value : *column) {
      value = in.get<double>();
      if (!std::isfinite(value)) throw_snapshot("a forecast that is not finite");
    }
  }
}

}  // namespace adcore

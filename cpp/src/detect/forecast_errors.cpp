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
/// Forecasts, in horizons, until observed errors are believed at all.
constexpr double kTrustAfter = 10;
/// How fast the factors of the interval move, and how far.
constexpr double kSteering = 0.05;
constexpr double kLeastFactor = 0.1;
constexpr double kMostFactor = 100;

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
  const Deviation empty(discount);
  cells_.assign(cells, {.error = empty, .above = empty, .below = empty, .hits = empty});
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
    const bool too_low = actual[i] < low_[at];
    const bool too_high = actual[i] > high_[at];
    known.hits.update(too_low || too_high ? 0.0 : 1.0);
    steer(known, too_low, too_high);
    const double error = actual[i] - value_[at];
    known.error.update(error);
    known.above.update(std::max(error, 0.0));
    known.below.update(std::min(error, 0.0));
  }
}

void ForecastErrors::steer(Cell& known, bool too_low, bool too_high) const noexcept {
  const double wanted = config_.percentile / 2;  // misses on each side
  const auto moved = [&](double factor, bool missed) {
    const double by = kSteering * ((missed ? 1.0 : 0.0) - wanted);
    return std::clamp(factor * (1 + by), kLeastFactor, kMostFactor);
  };
  known.factor_low = moved(known.factor_low, too_low);
  known.factor_high = moved(known.factor_high, too_high);
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
    // The trees' own range counts only as long as errors do not say better.
    const bool known = trust() >= 1;
    const double high =
        known ? raw + interval_high(step, i) : std::max(forecast.high[at], raw + interval_high(step, i));
    const double low = known ? raw + interval_low(step, i) : std::min(forecast.low[at], raw + interval_low(step, i));
    forecast.high[at] = std::max(high, forecast.value[at]);
    forecast.low[at] = std::min(low, forecast.value[at]);
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
  return cell(step, column).error.mean();
}

auto ForecastErrors::deviation(std::size_t step, std::size_t column) const noexcept -> double {
  return cell(step, column).error.standard_deviation();
}

auto ForecastErrors::deviation_above(std::size_t step, std::size_t column) const noexcept -> double {
  return cell(step, column).above.standard_deviation();
}

auto ForecastErrors::deviation_below(std::size_t step, std::size_t column) const noexcept -> double {
  return cell(step, column).below.standard_deviation();
}

auto ForecastErrors::hit_rate(std::size_t step, std::size_t column) const noexcept -> double {
  return cell(step, column).hits.mean();
}

auto ForecastErrors::trust() const noexcept -> double {
  const double horizons = static_cast<double>(forecasts_) / (kTrustAfter * static_cast<double>(config_.horizon));
  return std::clamp(horizons - 1, 0.0, 1.0);
}

auto ForecastErrors::width(std::size_t step, std::size_t column) const noexcept -> double {
  return trust() * deviation(step, column) + (1 - trust()) * spread_[column];
}

auto ForecastErrors::interval_low(std::size_t step, std::size_t column) const noexcept -> double {
  return mean_error(step, column) - cell(step, column).factor_low * width(step, column);
}

auto ForecastErrors::interval_high(std::size_t step, std::size_t column) const noexcept -> double {
  return mean_error(step, column) + cell(step, column).factor_high * width(step, column);
}

auto ForecastErrors::memory_bytes() const noexcept -> std::size_t {
  return cells_.capacity() * sizeof(Cell) +
         (value_.capacity() + low_.capacity() + high_.capacity() + spread_.capacity()) * sizeof(double);
}

void ForecastErrors::write(ByteWriter& out) const {
  out.put_count(forecasts_);
  for (const auto& known : cells_) {
    for (const auto* statistic : {&known.error, &known.above, &known.below, &known.hits}) statistic->write(out);
    out.put(known.factor_low);
    out.put(known.factor_high);
  }
  for (const auto* column : {&value_, &low_, &high_, &spread_}) {
    for (const double value : *column) out.put(value);
  }
}

void ForecastErrors::read(ByteReader& in) {
  forecasts_ = in.get_count(~std::uint64_t{0});
  for (auto& known : cells_) {
    for (auto* statistic : {&known.error, &known.above, &known.below, &known.hits}) statistic->read(in);
    for (auto* factor : {&known.factor_low, &known.factor_high}) {
      *factor = in.get<double>();
      if (!(*factor >= kLeastFactor && *factor <= kMostFactor)) throw_snapshot("a factor of an interval out of range");
    }
  }
  for (auto* column : {&value_, &low_, &high_, &spread_}) {
    for (double& value : *column) {
      value = in.get<double>();
      if (!std::isfinite(value)) throw_snapshot("a forecast that is not finite");
    }
  }
}

}  // namespace adcore

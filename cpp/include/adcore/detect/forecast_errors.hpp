// How far off the forecasts of each step ahead were, and the interval that follows from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "adcore/detect/deviation.hpp"
#include "adcore/detect/results.hpp"

namespace adcore {

/// What is done to a raw forecast with the errors seen.
enum class Calibration : std::uint8_t {
  none,     ///< nothing: percentiles over the trees
  minimal,  ///< the interval is widened to the errors seen
  simple,   ///< and the centre is moved by the mean error
};
[[nodiscard]] auto name_of(Calibration calibration) noexcept -> std::string_view;
[[nodiscard]] auto calibration_from_name(std::string_view name) -> Calibration;

struct ForecastErrorsConfig {
  std::size_t horizon = 1;
  std::size_t input_dimensions = 1;
  std::size_t error_horizon = 256;
  double percentile = 0.1;
  std::vector<double> lower_limit;
  std::vector<double> upper_limit;
};

/// Per step ahead and column: discounted mean and deviation of errors above and below, and how often the interval held.
class ForecastErrors {
 public:
  explicit ForecastErrors(const ForecastErrorsConfig& config);

  /// A row came: scores every stored forecast of it. `usual_steps` [input_dimensions] stand in for errors not yet seen.
  void observe(std::span<const double> actual, std::span<const double> usual_steps);
  /// Stores the forecast made after that row.
  void store(const Forecast& forecast);
  /// Moves and widens a raw forecast.
  void calibrate(Calibration calibration, Forecast& forecast) const noexcept;

  /// Forecasts stored so far.
  [[nodiscard]] auto forecasts() const noexcept -> std::uint64_t { return forecasts_; }
  /// Mean of actual - forecast.
  [[nodiscard]] auto mean_error(std::size_t step, std::size_t column) const noexcept -> double;
  /// Deviation of the errors above (below) the forecast.
  [[nodiscard]] auto deviation_above(std::size_t step, std::size_t column) const noexcept -> double;
  [[nodiscard]] auto deviation_below(std::size_t step, std::size_t column) const noexcept -> double;
  /// Fraction of values that fell into the interval, [0, 1].
  [[nodiscard]] auto hit_rate(std::size_t step, std::size_t column) const noexcept -> double;
  /// Interval around a forecast: actual - forecast lies in [low, high] for about 1 - percentile of the values.
  [[nodiscard]] auto interval_low(std::size_t step, std::size_t column) const noexcept -> double;
  [[nodiscard]] auto interval_high(std::size_t step, std::size_t column) const noexcept -> double;

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  void write(ByteWriter& out) const;
  void read(ByteReader& in);

 private:
  struct Cell {
    Deviation above, below, hits;
  };
  [[nodiscard]] auto cell(std::size_t step, std::size_t column) const noexcept -> const Cell& {
    return cells_[step * config_.input_dimensions + column];
  }
  /// How far the observed deviation is trusted over `usual_steps`, 0 to 1.
  [[nodiscard]] auto trust() const noexcept -> double;
  [[nodiscard]] auto width(double observed, std::size_t step, std::size_t column) const noexcept -> double;
  void score_forecast(std::span<const double> actual, std::size_t slot, std::size_t step) noexcept;
  void clamp(Forecast& forecast, std::size_t index) const noexcept;

  ForecastErrorsConfig config_;
  std::vector<Cell> cells_;  // [horizon * input_dimensions]
  // Ring of the last `horizon` forecasts, each [horizon * input_dimensions].
  std::vector<double> value_, low_, high_;
  std::vector<double> usual_steps_;
  std::uint64_t forecasts_ = 0;
};

}  // namespace adcore

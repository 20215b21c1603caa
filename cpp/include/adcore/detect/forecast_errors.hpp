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

/// Per step ahead and column: discounted mean and deviation of the errors, above and below, and how often the interval
/// held. The interval is mean error + factor * deviation on either side, and each factor is steered by its own misses:
/// a miss raises it, a hit lowers it a little, in the proportion that makes misses as frequent as wanted (adaptive
/// conformal inference, Gibbs and Candes 2021). The field's rule, 1.3 deviations of the one-sided errors widened by
/// 1 / (hit rate + 0.1), holds 67 % of normal errors where 90 % were wanted.
class ForecastErrors {
 public:
  explicit ForecastErrors(const ForecastErrorsConfig& config);

  /// A row came: scores every stored forecast of it; NaN is not scored. `spread` [input_dimensions], the usual
  /// deviation of the values, stands in for errors not yet seen.
  void observe(std::span<const double> actual, std::span<const double> spread);
  /// Stores the forecast made after that row: errors are those of the raw centre, hits those of the calibrated
  /// interval. (Errors of the calibrated centre would hide half of the bias that calibration is to remove.)
  void store(const Forecast& raw, const Forecast& calibrated);
  /// Moves and widens a raw forecast.
  void calibrate(Calibration calibration, Forecast& forecast) const noexcept;

  /// Forecasts stored so far.
  [[nodiscard]] auto forecasts() const noexcept -> std::uint64_t { return forecasts_; }
  /// Mean of actual - forecast.
  [[nodiscard]] auto mean_error(std::size_t step, std::size_t column) const noexcept -> double;
  /// Deviation of all errors, and of those above (below) the forecast, the others counted as 0.
  [[nodiscard]] auto deviation(std::size_t step, std::size_t column) const noexcept -> double;
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
  /// Standard deviations that hold 80 % of normal errors: where the factors start.
  static constexpr double kFirstFactor = 1.3;
  struct Cell {
    Deviation error, above, below, hits;
    double factor_low = kFirstFactor;
    double factor_high = kFirstFactor;
  };
  [[nodiscard]] auto cell(std::size_t step, std::size_t column) const noexcept -> const Cell& {
    return cells_[step * config_.input_dimensions + column];
  }
  /// How far observed errors are believed, 0 to 1; the rest is the spread of the values.
  [[nodiscard]] auto trust() const noexcept -> double;
  [[nodiscard]] auto width(std::size_t step, std::size_t column) const noexcept -> double;
  void steer(Cell& known, bool too_low, bool too_high) const noexcept;
  void score_forecast(std::span<const double> actual, std::size_t slot, std::size_t step) noexcept;
  void limit(Forecast& forecast, std::size_t at) const noexcept;

  ForecastErrorsConfig config_;
  std::vector<Cell> cells_;  // [horizon * input_dimensions]
  // Ring of the last `horizon` forecasts, each [horizon * input_dimensions].
  std::vector<double> value_, low_, high_;
  std::vector<double> spread_;
  std::uint64_t forecasts_ = 0;
};

}  // namespace adcore

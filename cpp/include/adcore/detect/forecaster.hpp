// A forecast after every row, with intervals calibrated by how earlier forecasts did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "adcore/detect/forecast_errors.hpp"
#include "adcore/detect/thresholded_forest.hpp"

namespace adcore {

struct ForecasterConfig {
  /// shingle_size > 1 and Mode::standard.
  ThresholdedForestConfig detector;
  std::size_t horizon = 1;
  Calibration calibration = Calibration::simple;
  /// Wanted fraction of values outside the interval, in (0, 0.5).
  double percentile = 0.1;
  /// Rows over which errors are remembered, `horizon` to 1024; 0 means max(sample_size, 2 horizon), at most 1024.
  std::size_t error_horizon = 0;
  /// [input_dimensions] bounds no forecast leaves; empty means none.
  std::vector<double> lower_limit;
  std::vector<double> upper_limit;

  [[nodiscard]] auto resolved_error_horizon() const noexcept -> std::size_t;
  /// Throws InvalidArgument that names the first field out of range.
  void validate() const;
};

class Forecaster {
 public:
  explicit Forecaster(const ForecasterConfig& config);

  /// Detects as ThresholdedForest does, learns the errors of earlier forecasts, and stores a new one.
  auto process_row(std::span<const double> row, std::int64_t timestamp) -> Detection;
  [[nodiscard]] auto process(std::span<const double> rows, std::span<const std::int64_t> timestamps = {})
      -> ThresholdedColumns;

  /// The calibrated forecast made after the newest row; zeros before is_ready().
  [[nodiscard]] auto forecast() const -> const Forecast& { return forecast_; }
  /// Error statistics of the forecasts so far, [horizon * input_dimensions] each.
  [[nodiscard]] auto errors() const noexcept -> const ForecastErrors& { return errors_; }

  [[nodiscard]] auto config() const noexcept -> const ForecasterConfig& { return config_; }
  [[nodiscard]] auto detector() const noexcept -> const ThresholdedForest& { return detector_; }
  [[nodiscard]] auto is_ready() const noexcept -> bool { return detector_.is_ready(); }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;

  [[nodiscard]] auto to_bytes() const -> std::vector<std::byte>;
  /// Throws SnapshotError on anything else than such bytes.
  [[nodiscard]] static auto from_bytes(std::span<const std::byte> bytes) -> Forecaster;

 private:
  Forecaster(const ForecasterConfig& config, ThresholdedForest detector);
  void step(std::span<const double> row);

  ForecasterConfig config_;
  ThresholdedForest detector_;
  ForecastErrors errors_;
  Forecast forecast_;
};

}  // namespace adcore

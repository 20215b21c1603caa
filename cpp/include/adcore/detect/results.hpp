// What a thresholded forest says about a row, and about many rows as columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "adcore/detect/options.hpp"

namespace adcore {

/// About one row. The vectors are empty unless grade > 0.
struct Detection {
  RowStatus status = RowStatus::warming_up;
  /// Score of the forest, >= 0; about 0.8 is usual, above 1 suspicious. 0 while warming up.
  double score = 0;
  /// The score from which a row is an anomaly.
  double threshold = 0;
  /// 0: no anomaly; up to 1: certain.
  double grade = 0;
  /// How much the model has seen and how complete it was, in [0, 1].
  double confidence = 0;
  Correction correction = Correction::none;
  /// 0: this row is to blame; -k: the row k before, detected late.
  std::int32_t relative_index = 0;
  /// Values that were filled in for this row and for the rows missing before it.
  std::uint32_t imputed = 0;
  std::int64_t timestamp = 0;
  /// Timestamp of the row to blame; `timestamp` where there is no anomaly.
  std::int64_t anomaly_start = 0;
  /// Mode::time_augmented: when the row to blame was expected; else anomaly_start.
  std::int64_t expected_timestamp = 0;
  /// Share of the time column in the score (Mode::time_augmented).
  double time_attribution = 0;
  /// [input_dimensions] values expected in the row to blame; empty where too many values are to blame.
  std::vector<double> expected;
  /// [input_dimensions] values of the row to blame.
  std::vector<double> past;
  /// [input_dimensions] shares of the row to blame in the score.
  std::vector<double> attribution;
};

/// About n rows. Every column has n entries, or n * input_dimensions where stated, row by row.
struct ThresholdedColumns {
  std::size_t rows = 0;
  std::size_t input_dimensions = 1;
  std::vector<std::uint8_t> status;  // RowStatus
  std::vector<double> score;
  std::vector<double> threshold;
  std::vector<double> grade;
  std::vector<double> confidence;
  std::vector<std::uint8_t> correction;  // Correction
  std::vector<std::int32_t> relative_index;
  std::vector<std::uint32_t> imputed;
  std::vector<std::int64_t> timestamp;
  std::vector<std::int64_t> anomaly_start;
  std::vector<std::int64_t> expected_timestamp;
  std::vector<double> time_attribution;
  std::vector<double> expected;     // [rows * input_dimensions], NaN where there is none
  std::vector<double> past;         // [rows * input_dimensions], NaN where there is none
  std::vector<double> attribution;  // [rows * input_dimensions], 0 where there is none

  void reserve(std::size_t more_rows);
  void append(const Detection& detection);
  /// One row of other columns of the same width.
  void append_from(const ThresholdedColumns& other, std::size_t row);
};

/// The rows to come: [horizon * input_dimensions] each, row by row, in the caller's units.
struct Forecast {
  std::size_t horizon = 0;
  std::size_t input_dimensions = 1;
  std::vector<double> value;
  /// 10th and 90th percentile over the trees, or a calibrated interval (Forecaster).
  std::vector<double> low;
  std::vector<double> high;
  /// [horizon] when they are expected, by the usual distance of rows, or predicted (Mode::time_augmented).
  std::vector<std::int64_t> timestamp;
};

}  // namespace adcore

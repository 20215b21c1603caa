#include "adcore/detect/results.hpp"

#include <limits>

namespace adcore {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// The values of one row, or as many times `otherwise`.
void append_row(std::vector<double>& column, const std::vector<double>& row, std::size_t width, double otherwise) {
  if (row.empty()) column.insert(column.end(), width, otherwise);
  else column.insert(column.end(), row.begin(), row.end());
}

}  // namespace

void ThresholdedColumns::reserve(std::size_t more_rows) {
  const std::size_t total = rows + more_rows;
  for (auto* column : {&score, &threshold, &grade, &confidence, &time_attribution}) column->reserve(total);
  for (auto* column : {&timestamp, &anomaly_start, &expected_timestamp}) column->reserve(total);
  for (auto* column : {&expected, &past, &attribution}) column->reserve(total * input_dimensions);
  status.reserve(total);
  correction.reserve(total);
  relative_index.reserve(total);
  imputed.reserve(total);
}

void ThresholdedColumns::append(const Detection& detection) {
  ++rows;
  status.push_back(static_cast<std::uint8_t>(detection.status));
  score.push_back(detection.score);
  threshold.push_back(detection.threshold);
  grade.push_back(detection.grade);
  confidence.push_back(detection.confidence);
  correction.push_back(static_cast<std::uint8_t>(detection.correction));
  relative_index.push_back(detection.relative_index);
  imputed.push_back(detection.imputed);
  timestamp.push_back(detection.timestamp);
  anomaly_start.push_back(detection.anomaly_start);
  expected_timestamp.push_back(detection.expected_timestamp);
  time_attribution.push_back(detection.time_attribution);
  append_row(expected, detection.expected, input_dimensions, kNone);
  append_row(past, detection.past, input_dimensions, kNone);
  append_row(attribution, detection.attribution, input_dimensions, 0.0);
}

void ThresholdedColumns::append_from(const ThresholdedColumns& other, std::size_t row) {
  ++rows;
  const auto copy = [&](auto member) { (this->*member).push_back((other.*member)[row]); };
  using Columns = ThresholdedColumns;
  copy(&Columns::status);
  for (const auto member : {&Columns::score, &Columns::threshold, &Columns::grade, &Columns::confidence}) copy(member);
  copy(&Columns::time_attribution);
  copy(&Columns::correction);
  copy(&Columns::relative_index);
  copy(&Columns::imputed);
  for (const auto member : {&Columns::timestamp, &Columns::anomaly_start, &Columns::expected_timestamp}) copy(member);
  for (const auto member : {&Columns::expected, &Columns::past, &Columns::attribution}) {
    const auto from = (other.*member).begin() + static_cast<std::ptrdiff_t>(row * input_dimensions);
    (this->*member).insert((this->*member).end(), from, from + static_cast<std::ptrdiff_t>(input_dimensions));
  }
}

}  // namespace adcore

#include <algorithm>

#include "adcore/base/error.hpp"
#include "adcore/job/feature_names.hpp"
#include "adcore/job/model_codec.hpp"
#include "adcore/job/series_detector.hpp"

namespace adcore {

namespace {

// The interval of a forecast that still says something is at most twice as wide as the first one and the way together
// that the forecast itself has gone.
auto useful(std::span<const ForecastPoint> points) noexcept -> std::span<const ForecastPoint> {
  if (points.empty()) return points;
  const double first = points.front().upper - points.front().lower;
  double least = points.front().value;
  double most = least;
  const auto says_nothing = [&](const ForecastPoint& point) {
    least = std::min(least, point.value);
    most = std::max(most, point.value);
    return point.upper - point.lower > 2.0 * (first + most - least);
  };
  return {points.begin(), std::find_if(points.begin(), points.end(), says_nothing)};
}

}  // namespace

void SeriesDetector::shift_clock(std::uint32_t series, std::int64_t by) {
  if (!has_models(series)) return;
  for (std::size_t i = 0; i < features_.size(); ++i) model(series, i).shift_clock(by);
}

void SeriesDetector::forget(std::uint32_t series) {
  if (!has_models(series)) return;
  for (std::size_t i = 0; i < features_.size(); ++i) model(series, i) = SeriesModel();
  for (std::size_t i = 0; has_shapes_ && i < features_.size(); ++i) shape(series, i)->forget();
  if (companions_) companions_->forget(series);
}

void SeriesDetector::write_models(ByteWriter& writer) const {
  write_models_to(writer, models_);
  for (const auto& shape : shapes_) shape.write(writer);
  if (companions_) companions_->write(writer);
}

void SeriesDetector::read_models(ByteReader& reader) {
  read_models_from(reader, table().end() * features_.size(), models_, [this](const SeriesModel& model, std::size_t i) {
    model.check(features_[i % features_.size()].series);
  });
  if (has_shapes_) shapes_.resize(models_.size());
  for (auto& shape : shapes_) shape.read(reader);
  if (companions_) companions_->read(reader, table().end());
}

void SeriesDetector::forecast(std::int64_t from, std::size_t buckets, const std::vector<KeptValues>& kept,
                              ForecastTable& table_out) const {
  if (plan().is_population()) throw_invalid_state("a population has no forecast");
  if (plan().measure() == Measure::info_content) return Detector::forecast(from, buckets, kept, table_out);
  const auto code_of = [&](std::uint32_t column, std::uint32_t code) {
    return code == kNone ? kNone : table_out.texts.intern(kept[column].text(code));
  };
  for (std::size_t i = 0; i < models_.size(); ++i) {
    const auto series = static_cast<std::uint32_t>(i / features_.size());
    if (table().is_free(series) || !models_[i].informative()) continue;
    const MeasuredFeature& feature = features_[i % features_.size()];
    const SeriesFacts& facts = table().facts(series);
    // Nothing is foreseen for longer than was seen.
    const auto seen = static_cast<std::size_t>(facts.last_bucket - facts.first_bucket + 1);
    const std::int64_t next = models_[i].last_time(feature.series) + feature.series.bucket_span;
    const auto points = models_[i].forecast(feature.series, std::max(from, next), std::min(buckets, seen));
    for (const auto& point : useful(points)) {
      table_out.timestamp.push_back(point.time);
      table_out.detector_index.push_back(index());
      table_out.partition_field_value.push_back(code_of(plan().partition, facts.partition));
      table_out.by_field_value.push_back(code_of(plan().by, facts.by));
      table_out.model_feature.push_back(table_out.texts.intern(model_feature_of(plan(), feature.feature)));
      table_out.forecast_lower.push_back(point.lower + feature.origin);
      table_out.forecast_prediction.push_back(point.value + feature.origin);
      table_out.forecast_upper.push_back(point.upper + feature.origin);
    }
  }
}

}  // namespace adcore

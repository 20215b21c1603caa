// What the last buckets make of the newest one: their mean, their shape, and the anomaly that runs.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "adcore/series/combination.hpp"
#include "adcore/series/series_model.hpp"
#include "adcore/series/window_shape.hpp"

namespace adcore {

namespace {

constexpr double kScoreOfSameSide = 0.5;
// Scores of a bucket and of the shape of the last buckets: those of long windows go along with the mean's.
constexpr double kCorrelationWithShape = 0.3;

}  // namespace

void SeriesModel::add_recent(const SeriesConfig& config, SeriesAssessment& seen) const noexcept {
  const double mean = recent_.mean_with(seen.score);
  if (!std::isnan(mean)) {
    const auto found = recent_.tails(mean);
    const bool high = mean > recent_.centre();
    seen.log_multi = is_other_side(config.side, high) ? 0 : std::max(found.sided(config.side), kLeastLogProbability);
    seen.multi_bucket_impact = multi_bucket_impact(seen.log_single, seen.log_multi);
    // A bucket as usual is no anomaly because the ones before were.
    const double same_side =
        seen.by_other_clock ? 0 : std::clamp((high ? seen.score : -seen.score) / kScoreOfSameSide, 0.0, 1.0);
    seen.log_uncalibrated = combined_log_probability(seen.log_single, seen.log_multi * same_side,
                                                     correlation_with_mean(recent_.known_with_next()));
  }
}

void SeriesModel::add_shape(const WindowShape& shape, SeriesAssessment& seen) const {
  seen.unlikeness = shape.unlikeness(seen.score);
  seen.log_shape = shape.log_tail(seen.unlikeness);
  if (std::isnan(seen.log_shape)) return;
  // A shape as usual does not make what is unusual without it less so.
  seen.log_uncalibrated = std::min(
      seen.log_uncalibrated, combined_log_probability(seen.log_uncalibrated, seen.log_shape, kCorrelationWithShape));
}

void SeriesModel::add_length(SeriesAssessment& seen) const noexcept {
  seen.anomaly_length = shape_.length_with(seen.log_uncalibrated, seen.score);
  const double corrected = shape_.corrected(seen.log_uncalibrated, seen.score);
  seen.characteristics_impact = static_cast<int>(std::lround((seen.log_uncalibrated - corrected) / std::numbers::ln10));
  seen.log_uncalibrated = corrected;
}

}  // namespace adcore

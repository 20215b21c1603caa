#include "adcore/job/bucket_value.hpp"

#include <algorithm>
#include <cmath>

namespace adcore {

namespace {

constexpr double kFewestForVariance = 3.0;

auto is_average(Measure measure) noexcept -> bool {
  return measure == Measure::mean || measure == Measure::median || measure == Measure::varp;
}

auto measured_feature(const DetectorPlan& plan, std::int64_t bucket_span, Measure measure, Side side, Feature feature)
    -> MeasuredFeature {
  const bool starts_at_one =
      counts_things(measure) && (plan.is_population() || measure != Measure::count || !plan.function->empty_is_zero);
  return {.measure = measure,
          .feature = feature,
          .series = {.bucket_span = bucket_span,
                     .kind = counts_things(measure) ? SeriesKind::count : SeriesKind::metric,
                     .side = side,
                     .pooled = plan.is_population()},
          .origin = starts_at_one ? 1.0 : 0.0,
          .is_total = counts_things(measure) || measure == Measure::sum,
          .is_average = is_average(measure)};
}

auto finite(double value) -> std::optional<double> {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

// The variance of the records that are left: both groups' squared deviations are taken about the origin of all.
auto variance_without(const RecordSums& all, const RecordSums& part) -> double {
  const double shift = part.origin - all.origin;
  const double first = all.first - (part.first + part.events * shift);
  const double squares = all.squares - (part.squares + 2.0 * shift * part.first + part.events * shift * shift);
  const double events = all.events - part.events;
  return std::max(0.0, (squares - first * first / events) / events);
}

auto median_without(double value, const RecordSums& all, const RecordSums& part, double part_median) -> double {
  return (all.events * value - part.events * part_median) / (all.events - part.events);
}

}  // namespace

auto measured_features(const DetectorPlan& plan, std::int64_t bucket_span) -> std::vector<MeasuredFeature> {
  if (plan.measure() == Measure::metric) {
    return {measured_feature(plan, bucket_span, Measure::mean, Side::both, Feature::value),
            measured_feature(plan, bucket_span, Measure::minimum, Side::low, Feature::minimum),
            measured_feature(plan, bucket_span, Measure::maximum, Side::high, Feature::maximum)};
  }
  return {measured_feature(plan, bucket_span, plan.measure(), plan.function->side, Feature::value)};
}

auto bucket_value(const MeasuredFeature& plan, const Accumulators& values, std::uint32_t slot)
    -> std::optional<double> {
  const RecordSums& sums = values.sums(slot);
  switch (plan.measure) {
    case Measure::count: return finite(sums.events);
    case Measure::distinct_count: return values.distinct(slot);
    case Measure::info_content: return values.information(slot);
    case Measure::minimum: return finite(sums.minimum);
    case Measure::maximum: return finite(sums.maximum);
    case Measure::mean: return finite(sums.mean());
    case Measure::median: return values.median(slot);
    case Measure::sum: return finite(sums.total());
    case Measure::varp: return sums.events < kFewestForVariance ? std::nullopt : finite(sums.variance());
    default: return std::nullopt;
  }
}

auto sample_of(const MeasuredFeature& plan, double value, const RecordSums& sums, std::int64_t start) -> SeriesSample {
  const std::int64_t offset =
      plan.is_total ? plan.series.bucket_span / 2 : static_cast<std::int64_t>(sums.time / sums.events);
  return {.time = start + std::clamp<std::int64_t>(offset, 0, plan.series.bucket_span - 1),
          .value = value - plan.origin,
          .count = plan.is_average ? sums.events : 1.0};
}

auto value_without(const MeasuredFeature& plan, double value, const RecordSums& all, const Accumulators& parts,
                   std::uint32_t part) -> std::optional<double> {
  const RecordSums& sums = parts.sums(part);
  const double left = all.events - sums.events;
  if (plan.measure == Measure::count) return left;
  if (plan.measure == Measure::sum) return finite(value - sums.total());
  if (!(left > 0.0)) return std::nullopt;
  switch (plan.measure) {
    case Measure::mean: return finite((all.total() - sums.total()) / left);
    case Measure::median: return finite(median_without(value, all, sums, parts.median(part)));
    case Measure::varp: return finite(variance_without(all, sums));
    default: return std::nullopt;
  }
}

}  // namespace adcore

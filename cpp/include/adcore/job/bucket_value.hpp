// The numbers that the records of a bucket make.
#pragma once

#include <optional>

#include "adcore/job/accumulators.hpp"
#include "adcore/job/leaf.hpp"
#include "adcore/series/config.hpp"
#include "adcore/series/results.hpp"

namespace adcore {

/// How one number of a detector's series is modelled.
struct MeasuredFeature {
  Measure measure = Measure::count;
  Feature feature = Feature::value;
  SeriesConfig series;
  /// What values are passed to the model less of: 1 where they start at 1.
  double origin = 0.0;
  /// Samples are placed at the middle of the bucket, and not at the mean time of the records.
  bool is_total = true;
  /// The model is told how many records are behind a value.
  bool is_average = false;
};

/// The numbers of a detector's function: one, or three for `metric`.
[[nodiscard]] auto measured_features(const DetectorPlan& plan, std::int64_t bucket_span)
    -> std::vector<MeasuredFeature>;

/// The value of a slot; nothing where there is none (varp of fewer than 3 records, sums beyond all numbers).
[[nodiscard]] auto bucket_value(const MeasuredFeature& plan, const Accumulators& values, std::uint32_t slot)
    -> std::optional<double>;
/// A value as the model takes it.
[[nodiscard]] auto sample_of(const MeasuredFeature& plan, double value, const RecordSums& sums, std::int64_t start)
    -> SeriesSample;
/// What is left of a value without one of its parts (of the averages and the totals); nothing if that is all of it.
[[nodiscard]] auto value_without(const MeasuredFeature& plan, double value, const RecordSums& all,
                                 const Accumulators& parts, std::uint32_t part) -> std::optional<double>;

}  // namespace adcore

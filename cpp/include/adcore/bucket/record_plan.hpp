// RecordPlan: what one open (bucket, entity) keeps, worked out once from the features asked for.
#pragma once

#include <cstdint>
#include <vector>

#include "adcore/bucket/config.hpp"
#include "adcore/bucket/moments.hpp"

namespace adcore {

/// Moments kept of one column, at `offset` in the record.
struct MomentPlan {
  std::uint32_t column;
  unsigned moments;
  std::uint32_t offset;
};

/// The four sums of a weighted mean, at `offset` in the record.
struct WeightedPlan {
  std::uint32_t column;
  std::uint32_t weight_column;
  std::uint32_t offset;
};

/// How a feature is read off a record: `at` is an offset in the record, or the index of a sketch.
struct FeaturePlan {
  BucketFunction function;
  std::uint32_t at;
  std::uint32_t count_at;
  double fraction;
};

/// A record is an array of doubles: the number of rows, the moments, the weighted sums; beside it lie the sketches.
/// Features that need the same thing share it.
struct RecordPlan {
  explicit RecordPlan(const BucketConfig& config);

  std::vector<MomentPlan> moments;
  std::vector<WeightedPlan> weighted;
  std::vector<std::uint32_t> quantile_columns;  // one QuantileSketch each
  std::vector<std::uint32_t> distinct_columns;  // one DistinctCounter each
  std::vector<FeaturePlan> features;
  std::vector<double> empty_record;

  [[nodiscard]] auto record_size() const noexcept -> std::size_t { return empty_record.size(); }
  [[nodiscard]] auto has_sketches() const noexcept -> bool {
    return !quantile_columns.empty() || !distinct_columns.empty();
  }

 private:
  void collect_moments(const BucketConfig& config);
  void collect_weighted(const BucketConfig& config);
  void lay_out();
  void plan_feature(const BucketFeature& feature);
  void plan_moment_feature(const BucketFeature& feature, FeaturePlan& plan) const;
};

}  // namespace adcore

#include "adcore/bucket/record_plan.hpp"

#include <algorithm>

namespace adcore {

namespace {

constexpr unsigned kNoMoments = ~0U;

// The moments a function is computed from; 0 is the number of values alone.
auto moments_for(BucketFunction function) noexcept -> unsigned {
  switch (function) {
    case BucketFunction::sum:
    case BucketFunction::non_null_sum:
    case BucketFunction::mean: return kSumMoment;
    case BucketFunction::min: return kMinMoment;
    case BucketFunction::max: return kMaxMoment;
    case BucketFunction::variance: return kVarianceMoment;
    case BucketFunction::value_count: return 0;
    default: return kNoMoments;
  }
}

auto index_of(std::vector<std::uint32_t>& columns, std::uint32_t column) -> std::uint32_t {
  const auto found = std::find(columns.begin(), columns.end(), column);
  const auto index = static_cast<std::uint32_t>(found - columns.begin());
  if (found == columns.end()) columns.push_back(column);
  return index;
}

}  // namespace

RecordPlan::RecordPlan(const BucketConfig& config) {
  collect_moments(config);
  collect_weighted(config);
  lay_out();
  for (const auto& feature : config.features) plan_feature(feature);
}

void RecordPlan::collect_moments(const BucketConfig& config) {
  for (const auto& feature : config.features) {
    const unsigned needed = moments_for(feature.function);
    if (needed == kNoMoments) continue;
    const auto found =
        std::find_if(moments.begin(), moments.end(), [&](const auto& m) { return m.column == feature.column; });
    if (found == moments.end()) {
      moments.push_back({feature.column, needed, 0});
    } else {
      found->moments |= needed;
    }
  }
}

void RecordPlan::collect_weighted(const BucketConfig& config) {
  for (const auto& feature : config.features) {
    if (feature.function != BucketFunction::weighted_mean) continue;
    const bool is_known = std::any_of(weighted.begin(), weighted.end(), [&](const auto& w) {
      return w.column == feature.column && w.weight_column == feature.weight_column;
    });
    if (!is_known) weighted.push_back({feature.column, feature.weight_column, 0});
  }
}

void RecordPlan::lay_out() {
  empty_record.assign(1, 0.0);  // the number of rows
  for (auto& plan : moments) {
    plan.offset = static_cast<std::uint32_t>(record_size());
    empty_record.resize(record_size() + MomentLayout(plan.moments).size);
    clear_moments(plan.moments, empty_record.data() + plan.offset);
  }
  for (auto& plan : weighted) {
    plan.offset = static_cast<std::uint32_t>(record_size());
    empty_record.resize(record_size() + 4, 0.0);
  }
}

void RecordPlan::plan_moment_feature(const BucketFeature& feature, FeaturePlan& plan) const {
  const auto& source =
      *std::find_if(moments.begin(), moments.end(), [&](const auto& m) { return m.column == feature.column; });
  const MomentLayout layout(source.moments);
  plan.count_at = source.offset;
  switch (feature.function) {
    case BucketFunction::min: plan.at = source.offset + layout.min; break;
    case BucketFunction::max: plan.at = source.offset + layout.max; break;
    case BucketFunction::variance: plan.at = source.offset + layout.variance; break;
    case BucketFunction::value_count: plan.at = source.offset; break;
    default: plan.at = source.offset + layout.sum; break;
  }
}

void RecordPlan::plan_feature(const BucketFeature& feature) {
  FeaturePlan plan{feature.function, 0, 0, feature.percentile / 100.0};
  switch (feature.function) {
    case BucketFunction::count: break;
    case BucketFunction::cardinality: plan.at = index_of(distinct_columns, feature.column); break;
    case BucketFunction::percentile:
    case BucketFunction::median_absolute_deviation: plan.at = index_of(quantile_columns, feature.column); break;
    case BucketFunction::weighted_mean:
      plan.at = std::find_if(weighted.begin(), weighted.end(), [&](const auto& w) {
                  return w.column == feature.column && w.weight_column == feature.weight_column;
                })->offset;
      break;
    default: plan_moment_feature(feature, plan); break;
  }
  features.push_back(plan);
}

}  // namespace adcore

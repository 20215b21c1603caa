// The slow, obvious twin of BucketAggregator: keeps every row, and computes each number from its definition.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "adcore/bucket/config.hpp"

namespace adcore::reference {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

struct BucketRow {
  std::int64_t timestamp;
  std::uint32_t entity;
  std::vector<double> values;
};

struct BucketVector {
  std::int64_t bucket_start;
  std::uint32_t entity;
  std::vector<double> values;
  std::int64_t count;
};

/// Values of a column that are present.
[[nodiscard]] inline auto present(const std::vector<BucketRow>& rows, std::uint32_t column) -> std::vector<double> {
  std::vector<double> values;
  for (const auto& row : rows) {
    if (!std::isnan(row.values[column])) values.push_back(row.values[column]);
  }
  return values;
}

[[nodiscard]] inline auto sum_of(const std::vector<double>& values) -> double {
  long double sum = 0;
  for (const double value : values) sum += value;
  return static_cast<double>(sum);
}

[[nodiscard]] inline auto quantile_of(std::vector<double> values, double fraction) -> double {
  if (values.empty()) return kMissing;
  std::sort(values.begin(), values.end());
  const double rank = fraction * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(rank));
  const auto above = std::min(below + 1, values.size() - 1);
  return std::lerp(values[below], values[above], rank - static_cast<double>(below));
}

[[nodiscard]] inline auto deviation_of(std::vector<double> values) -> double {
  const double median = quantile_of(values, 0.5);
  for (double& value : values) value = std::abs(value - median);
  return quantile_of(values, 0.5);
}

[[nodiscard]] inline auto variance_of(const std::vector<double>& values) -> double {
  if (values.empty()) return kMissing;
  const auto n = static_cast<double>(values.size());
  const double mean = sum_of(values) / n;
  std::vector<double> squares;
  for (const double value : values) squares.push_back((value - mean) * (value - mean));
  return sum_of(squares) / n;
}

[[nodiscard]] inline auto weighted_mean_of(const std::vector<BucketRow>& rows, const BucketFeature& feature) -> double {
  std::vector<double> weights;
  std::vector<double> products;
  for (const auto& row : rows) {
    const double weight = row.values[feature.weight_column];
    const double value = row.values[feature.column];
    if (std::isnan(weight) || std::isnan(value)) continue;
    weights.push_back(weight);
    products.push_back(weight * value);
  }
  return sum_of(weights) == 0.0 ? kMissing : sum_of(products) / sum_of(weights);
}

[[nodiscard]] inline auto feature_of(const std::vector<BucketRow>& rows, const BucketFeature& feature) -> double {
  if (feature.function == BucketFunction::count) return static_cast<double>(rows.size());
  if (feature.function == BucketFunction::weighted_mean) return weighted_mean_of(rows, feature);
  const auto values = present(rows, feature.column);
  const auto n = static_cast<double>(values.size());
  switch (feature.function) {
    case BucketFunction::sum: return sum_of(values);
    case BucketFunction::non_null_sum: return values.empty() ? kMissing : sum_of(values);
    case BucketFunction::mean: return values.empty() ? kMissing : sum_of(values) / n;
    case BucketFunction::min: return values.empty() ? kMissing : *std::min_element(values.begin(), values.end());
    case BucketFunction::max: return values.empty() ? kMissing : *std::max_element(values.begin(), values.end());
    case BucketFunction::value_count: return n;
    case BucketFunction::variance: return variance_of(values);
    case BucketFunction::cardinality: return static_cast<double>(std::set(values.begin(), values.end()).size());
    case BucketFunction::percentile: return quantile_of(values, feature.percentile / 100.0);
    default: return deviation_of(values);
  }
}

/// Watermark, lateness and gaps by their definitions; no limits on size.
class BucketAggregator {
 public:
  explicit BucketAggregator(BucketConfig config) : config_(std::move(config)) {}

  void add(const BucketRow& row) {
    if (row.timestamp < -kMaximumTimestamp || row.timestamp > kMaximumTimestamp) return;
    if (config_.watermark_from_rows) advance(row.timestamp);
    const std::int64_t start = start_of(row.timestamp);
    if (start < open_from_) {
      ++late_rows;
      return;
    }
    buckets_[start][row.entity].push_back(row);
  }

  void advance(std::int64_t timestamp) {
    watermark_ = std::max(watermark_, timestamp);
    finish_before(start_of(watermark_ - config_.window_delay));
  }

  void flush() {
    if (!buckets_.empty()) finish_before(buckets_.rbegin()->first + config_.bucket_span);
  }

  std::vector<BucketVector> finished;
  std::uint64_t late_rows = 0;

 private:
  [[nodiscard]] auto start_of(std::int64_t timestamp) const -> std::int64_t {
    std::int64_t into = (timestamp - config_.bucket_offset % config_.bucket_span) % config_.bucket_span;
    if (into < 0) into += config_.bucket_span;
    return timestamp - into;
  }

  void finish_before(std::int64_t start) {
    if (start <= open_from_) return;
    while (!buckets_.empty() && buckets_.begin()->first < start) {
      fill_until(buckets_.begin()->first);
      finish(buckets_.begin()->first, buckets_.begin()->second);
      open_from_ = buckets_.begin()->first + config_.bucket_span;
      buckets_.erase(buckets_.begin());
    }
    fill_until(start);
    open_from_ = start;
  }

  void fill_until(std::int64_t start) {
    if (!config_.emit_empty || last_seen_.empty()) return;
    for (; open_from_ < start; open_from_ += config_.bucket_span) finish(open_from_, {});
  }

  void finish(std::int64_t start, const std::map<std::uint32_t, std::vector<BucketRow>>& entities) {
    auto due = entities;
    for (const auto& [entity, rows] : entities) last_seen_[entity] = start;
    for (const auto& [entity, last] : last_seen_) {
      if (config_.emit_empty && (start - last) / config_.bucket_span <= config_.maximum_gap) due[entity];
    }
    for (const auto& [entity, rows] : due) {
      BucketVector vector{start, entity, {}, static_cast<std::int64_t>(rows.size())};
      for (const auto& feature : config_.features) vector.values.push_back(feature_of(rows, feature));
      finished.push_back(vector);
    }
  }

  BucketConfig config_;
  std::map<std::int64_t, std::map<std::uint32_t, std::vector<BucketRow>>> buckets_;
  std::map<std::uint32_t, std::int64_t> last_seen_;
  std::int64_t watermark_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t open_from_ = std::numeric_limits<std::int64_t>::min();
};

}  // namespace adcore::reference

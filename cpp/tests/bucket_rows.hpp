// Rows for the tests of the bucket room, and tables put together.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "adcore/base/random.hpp"
#include "adcore/bucket/aggregator.hpp"

namespace adcore::testing {

/// Owns the columns of a batch.
struct Rows {
  explicit Rows(std::size_t columns) : values(columns) {}

  std::vector<std::int64_t> timestamps;
  std::vector<std::uint32_t> entities;
  std::vector<std::vector<double>> values;

  void add(std::int64_t timestamp, std::uint32_t entity, std::vector<double> row) {
    timestamps.push_back(timestamp);
    entities.push_back(entity);
    for (std::size_t c = 0; c < row.size(); ++c) values[c].push_back(row[c]);
  }
  [[nodiscard]] auto size() const -> std::size_t { return timestamps.size(); }

  /// Gives rows [first, last) to the aggregator.
  void give(BucketAggregator& aggregator, std::size_t first, std::size_t last) const {
    std::vector<ColumnView> views;
    for (const auto& column : values) views.emplace_back(std::span(column).subspan(first, last - first));
    aggregator.add(
        {std::span(timestamps).subspan(first, last - first), std::span(entities).subspan(first, last - first), views});
  }
  void give(BucketAggregator& aggregator) const { give(aggregator, 0, size()); }
};

inline void append(BucketTable& all, const BucketTable& more) {
  all.features = more.features;
  all.bucket_start.insert(all.bucket_start.end(), more.bucket_start.begin(), more.bucket_start.end());
  all.entity.insert(all.entity.end(), more.entity.begin(), more.entity.end());
  all.values.insert(all.values.end(), more.values.begin(), more.values.end());
  all.count.insert(all.count.end(), more.count.begin(), more.count.end());
}

/// All vectors of the rows, given in batches of `batch` rows, taken after each, and flushed at the end.
[[nodiscard]] inline auto aggregate(BucketAggregator& aggregator, const Rows& rows, std::size_t batch) -> BucketTable {
  BucketTable all;
  for (std::size_t first = 0; first < rows.size(); first += batch) {
    rows.give(aggregator, first, std::min(rows.size(), first + batch));
    append(all, aggregator.take_finished());
  }
  append(all, aggregator.flush());
  return all;
}

/// Bits, so that NaN equals NaN and 0 does not equal -0.
[[nodiscard]] inline auto bits_of(const std::vector<double>& values) -> std::vector<std::uint64_t> {
  std::vector<std::uint64_t> bits;
  for (const double value : values) bits.push_back(std::bit_cast<std::uint64_t>(value));
  return bits;
}

/// Rows whose time goes forward by `step` ms on average and is late by up to `disorder` ms; a tenth of the values is
/// missing.
[[nodiscard]] inline auto random_rows(std::size_t n, std::uint32_t entities, std::int64_t step, std::int64_t disorder,
                                      std::uint64_t seed, std::int64_t start = 1'700'000'000'000) -> Rows {
  Random random(seed);
  Rows rows(2);
  for (std::size_t i = 0; i < n; ++i) {
    const auto late = static_cast<std::int64_t>(random.uniform() * static_cast<double>(disorder));
    const auto entity = static_cast<std::uint32_t>(random.uniform() * random.uniform() * entities);
    const double value = random.uniform() < 0.1 ? kMissing : std::round(random.uniform() * 1000.0) / 8.0 - 40.0;
    const double weight = random.uniform() < 0.1 ? kMissing : random.uniform();
    rows.add(start + static_cast<std::int64_t>(i) * step - late, entity, {value, weight});
  }
  return rows;
}

/// One of every function, on column 0 with column 1 as weights.
[[nodiscard]] inline auto every_function() -> std::vector<BucketFeature> {
  std::vector<BucketFeature> features;
  for (std::uint8_t f = 0; f < kNumberOfBucketFunctions; ++f) {
    features.push_back({static_cast<BucketFunction>(f), 0, 1, 90.0});
  }
  return features;
}

}  // namespace adcore::testing

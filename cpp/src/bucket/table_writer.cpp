#include "adcore/bucket/table_writer.hpp"

#include <algorithm>

#include "adcore/base/attributes.hpp"

namespace adcore {

namespace {

using Entries = std::span<const SlotTable::Entry>;

// Entries per pass over the features: their records stay in the first-level cache.
constexpr std::size_t kChunk = 128;

// Writes read(record) into every `step`-th place of `out`; entries without a slot get `empty`.
template <class Read>
void write_column(const OpenBucket& bucket, Entries entries, double* out, std::size_t step, double empty, Read read) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    out[i * step] = entries[i].slot == SlotTable::kNone ? empty : read(bucket.record(entries[i].slot));
  }
}

void write_feature(const FeaturePlan& plan, const OpenBucket& bucket, Entries entries, double* out, std::size_t step) {
  const double empty = empty_value(plan.function);
  const auto write = [&](auto read) { write_column(bucket, entries, out, step, empty, read); };
  // A record whose values are all missing is as good as empty.
  const auto write_present = [&](auto read) {
    write([&](const double* record) { return record[plan.count_at] == 0.0 ? empty : read(record); });
  };
  switch (plan.function) {
    case BucketFunction::sum:
    case BucketFunction::non_null_sum:
      return write_present([&](const double* record) { return compensated(record + plan.at); });
    case BucketFunction::mean:
      return write_present([&](const double* record) { return compensated(record + plan.at) / record[plan.count_at]; });
    case BucketFunction::variance:
      return write_present([&](const double* record) { return record[plan.at + 1] / record[plan.count_at]; });
    case BucketFunction::min:
    case BucketFunction::max: return write_present([&](const double* record) { return record[plan.at]; });
    case BucketFunction::value_count:
    case BucketFunction::count: return write([&](const double* record) { return record[plan.at]; });
    case BucketFunction::weighted_mean:
      return write([&](const double* record) {
        const double weight = compensated(record + plan.at);
        return weight == 0.0 ? empty : compensated(record + plan.at + 2) / weight;
      });
    default: return;  // read off the sketches
  }
}

void write_distinct(const OpenBucket& bucket, Entries entries, std::size_t sketch, double* out, std::size_t step) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    out[i * step] = entries[i].slot == SlotTable::kNone ? 0.0 : bucket.distinct(entries[i].slot, sketch).count();
  }
}

// Both ends: a record may lie across two lines of the cache.
ADCORE_INLINE void prefetch_records(const OpenBucket& bucket, Entries entries, std::size_t record_size) {
  for (const auto& entry : entries) {
    if (entry.slot == SlotTable::kNone) continue;
    __builtin_prefetch(bucket.record(entry.slot));
    __builtin_prefetch(bucket.record(entry.slot) + record_size - 1);
  }
}

void write_keys(const OpenBucket& bucket, Entries entries, std::size_t first, BucketTable& table) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto [entity, slot] = entries[i];
    table.entity[first + i] = entity;
    table.count[first + i] = slot == SlotTable::kNone ? 0 : static_cast<std::int64_t>(bucket.record(slot)[0]);
  }
}

}  // namespace

void TableWriter::read_quantiles(const QuantileSketch& values, std::size_t sketch, double* vector) {
  values.sorted_points(points_);
  for (std::size_t f = 0; f < plan_->features.size(); ++f) {
    const auto& plan = plan_->features[f];
    if (plan.at != sketch) continue;
    if (plan.function == BucketFunction::percentile) vector[f] = weighted_quantile(points_, plan.fraction);
    if (plan.function == BucketFunction::median_absolute_deviation) {
      deviations_ = points_;
      vector[f] = weighted_absolute_deviation(deviations_);
    }
  }
}

void TableWriter::write_quantiles(const OpenBucket& bucket, Entries entries, std::size_t sketch, double* values) {
  static const QuantileSketch kNoValues;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto slot = entries[i].slot;
    read_quantiles(slot == SlotTable::kNone ? kNoValues : bucket.quantiles(slot, sketch), sketch,
                   values + i * plan_->features.size());
  }
}

void TableWriter::write_chunk(const OpenBucket& bucket, Entries entries, double* values) {
  const std::size_t step = plan_->features.size();
  for (std::size_t f = 0; f < step; ++f) {
    const auto& plan = plan_->features[f];
    if (plan.function == BucketFunction::cardinality) {
      write_distinct(bucket, entries, plan.at, values + f, step);
    } else {
      write_feature(plan, bucket, entries, values + f, step);
    }
  }
  for (std::size_t sketch = 0; sketch < plan_->quantile_columns.size(); ++sketch) {
    write_quantiles(bucket, entries, sketch, values);
  }
}

void TableWriter::append(const OpenBucket& bucket, std::int64_t bucket_start, Entries entries, BucketTable& table) {
  table.features = plan_->features.size();
  const std::size_t first = table.size();
  const std::size_t rows = first + entries.size();
  table.bucket_start.resize(rows, bucket_start);
  table.entity.resize(rows);
  table.count.resize(rows);
  table.values.resize(rows * table.features);
  for (std::size_t begin = 0; begin < entries.size(); begin += kChunk) {
    const auto chunk = entries.subspan(begin, std::min(kChunk, entries.size() - begin));
    prefetch_records(bucket, chunk, plan_->record_size());
    write_keys(bucket, chunk, first + begin, table);
    write_chunk(bucket, chunk, table.values.data() + (first + begin) * table.features);
  }
}

}  // namespace adcore

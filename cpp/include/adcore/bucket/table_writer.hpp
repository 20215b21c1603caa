// TableWriter: the records of a bucket to rows of a BucketTable.
#pragma once

#include <span>
#include <vector>

#include "adcore/bucket/columns.hpp"
#include "adcore/bucket/open_bucket.hpp"

namespace adcore {

class TableWriter {
 public:
  explicit TableWriter(const RecordPlan& plan) : plan_(&plan) {}

  /// Appends one row per entry; an entry without a slot becomes an empty vector.
  void append(const OpenBucket& bucket, std::int64_t bucket_start, std::span<const SlotTable::Entry> entries,
              BucketTable& table);

 private:
  void write_chunk(const OpenBucket& bucket, std::span<const SlotTable::Entry> entries, double* values);
  void write_quantiles(const OpenBucket& bucket, std::span<const SlotTable::Entry> entries, std::size_t sketch,
                       double* values);
  void read_quantiles(const QuantileSketch& values, std::size_t sketch, double* vector);

  const RecordPlan* plan_;
  std::vector<WeightedValue> points_;
  std::vector<WeightedValue> deviations_;
};

}  // namespace adcore

#include "adcore/job/data_counts.hpp"

#include <algorithm>
#include <cmath>

namespace adcore {

namespace {

// A bucket is sparse where the logarithm of its events is this far below that of the mean of all buckets with events.
constexpr double kSparseLogDistance = 2.0;

}  // namespace

void DataCounts::note_record(std::int64_t timestamp, std::size_t fields, std::size_t missing) noexcept {
  ++processed_record_count;
  processed_field_count += fields - missing;
  missing_field_count += missing;
  if (earliest_record_timestamp == kUnset || timestamp < earliest_record_timestamp) {
    earliest_record_timestamp = timestamp;
  }
  latest_record_timestamp = std::max(latest_record_timestamp, timestamp);
}

void DataCounts::note_bucket(std::int64_t start, double events) noexcept {
  ++bucket_count;
  if (events == 0.0) {
    ++empty_bucket_count;
    latest_empty_bucket_timestamp = start;
    return;
  }
  const auto earlier = static_cast<double>(bucket_count - empty_bucket_count - 1);
  if (earlier > 0.0 && std::log(counted_events / earlier) - std::log(events) > kSparseLogDistance) {
    ++sparse_bucket_count;
    latest_sparse_bucket_timestamp = start;
  }
  counted_events += events;
}

void DataCounts::write(ByteWriter& writer) const {
  for (const std::uint64_t count :
       {processed_record_count, processed_field_count, missing_field_count, invalid_date_count,
        out_of_order_timestamp_count, bucket_count, empty_bucket_count, sparse_bucket_count}) {
    writer.put(count);
  }
  for (const std::int64_t time : {earliest_record_timestamp, latest_record_timestamp, latest_empty_bucket_timestamp,
                                  latest_sparse_bucket_timestamp}) {
    writer.put(time);
  }
  writer.put(counted_events);
}

auto DataCounts::read(ByteReader& reader) -> DataCounts {
  DataCounts counts;
  for (auto* const count : {&counts.processed_record_count, &counts.processed_field_count, &counts.missing_field_count,
                            &counts.invalid_date_count, &counts.out_of_order_timestamp_count, &counts.bucket_count,
                            &counts.empty_bucket_count, &counts.sparse_bucket_count}) {
    *count = reader.get<std::uint64_t>();
  }
  for (auto* const time : {&counts.earliest_record_timestamp, &counts.latest_record_timestamp,
                           &counts.latest_empty_bucket_timestamp, &counts.latest_sparse_bucket_timestamp}) {
    *time = reader.get<std::int64_t>();
  }
  counts.counted_events = reader.get<double>();
  if (!(counts.counted_events >= 0.0)) throw_snapshot("the events counted are no count");
  return counts;
}

}  // namespace adcore

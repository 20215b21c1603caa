// DataCounts: what became of the records given to a job.
#pragma once

#include <cstdint>

#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

struct DataCounts {
  static constexpr std::int64_t kUnset = INT64_MIN;

  std::uint64_t processed_record_count = 0;
  std::uint64_t processed_field_count = 0;
  std::uint64_t missing_field_count = 0;
  /// Times beyond what can be a time, or so far in the future that they can only be wrong.
  std::uint64_t invalid_date_count = 0;
  std::uint64_t out_of_order_timestamp_count = 0;
  std::uint64_t bucket_count = 0;
  std::uint64_t empty_bucket_count = 0;
  std::uint64_t sparse_bucket_count = 0;
  /// Epoch ms, kUnset before there is one.
  std::int64_t earliest_record_timestamp = kUnset;
  std::int64_t latest_record_timestamp = kUnset;
  std::int64_t latest_empty_bucket_timestamp = kUnset;
  std::int64_t latest_sparse_bucket_timestamp = kUnset;

  void note_record(std::int64_t timestamp, std::size_t fields, std::size_t missing) noexcept;
  void note_bucket(std::int64_t start, double events) noexcept;

  void write(ByteWriter& writer) const;
  [[nodiscard]] static auto read(ByteReader& reader) -> DataCounts;

  /// Events in the buckets that had any: a bucket far below their mean is sparse.
  double counted_events = 0.0;
};

}  // namespace adcore

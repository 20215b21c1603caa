// JobBucket: all that has been gathered of one bucket that still takes records.
#pragma once

#include <cstdint>
#include <vector>

#include "adcore/job/bucket_series.hpp"
#include "adcore/job/key_dictionary.hpp"

namespace adcore {

struct JobBucket {
  JobBucket(std::int64_t bucket_number, std::uint64_t bucket_serial, const FieldPlan& plan);

  /// Held in the budget; released when the bucket closes.
  [[nodiscard]] auto held_bytes() const noexcept -> std::uint64_t;

  void write(ByteWriter& writer) const;
  /// `series` and `members`: how many each detector knows.
  void read(ByteReader& reader, const std::vector<std::size_t>& series, const std::vector<std::size_t>& members);

  std::int64_t number;
  std::uint64_t serial;      // of all buckets ever opened: tells codes of its values from those of others
  double event_count = 0.0;  // events that the records stand for
  std::vector<BucketSeries> detectors;
  std::vector<KeyDictionary> influencers;
};

}  // namespace adcore

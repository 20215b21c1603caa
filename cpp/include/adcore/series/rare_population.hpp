// RarePopulation: which values few people show (the functions `rare` and `freq_rare` with an over field).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "adcore/series/bucket_age.hpp"
#include "adcore/series/people_counter.hpp"
#include "adcore/series/rare_model.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// A person shows a value in a bucket, so many times.
struct RareShow {
  std::uint64_t person;
  std::uint32_t value;
  double occurrences;
};

/// All values of a by field in one partition, and how many people showed each of them, ever; numbered by the caller.
class RarePopulation {
 public:
  /// Length of a bucket in ms, > 0.
  explicit RarePopulation(std::int64_t bucket_span) noexcept : bucket_span_(bucket_span) {}

  /// Of each row: how unlikely is a value that so few people show? With `frequent` (freq_rare): how unlikely does this
  /// person show values as rare so many times among all it shows? Each pair of person and value once.
  void assess(std::span<const RareShow> shows, bool frequent, std::span<RareAssessment> found) const;
  /// The rows of the bucket that starts at `bucket_start` (ms), or none.
  void learn(std::int64_t bucket_start, std::span<const RareShow> shows);
  /// The number may be given to another value.
  void forget(std::uint32_t value) { values_.erase(value); }

  [[nodiscard]] auto informative() const noexcept -> bool { return age_.buckets() >= kRareBuckets; }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return values_.size(); }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  void write(ByteWriter& out) const;
  /// Keeps the length of buckets. Throws SnapshotError on what learn() cannot have made.
  void read(ByteReader& in);

 private:
  std::int64_t bucket_span_;
  BucketAge age_;
  PeopleCounter people_;
  std::map<std::uint32_t, PeopleCounter> values_;  // in order, so that sums are the same for any history
};

}  // namespace adcore

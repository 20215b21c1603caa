// RareModel: which values occur in few buckets (the function `rare`, without an over field).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <vector>

#include "adcore/series/bucket_age.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

struct RareAssessment {
  double log_probability = 0;
  /// Share of the buckets, or in a population of the people, in which the value was expected: 0 to 1.
  double expected = 0;
  /// How rare values usually are, over how rare this one is: above 1 for values rarer than usual; NaN while unknown.
  double relative_rarity = std::numeric_limits<double>::quiet_NaN();
  /// The value was never seen before.
  bool first_occurrence = false;
};

/// Buckets before anything is reported: what is rare shows only after a while.
inline constexpr std::uint64_t kRareBuckets = 20;

/// All values of a by field in one partition, numbered by the caller. Two things make a value rare: few buckets had
/// values that occur as seldom, so that many rare values make each less surprising; and it was not seen for longer than
/// its pace lets expect (a new one: no new value was).
class RareModel {
 public:
  /// Length of a bucket in ms, > 0.
  explicit RareModel(std::int64_t bucket_span) noexcept : bucket_span_(bucket_span) {}

  /// Of each of the values that occur in the bucket that starts at `bucket_start` (ms), after all buckets learned.
  void assess(std::int64_t bucket_start, std::span<const std::uint32_t> values, std::span<RareAssessment> found) const;
  /// The values of a bucket, each once, or none.
  void learn(std::int64_t bucket_start, std::span<const std::uint32_t> values);
  /// The number may be given to another value.
  void forget(std::uint32_t value);

  [[nodiscard]] auto informative() const noexcept -> bool { return age_.buckets() >= kRareBuckets; }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return values_.size(); }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  void write(ByteWriter& out) const;
  /// Keeps the length of buckets. Throws SnapshotError on what learn() cannot have made.
  void read(ByteReader& in);

 private:
  // Counts are in units that grow, so that older occurrences lose weight against new ones without being touched.
  struct Value {
    double count = 0;  // buckets it occurred in
    double born = 0;   // buckets_ before its first
    std::int64_t last_bucket = 0;
  };
  [[nodiscard]] auto known(std::uint32_t value) const noexcept -> const Value*;
  [[nodiscard]] auto log_gap(const Value* value, std::int64_t bucket) const noexcept -> double;
  void rescale() noexcept;
  void check(const Value& value) const;

  std::int64_t bucket_span_;
  BucketAge age_;
  double unit_ = 1;
  double buckets_ = 0;
  double firsts_ = 0;  // buckets with a new value
  std::int64_t last_first_ = 0;
  std::map<std::uint32_t, Value> values_;  // in order, so that sums are the same for any history
};

}  // namespace adcore

// The largest score of every scope: what later scores of the scope are measured by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// A scope is a series, a member of a population or an influencer field, as the caller numbers them. The largest score
/// loses weight with every bucket, and is forgotten when the scope was not seen for 50 buckets.
class ScopeMaxima {
 public:
  /// `decay` per bucket.
  explicit ScopeMaxima(double decay) noexcept : decay_(decay) {}

  /// The scope was seen in `bucket`, which is none before those seen earlier, with this raw score (0: nothing unusual).
  /// True if that changes what its scores are measured by: the first score, or one more than a tenth above the largest.
  auto learn(std::uint64_t scope, std::int64_t bucket, double score) -> bool;
  /// 0 if there is none.
  [[nodiscard]] auto largest(std::uint64_t scope, std::int64_t bucket) const noexcept -> double;
  /// Gives back the memory of scopes that are forgotten.
  void prune(std::int64_t bucket);

  [[nodiscard]] auto size() const noexcept -> std::size_t { return maxima_.size(); }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  void write(ByteWriter& out) const;
  /// Keeps the decay. Throws SnapshotError on what cannot be.
  void read(ByteReader& in, std::int64_t bucket);

 private:
  struct Maximum {
    double score;  // as of last_bucket
    std::int64_t last_bucket;
  };
  [[nodiscard]] auto as_of(const Maximum& maximum, std::int64_t bucket) const noexcept -> double;

  double decay_;
  std::unordered_map<std::uint64_t, Maximum> maxima_;
};

}  // namespace adcore

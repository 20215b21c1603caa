// What the scores of one interval add to the quantiles: as much as those of one bucket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "adcore/score/quantile_histogram.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// Short buckets must not fill the quantiles faster than long ones, or their scores would have to be the rarer the
/// shorter the buckets. So an interval of many buckets counts as a single bucket would: with the highest score of any
/// of its buckets, the next with the highest second score, and so on. One score a bucket is the usual case.
class IntervalHighs {
 public:
  /// The next interval begins: what was added stays.
  void start() noexcept;
  /// Scores of one more bucket of the interval, `size` of them, of which `high` are not 0; leaves in `histogram` what
  /// the interval counts for so far. Sorts `high`.
  void add(std::vector<std::uint32_t>& high, std::size_t size, QuantileHistogram& histogram);

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t { return highs_.capacity() * sizeof(std::uint32_t); }
  void write(ByteWriter& out) const;
  /// Throws SnapshotError on what add() cannot have made of this histogram.
  void read(ByteReader& in, const QuantileHistogram& histogram);

 private:
  std::vector<std::uint32_t> highs_;  // those that are not 0, falling
  std::size_t zeros_ = 0;
};

}  // namespace adcore

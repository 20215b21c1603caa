// How often which values were seen, for values that matter by their order of magnitude.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// Bins of whole numbers: one each below 128, from there 64 to every doubling, so that a bin is at most 1/64 as wide as
/// its values are large.
struct HistogramBins {
  [[nodiscard]] static auto bin_of(std::uint32_t value) noexcept -> std::size_t;
  /// The least value of a bin.
  [[nodiscard]] static auto start_of(std::size_t bin) noexcept -> double;
};

/// A count per bin. It does not depend on the order of what is added, and can be aged as a whole, which is why it is
/// here instead of a digest of centroids.
class QuantileHistogram {
 public:
  /// Adds `weight` values; a negative weight takes back what was added since the last age().
  void add(std::uint32_t value, double weight);
  /// Every count loses the fraction 1 - kept, 0 < kept <= 1.
  void age(double kept) noexcept;

  [[nodiscard]] auto total() const noexcept -> double { return total_; }
  /// Values in lower bins than that of `value`.
  [[nodiscard]] auto below(std::uint32_t value) const noexcept -> double;
  /// Values up to x >= 0, those of a bin being spread over it evenly.
  [[nodiscard]] auto up_to(double x) const noexcept -> double;
  /// The x below which `count` values lie, likewise; 0 for an empty histogram.
  [[nodiscard]] auto value_at(double count) const noexcept -> double;
  /// Values in the bin of `value`.
  [[nodiscard]] auto like(std::uint32_t value) const noexcept -> double {
    const std::size_t bin = HistogramBins::bin_of(value);
    return bin < counts_.size() ? counts_[bin] : 0.0;
  }

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t { return counts_.capacity() * sizeof(double); }
  void write(ByteWriter& out) const;
  /// Throws SnapshotError on counts that cannot be.
  [[nodiscard]] static auto read(ByteReader& in) -> QuantileHistogram;

 private:
  std::vector<double> counts_;
  double total_ = 0.0;
};

}  // namespace adcore

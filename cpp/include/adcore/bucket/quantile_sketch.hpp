// QuantileSketch: percentiles of one bucket's values, exact while they are few.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// A value that stands for `weight` values: equal ones, or their mean.
struct WeightedValue {
  double value;
  double weight;
  bool is_mean;
};

/// The value at `fraction` (0 to 1) of sorted weighted values, interpolated linearly between neighbouring ranks
/// fraction * (n - 1), n being the sum of weights. Equal values cover as many ranks as they are; a mean sits in the
/// middle of its ranks. For single values this is NumPy's default. NaN for no values, and between -inf and +inf.
[[nodiscard]] auto weighted_quantile(std::span<const WeightedValue> sorted, double fraction) noexcept -> double;

/// The median of |value - median|; `sorted` is used as scratch.
[[nodiscard]] auto weighted_absolute_deviation(std::vector<WeightedValue>& sorted) -> double;

/// Up to kExactValues values are kept as they are, and every percentile is exact. From there on it is a t-digest
/// (Dunning, "Computing extremely accurate quantiles using t-digests", 2019): sorted centroids, each of which may
/// stand for different values only up to a fraction kSpread sqrt(q (1 - q)) of all values, q being where it lies. So
/// the rank of a percentile is off by at most about 0.8 % of the values for the median and 0.16 % for the 99th
/// percentile, and the extremes are exact. A value's own size does not matter: the error is in ranks. The same values
/// in the same order give the same sketch, however they are cut into batches.
class QuantileSketch {
 public:
  static constexpr std::size_t kExactValues = 1024;
  static constexpr double kSpread = 1.0 / 64.0;

  /// Takes any value but NaN.
  void add(double value);
  /// Replaces `points` by all values, or what stands for them, in ascending order.
  void sorted_points(std::vector<WeightedValue>& points) const;

  [[nodiscard]] auto is_exact() const noexcept -> bool { return centroids_.empty(); }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;

  void write(ByteWriter& writer) const;
  [[nodiscard]] static auto read(ByteReader& reader) -> QuantileSketch;

 private:
  void compress();

  std::vector<double> recent_;            // not in a centroid yet
  std::vector<WeightedValue> centroids_;  // ascending
};

}  // namespace adcore

#include "adcore/bucket/quantile_sketch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

// More than compress() can leave: the bound on centroids grows with the logarithm of the number of values.
constexpr std::size_t kMostCentroids = 4 * QuantileSketch::kExactValues;

auto is_below(const WeightedValue& a, const WeightedValue& b) noexcept -> bool { return a.value < b.value; }

auto total_weight(std::span<const WeightedValue> points) noexcept -> double {
  double sum = 0.0;
  for (const auto& point : points) sum += point.weight;
  return sum;
}

// The ends first: 0 * inf would be NaN.
auto between(double low, double high, double t) noexcept -> double {
  if (t <= 0.0 || low == high) return low;
  if (t >= 1.0) return high;
  return std::isinf(low) || std::isinf(high) ? low + high : std::lerp(low, high, t);
}

// The mean of two centroids; never outside them, and never an overflow on the way.
auto merged(const WeightedValue& a, const WeightedValue& b) noexcept -> WeightedValue {
  const double weight = a.weight + b.weight;
  return {std::clamp(between(a.value, b.value, b.weight / weight), a.value, b.value), weight,
          a.is_mean || b.is_mean || a.value != b.value};
}

// Whether a centroid may span the fractions from `first` to `last`. Infinities stay by themselves: they have no mean.
auto may_merge(const WeightedValue& a, const WeightedValue& b, double weight_before, double total) noexcept -> bool {
  if (a.value == b.value && !a.is_mean && !b.is_mean) return true;
  if (!std::isfinite(a.value) || !std::isfinite(b.value)) return false;
  const double weight = a.weight + b.weight;
  const double first = weight_before / total;
  const double last = (weight_before + weight) / total;
  const double room = std::min(first * (1.0 - first), std::max(0.0, last * (1.0 - last)));
  return weight <= total * QuantileSketch::kSpread * std::sqrt(room);
}

}  // namespace

auto weighted_quantile(std::span<const WeightedValue> sorted, double fraction) noexcept -> double {
  if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double rank = fraction * (total_weight(sorted) - 1.0);
  double before = 0.0;
  double last_rank = 0.0;  // of the value before
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double width = sorted[i].weight - 1.0;
    const double first_rank = sorted[i].is_mean ? before + width / 2.0 : before;
    if (rank < first_rank && i > 0) {
      return between(sorted[i - 1].value, sorted[i].value, (rank - last_rank) / (first_rank - last_rank));
    }
    last_rank = sorted[i].is_mean ? first_rank : before + width;
    if (rank <= last_rank) return sorted[i].value;
    before += sorted[i].weight;
  }
  return sorted.back().value;
}

auto weighted_absolute_deviation(std::vector<WeightedValue>& sorted) -> double {
  const double median = weighted_quantile(sorted, 0.5);
  if (std::isnan(median)) return median;
  for (auto& point : sorted) point.value = point.value == median ? 0.0 : std::abs(point.value - median);
  std::sort(sorted.begin(), sorted.end(), is_below);
  return weighted_quantile(sorted, 0.5);
}

void QuantileSketch::add(double value) {
  if (recent_.size() == kExactValues) compress();
  recent_.push_back(value);
}

void QuantileSketch::sorted_points(std::vector<WeightedValue>& points) const {
  points.assign(centroids_.begin(), centroids_.end());
  const auto middle = static_cast<std::ptrdiff_t>(points.size());
  for (const double value : recent_) points.push_back({value, 1.0, false});
  std::sort(points.begin() + middle, points.end(), is_below);
  std::inplace_merge(points.begin(), points.begin() + middle, points.end(), is_below);
}

void QuantileSketch::compress() {
  std::vector<WeightedValue> points;
  sorted_points(points);
  const double total = total_weight(points);
  centroids_.clear();
  double before = 0.0;
  WeightedValue current = points.front();
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (may_merge(current, points[i], before, total)) {
      current = merged(current, points[i]);
    } else {
      before += current.weight;
      centroids_.push_back(current);
      current = points[i];
    }
  }
  centroids_.push_back(current);
  recent_.clear();
}

auto QuantileSketch::memory_bytes() const noexcept -> std::size_t {
  return sizeof(*this) + recent_.capacity() * sizeof(double) + centroids_.capacity() * sizeof(WeightedValue);
}

void QuantileSketch::write(ByteWriter& writer) const {
  writer.put_all(recent_);
  writer.put_count(centroids_.size());
  for (const auto& centroid : centroids_) {
    writer.put(centroid.value);
    writer.put(centroid.weight);
    writer.put(centroid.is_mean);
  }
}

auto QuantileSketch::read(ByteReader& reader) -> QuantileSketch {
  QuantileSketch sketch;
  sketch.recent_ = reader.get_all<double>(kExactValues);
  for (const double value : sketch.recent_) {
    if (std::isnan(value)) throw_snapshot("a sketch holds NaN");
  }
  const auto count = reader.get_count(kMostCentroids);
  for (std::uint64_t i = 0; i < count; ++i) {
    const double value = reader.get<double>();
    const double weight = reader.get<double>();
    const WeightedValue centroid{value, weight, reader.get<bool>()};
    const bool is_sorted = sketch.centroids_.empty() || !(value < sketch.centroids_.back().value);
    if (std::isnan(value) || !is_sorted || !(weight >= 1.0 && weight <= 0x1p62)) {
      throw_snapshot("a sketch has centroids that are not sorted or have no weight");
    }
    sketch.centroids_.push_back(centroid);
  }
  return sketch;
}

}  // namespace adcore

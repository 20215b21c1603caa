// Where on a circle or a sphere things happen: a bounded mixture of normals that finds its modes by itself.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace adcore {

/// A unit vector: of the plane for a circle, of space for a sphere. Nothing wraps around, and the distance of close
/// points is that of the arc.
template <std::size_t Dimensions>
using Direction = std::array<double, Dimensions>;

template <std::size_t Dimensions>
[[nodiscard]] auto squared_length(const Direction<Dimensions>& vector) noexcept -> double {
  double sum = 0.0;
  for (const double x : vector) sum += x * x;
  return sum;
}

/// Weight and sum of unit vectors are all one needs: their squares sum up to the weight.
template <std::size_t Dimensions>
struct DirectionCluster {
  double weight = 0.0;
  Direction<Dimensions> sum{};

  [[nodiscard]] auto mean() const noexcept -> Direction<Dimensions> {
    Direction<Dimensions> mean = sum;
    for (double& x : mean) x /= weight;
    return mean;
  }
  /// Sum of squared distances from the mean.
  [[nodiscard]] auto scatter() const noexcept -> double {
    return std::max(0.0, weight - squared_length<Dimensions>(sum) / weight);
  }
  [[nodiscard]] auto squared_distance(const Direction<Dimensions>& point) const noexcept -> double {
    double square = 0.0;
    for (std::size_t i = 0; i < Dimensions; ++i) square += (point[i] - sum[i] / weight) * (point[i] - sum[i] / weight);
    return square;
  }
  void add(const DirectionCluster& other) noexcept {
    weight += other.weight;
    for (std::size_t i = 0; i < Dimensions; ++i) sum[i] += other.sum[i];
  }
};

/// The density of one mode at a distance: a normal with the same variance along each of Dimensions - 1 axes, of which
/// mean and variance were estimated.
struct DirectionMode {
  double weight = 0.0;
  double deviation = 0.0;  // along an axis
  double freedom = 0.0;

  /// ln of the probability to lie this far from the mean or further.
  [[nodiscard]] auto log_tail(double squared_distance, std::size_t axes) const noexcept -> double;
};

/// At most kMost clusters, the two that cost least being merged when there are more; O(kMost^2) per point, no
/// allocation. Clusters that overlap count as one mode when a point is judged, so that a shape is not cut up for being
/// wide, and an outlier keeps a cluster of its own instead of widening the rest.
template <std::size_t Dimensions>
class DirectionClusters {
 public:
  static constexpr std::size_t kMost = 16;
  static constexpr std::size_t kAxes = Dimensions - 1;
  using Point = Direction<Dimensions>;
  using Cluster = DirectionCluster<Dimensions>;

  struct Judgement {
    double log_probability;  ///< of a point as far out or further: the sum over modes of weight times tail
    Point nearest;  ///< mean of the mode that the point is nearest to in deviations, outliers apart; not of length 1
    DirectionMode mode;  ///< that mode
    std::size_t modes;   ///< that have enough weight to be one
  };

  /// `prior`: the deviation that a mode of a single point is given, as a length.
  [[nodiscard]] auto judge(const Point& point, double prior) const noexcept -> Judgement;
  void add(const Point& point, double weight) noexcept;
  /// All weights are multiplied by `kept`, 0 to 1; none ever becomes 0.
  void age(double kept) noexcept;
  [[nodiscard]] auto empty() const noexcept -> bool { return size_ == 0; }
  [[nodiscard]] auto weight() const noexcept -> double {
    double sum = 0.0;
    for (std::size_t i = 0; i < size_; ++i) sum += clusters_[i].weight;
    return sum;
  }

  template <class Fields>
  void fields(Fields& f) {
    f(size_);
    for (auto& cluster : clusters_) {
      f(cluster.weight);
      for (double& x : cluster.sum) f(x);
    }
  }
  /// Throws SnapshotError on what add() cannot have made.
  void check() const;

 private:
  static constexpr std::size_t kNone = kMost + 1;
  struct Pair {
    std::size_t first = kNone;
    std::size_t second = kNone;
    double cost = 0.0;
  };
  using Clusters = std::array<Cluster, kMost + 1>;  // one more than is kept, while a point is added

  [[nodiscard]] static auto scaled(Cluster cluster, double factor) noexcept -> Cluster {
    cluster.weight *= factor;
    for (double& x : cluster.sum) x *= factor;
    return cluster;
  }
  [[nodiscard]] auto usual_mode(const Clusters& modes, std::size_t size, double prior) const noexcept -> DirectionMode;
  [[nodiscard]] auto is_mode(const Cluster& cluster) const noexcept -> bool;
  [[nodiscard]] static auto mode_of(const Cluster& cluster, double prior) noexcept -> DirectionMode;
  template <class Cost>
  [[nodiscard]] static auto cheapest(const Clusters& clusters, std::size_t size, Cost&& cost) noexcept -> Pair;
  static void merge(Clusters& clusters, std::size_t& size, const Pair& pair) noexcept;
  static auto merge_into_modes(Clusters& clusters, std::size_t size, double prior) noexcept -> std::size_t;

  Clusters clusters_{};
  std::uint32_t size_ = 0;
};

extern template class DirectionClusters<2>;
extern template class DirectionClusters<3>;

}  // namespace adcore

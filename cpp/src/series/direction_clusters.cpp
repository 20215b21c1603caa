#include "adcore/series/direction_clusters.hpp"

#include <limits>

#include "adcore/base/beta_tail.hpp"
#include "adcore/base/error.hpp"
#include "adcore/base/log_space.hpp"

namespace adcore {

namespace {

/// Modes are apart when their means are this many deviations of both.
constexpr double kClustersApart = 3.0;
/// What is less is no mode, but some outliers.
constexpr double kFewest = 4.0;
constexpr double kLeastClusterShare = 0.03;
/// Together they keep weights above 1e-120, far from where sums of them would vanish.
constexpr double kLeastWeight = 1e-100;
constexpr double kLeastKept = 1e-20;

}  // namespace

// Along k axes the squared distance over the variance is F-distributed with k and `freedom` degrees: for one axis that
// is Student's t, for two it has a closed form.
auto DirectionMode::log_tail(double squared_distance, std::size_t axes) const noexcept -> double {
  const double square = squared_distance / (deviation * deviation);
  if (axes == 2) return -0.5 * freedom * std::log1p(square / freedom);
  return log_beta_lower_tail(0.5 * freedom, 0.5, freedom / (freedom + square), square / (freedom + square));
}

// As if the prior were one more observation along each axis; the mean is uncertain, too.
template <std::size_t Dimensions>
auto DirectionClusters<Dimensions>::mode_of(const Cluster& cluster, double prior) noexcept -> DirectionMode {
  constexpr auto kDegrees = static_cast<double>(kAxes);
  const double points = std::max(cluster.weight, 1.0);
  const double freedom = kDegrees * points;
  const double variance = (kDegrees * prior * prior + cluster.scatter()) / freedom;
  return {cluster.weight, std::sqrt(variance * (1.0 + 1.0 / points)), freedom};
}

template <std::size_t Dimensions>
template <class Cost>
auto DirectionClusters<Dimensions>::cheapest(const Clusters& clusters, std::size_t size, Cost&& cost) noexcept -> Pair {
  Pair best;
  best.cost = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = i + 1; j < size; ++j) {
      const double found = cost(clusters[i], clusters[j]);
      if (found < best.cost) best = {i, j, found};
    }
  }
  return best;
}

template <std::size_t Dimensions>
void DirectionClusters<Dimensions>::merge(Clusters& clusters, std::size_t& size, const Pair& pair) noexcept {
  clusters[pair.first].add(clusters[pair.second]);
  clusters[pair.second] = clusters[--size];
  clusters[size] = {};
}

template <std::size_t Dimensions>
auto DirectionClusters<Dimensions>::merge_into_modes(Clusters& clusters, std::size_t size, double prior) noexcept
    -> std::size_t {
  const auto separation = [=](const Cluster& a, const Cluster& b) {
    return std::sqrt(a.squared_distance(b.mean())) / (mode_of(a, prior).deviation + mode_of(b, prior).deviation);
  };
  while (size > 1) {
    const Pair closest = cheapest(clusters, size, separation);
    if (!(closest.cost < kClustersApart)) break;
    merge(clusters, size, closest);
  }
  return size;
}

// The spread of a few outliers says nothing of how far the next one lies: they are taken to be as wide as the modes
// are, once there is one. Else every outlier would make all of the circle likely.
template <std::size_t Dimensions>
auto DirectionClusters<Dimensions>::usual_mode(const Clusters& modes, std::size_t size, double prior) const noexcept
    -> DirectionMode {
  constexpr auto kDegrees = static_cast<double>(kAxes);
  double points = 0.0;
  double scatter = kDegrees * prior * prior;
  for (std::size_t i = 0; i < size; ++i) {
    if (!is_mode(modes[i])) continue;
    points += modes[i].weight;
    scatter += modes[i].scatter();
  }
  const double freedom = kDegrees * points;
  return {points, points > 0.0 ? std::sqrt(scatter / freedom) : 0.0, freedom};
}

template <std::size_t Dimensions>
auto DirectionClusters<Dimensions>::is_mode(const Cluster& cluster) const noexcept -> bool {
  return cluster.weight >= kFewest && cluster.weight >= kLeastClusterShare * weight();
}

template <std::size_t Dimensions>
auto DirectionClusters<Dimensions>::judge(const Point& point, double prior) const noexcept -> Judgement {
  Clusters modes = clusters_;
  const std::size_t size = merge_into_modes(modes, size_, prior);
  const DirectionMode usual = usual_mode(modes, size, prior);
  Judgement found{size == 0 ? 0.0 : -std::numeric_limits<double>::infinity(), {}, {}, 0};
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < size; ++i) {
    const bool is_outlier = usual.weight > 0.0 && !is_mode(modes[i]);
    const DirectionMode mode = is_outlier ? usual : mode_of(modes[i], prior);
    const double square = modes[i].squared_distance(point);
    const double log_part = std::log(modes[i].weight / weight()) + mode.log_tail(square, kAxes);
    found.log_probability = log_add_exp(found.log_probability, log_part);
    if (is_mode(modes[i])) ++found.modes;
    const double away = square / (mode.deviation * mode.deviation);
    if (is_outlier || away >= nearest) continue;
    nearest = away;
    found.nearest = modes[i].mean();
    found.mode = mode;
  }
  found.log_probability = std::min(found.log_probability, 0.0);
  return found;
}

template <std::size_t Dimensions>
void DirectionClusters<Dimensions>::add(const Point& point, double weight) noexcept {
  std::size_t size = size_;
  clusters_[size++].add(scaled({1.0, point}, weight));
  if (size > kMost) {
    // How much the scatter about the means grows (Ward).
    const auto growth = [](const Cluster& a, const Cluster& b) {
      return a.weight * b.weight / (a.weight + b.weight) * a.squared_distance(b.mean());
    };
    merge(clusters_, size, cheapest(clusters_, size, growth));
  }
  size_ = static_cast<std::uint32_t>(size);
}

template <std::size_t Dimensions>
void DirectionClusters<Dimensions>::age(double kept) noexcept {
  for (std::size_t i = 0; i < size_; ++i) {
    if (clusters_[i].weight > kLeastWeight) clusters_[i] = scaled(clusters_[i], std::max(kept, kLeastKept));
  }
}

template <std::size_t Dimensions>
void DirectionClusters<Dimensions>::check() const {
  if (size_ > kMost) throw_snapshot("more clusters of directions than there can be");
  for (std::size_t i = 0; i < clusters_.size(); ++i) {
    const Cluster& cluster = clusters_[i];
    const double length = squared_length<Dimensions>(cluster.sum);
    const bool is_empty = cluster.weight == 0.0 && length == 0.0;
    const bool is_possible =
        cluster.weight > 0.0 && cluster.weight <= 1e300 && length <= cluster.weight * cluster.weight * (1.0 + 1e-9);
    if (i < size_ ? !is_possible : !is_empty) throw_snapshot("a cluster of directions that cannot be");
  }
}

template class DirectionClusters<2>;
template class DirectionClusters<3>;

}  // namespace adcore

// What a forest answers when asked about a point.
#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

namespace adcore {

/// A quantity split over dimensions and sides: high where the point lies above what was seen, low where below.
struct Attribution {
  std::vector<double> high;  // [dimensions]
  std::vector<double> low;   // [dimensions]

  [[nodiscard]] auto total() const -> double {
    return std::accumulate(high.begin(), high.end(), 0.0) + std::accumulate(low.begin(), low.end(), 0.0);
  }
  void scale(double factor) {
    for (double& part : high) part *= factor;
    for (double& part : low) part *= factor;
  }
};

/// The ingredients of the density estimate, each split by direction.
struct Density {
  double sample_size = 0;
  Attribution measure;        // mass seen
  Attribution distances;      // distance to what was seen
  Attribution probabilities;  // probability of being cut off

  /// Points per unit of volume around the point; `mass_parameter` guards the empty neighbourhood.
  [[nodiscard]] auto value(double mass_parameter = 0.001) const -> double;
  /// The same, split by direction; sums to value().
  [[nodiscard]] auto directional(double mass_parameter = 0.001) const -> Attribution;
};

/// A sampled point near the one asked about.
struct Neighbor {
  std::vector<float> point;  // [dimensions]
  double distance = 0;       // Euclidean
  double score = 0;          // mean score of the trees that reached it
  std::size_t trees = 0;     // how many trees reached it
};

/// Values the forest holds likely in place of the missing ones.
struct Imputation {
  std::vector<float> value;  // [dimensions]: the point with the missing values filled by the median over trees
  std::vector<float> low;    // 10th percentile over trees
  std::vector<float> high;   // 90th percentile over trees
};

/// The continuation of the stream, row by row.
struct Extrapolation {
  std::size_t horizon = 0;
  std::vector<float> value;  // [horizon * input_dimensions]
  std::vector<float> low;
  std::vector<float> high;
};

}  // namespace adcore

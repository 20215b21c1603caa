#include "adcore/forest/results.hpp"

#include <cmath>

namespace adcore {

namespace {

// Sum over directions of (mean distance)^dimensions, weighted by the probability of the direction: the volume that
// holds the measure.
auto volume_part(double distance, double probability, double dimensions) -> double {
  return probability > 0 ? std::pow(distance / probability, dimensions) * probability : 0.0;
}

}  // namespace

auto Density::value(double mass_parameter) const -> double {
  if (!(sample_size > 0)) return 0;
  const auto dimensions = static_cast<double>(measure.high.size());
  const double share = measure.total() / sample_size;
  double volume = 0;
  for (std::size_t d = 0; d < measure.high.size(); ++d) {
    volume += volume_part(distances.high[d], probabilities.high[d], dimensions);
    volume += volume_part(distances.low[d], probabilities.low[d], dimensions);
  }
  return share > 0 ? share / (mass_parameter * share + volume) : 0.0;
}

auto Density::directional(double mass_parameter) const -> Attribution {
  const double total = measure.total();
  const double density = value(mass_parameter);
  Attribution result = measure;
  for (double& part : result.high) part = total > 0 ? part * density / total : 0.0;
  for (double& part : result.low) part = total > 0 ? part * density / total : 0.0;
  return result;
}

}  // namespace adcore

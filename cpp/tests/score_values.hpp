// Helpers of the tests of scores.
#pragma once

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <vector>

namespace adcore::testing {

/// ln of each.
inline auto logs(std::initializer_list<double> probabilities) -> std::vector<double> {
  std::vector<double> found(probabilities);
  std::transform(found.begin(), found.end(), found.begin(), [](double p) { return std::log(p); });
  return found;
}

}  // namespace adcore::testing

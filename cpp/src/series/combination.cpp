#include "adcore/series/combination.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "adcore/base/normal_tail.hpp"
#include "adcore/series/residual.hpp"

namespace adcore {

auto correlation_with_mean(int buckets) noexcept -> double {
  constexpr double kSquaredWeight = 0.81;
  return std::sqrt((1 - kSquaredWeight) / (1 - std::pow(kSquaredWeight, buckets)));
}

auto combined_log_probability(double log_a, double log_b, double correlation) noexcept -> double {
  const double a = normal_quantile_of_log_tail(log_a - std::numbers::ln2);
  const double b = normal_quantile_of_log_tail(log_b - std::numbers::ln2);
  const double sum = a + b;
  const double squared_distance = (a * a + b * b - correlation * sum * sum / (1 + correlation)) / (1 - correlation);
  return -squared_distance / 2;  // the upper tail of chi squared with two degrees of freedom
}

auto multi_bucket_impact(double log_single, double log_multi) noexcept -> double {
  constexpr double kMost = 5;
  constexpr double kLogOfThousand = 6.9077552789821368;
  const double ratio = std::min(log_single, log_multi) / std::min(std::max(log_single, log_multi), -0.001);
  return std::clamp(kMost * ratio * (log_single - log_multi) / kLogOfThousand, -kMost, kMost);
}

}  // namespace adcore

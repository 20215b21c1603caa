// What rare values, by buckets or by people, have in common.
#pragma once

#include <numbers>

#include "adcore/base/normal_tail.hpp"

namespace adcore {

/// ln of the probability that two uniform probabilities are together as unlikely as these: the squares of their normal
/// deviates add up to twice an exponential.
[[nodiscard]] inline auto log_joint_of_two(double log_p, double log_q) noexcept -> double {
  const double a = normal_quantile_of_log_tail(log_p - std::numbers::ln2);
  const double b = normal_quantile_of_log_tail(log_q - std::numbers::ln2);
  return -0.5 * (a * a + b * b);
}

}  // namespace adcore

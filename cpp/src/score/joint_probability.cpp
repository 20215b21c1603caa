#include "adcore/score/joint_probability.hpp"

#include <algorithm>
#include <numbers>

#include "adcore/base/gamma_tail.hpp"
#include "adcore/base/normal_tail.hpp"

namespace adcore {

namespace {

constexpr double kLogTwo = std::numbers::ln2;

}  // namespace

auto log_joint_probability(std::span<const double> log_probabilities) noexcept -> double {
  if (log_probabilities.empty()) return 0.0;
  if (log_probabilities.size() == 1) return std::min(log_probabilities.front(), 0.0);
  double squares = 0.0;
  for (const double log_probability : log_probabilities) {
    const double z = normal_quantile_of_log_tail(std::min(log_probability, 0.0) - kLogTwo);
    squares += z * z;
  }
  return log_gamma_upper_tail(0.5 * static_cast<double>(log_probabilities.size()), 0.5 * squares);
}

}  // namespace adcore

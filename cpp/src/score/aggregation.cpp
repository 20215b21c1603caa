#include "adcore/score/aggregation.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/score/extreme_probability.hpp"
#include "adcore/score/joint_probability.hpp"
#include "adcore/score/raw_score.hpp"

namespace adcore {

namespace {

/// A node scores a little less than a child that is as unlikely.
constexpr double kShare = 0.8;
/// Below the least double the score cannot rise, but the share does, up to 1 here: so floods still rank.
constexpr double kLogFloodOfAll = -100'000.0;
constexpr double kLogFloodOfFew = -1'500.0;

auto share_at(double log_probability, double log_flood) noexcept -> double {
  const double beyond = (kLogLeast - log_probability) / (kLogLeast - log_flood);
  return kShare + (1.0 - kShare) * std::clamp(beyond, 0.0, 1.0);
}

}  // namespace

auto aggregate(std::span<const double> log_probabilities, const AggregationStyle& style) noexcept -> Aggregation {
  const double joint = style.joint_weight > 0.0 ? log_joint_probability(log_probabilities) : 0.0;
  const double extreme = style.extreme_weight > 0.0
                             ? log_extreme_probability(log_probabilities, style.least_extremes, style.most_extremes)
                             : 0.0;
  const double mean = style.joint_weight * joint + style.extreme_weight * extreme;
  if (joint > kLogReported && extreme > kLogReported) return {0.0, mean};
  const double raw = style.joint_weight * share_at(joint, kLogFloodOfAll) * raw_score(joint) +
                     style.extreme_weight * share_at(extreme, kLogFloodOfFew) * raw_score(extreme);
  if (raw <= 0.0) return {0.0, mean};
  return {raw, log_probability_of_raw_score(std::min(raw / kShare, 100.0))};
}

}  // namespace adcore

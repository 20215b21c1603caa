// Many probabilities as one: what a node of the tree of results makes of its children.
#pragma once

#include <cstddef>
#include <span>

namespace adcore {

/// How much it counts that the children are unusual together, and how much that the m most unusual of them are, m being
/// `least_extremes` to `most_extremes`.
struct AggregationStyle {
  double joint_weight;
  double extreme_weight;
  std::size_t least_extremes;
  std::size_t most_extremes;
};

/// Of the members of a population: the most unusual one counts.
inline constexpr AggregationStyle kOfMembers{0.0, 1.0, 1, 1};
/// Of the series of a detector, or of the records of an influencer.
inline constexpr AggregationStyle kOfSeries{0.5, 0.5, 1, 5};
/// Of detectors.
inline constexpr AggregationStyle kOfDetectors{0.5, 0.5, 1, 1};

struct Aggregation {
  double raw_score;        ///< 0 to 100
  double log_probability;  ///< what it is worth as one probability; not below ln 2.2e-308 if raw_score > 0
};

/// One extreme child in a crowd is diluted, many mildly unusual ones add up. {0, 0} for no children.
[[nodiscard]] auto aggregate(std::span<const double> log_probabilities, const AggregationStyle& style) noexcept
    -> Aggregation;

}  // namespace adcore

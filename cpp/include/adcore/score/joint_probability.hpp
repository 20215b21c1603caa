// How unlikely a set of probabilities is as a whole.
#pragma once

#include <span>

namespace adcore {

/// ln of the probability that n independent uniform probabilities are together as unlikely as these: each is the two
/// tails of a standard normal, and the sum of their squares is chi-squared (the inverse normal method of Stouffer with
/// Fisher's squares): Q(n / 2, sum of z^2 / 2). Many mildly unusual ones are rarer than each of them. For one it is the
/// probability itself; 0 for none.
[[nodiscard]] auto log_joint_probability(std::span<const double> log_probabilities) noexcept -> double;

}  // namespace adcore

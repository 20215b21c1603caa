#include "adcore/score/extreme_probability.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "adcore/base/beta_tail.hpp"
#include "adcore/base/log_space.hpp"

namespace adcore {

namespace {

constexpr double kImpossible = -std::numeric_limits<double>::infinity();
/// How much the logarithm shrinks for having had several values to choose from; a convention of the field.
constexpr double kChoice = 2.1;
/// Below it a probability is no double any more, and events are so rare that two more of them do not count.
constexpr double kLogVanishing = -600.0;

/// For small k.
auto log_choose(double n, double k) noexcept -> double {
  double ways = 1.0;
  for (int i = 0; i < k; ++i) ways *= (n - i) / (i + 1.0);
  return std::log(ways);
}

/// k ln p, also where 0 events are impossible: 0^0 = 1.
auto power(double k, double log_p) noexcept -> double { return k > 0.0 ? k * log_p : 0.0; }

/// Exactly k of n.
auto log_exactly(double n, double k, double log_p) noexcept -> double {
  return log_choose(n, k) + power(k, log_p) + power(n - k, log_one_minus_exp(log_p));
}

/// At least k of n, k >= 1.
auto log_at_least(double n, double k, double log_p) noexcept -> double {
  if (k > n) return kImpossible;
  if (log_p < kLogVanishing) return log_choose(n, k) + k * log_p;
  return log_beta_lower_tail(k, n - k + 1.0, std::exp(log_p), -std::expm1(log_p));
}

/// ln of the chance to lie in (p, q], given that it is above p.
auto log_share_between(double log_p, double log_q) noexcept -> double {
  if (log_q <= log_p) return kImpossible;
  return std::min(0.0, log_q + log_one_minus_exp(log_p - log_q) - log_one_minus_exp(log_p));
}

/// ln of the chance that j of the values lie at or below p(i) and p(1) to p(i) are all met, by j. At j = m nothing can
/// fail any more: more than m count as m.
using Reached = std::array<double, kMostExtremes + 1>;

/// From p(i) to p(i + 1): each of the other values comes in by chance. All terms are positive, so nothing cancels.
auto step(const Reached& reached, const Extremes& extremes, std::size_t i) noexcept -> Reached {
  const std::size_t m = extremes.count;
  const double log_before = i == 0 ? kImpossible : extremes.smallest[i - 1];
  const double log_share = log_share_between(log_before, extremes.smallest[i]);
  Reached next;
  next.fill(kImpossible);
  next[m] = reached[m];
  for (std::size_t j = i; j < m; ++j) {
    const auto others = static_cast<double>(extremes.size - j);
    const auto missing = static_cast<double>(m - j);
    for (std::size_t k = std::max(j, i + 1); k < m; ++k) {
      const auto entering = static_cast<double>(k - j);
      next[k] = log_add_exp(next[k], reached[j] + log_exactly(others, entering, log_share));
    }
    next[m] = log_add_exp(next[m], reached[j] + log_at_least(others, missing, log_share));
  }
  return next;
}

}  // namespace

auto smallest_of(std::span<const double> log_probabilities, std::size_t count) noexcept -> Extremes {
  Extremes found;
  found.size = log_probabilities.size();
  const std::size_t wanted = std::min({count, found.size, kMostExtremes});
  for (const double value : log_probabilities) {
    if (found.count == wanted && (wanted == 0 || value >= found.smallest[wanted - 1])) continue;
    std::size_t place = found.count < wanted ? found.count++ : wanted - 1;
    for (; place > 0 && value < found.smallest[place - 1]; --place) found.smallest[place] = found.smallest[place - 1];
    found.smallest[place] = std::min(value, 0.0);
  }
  return found;
}

auto log_extreme_probability(const Extremes& extremes) noexcept -> double {
  if (extremes.count == 0) return 0.0;
  Reached reached;
  reached.fill(kImpossible);
  reached[0] = 0.0;
  for (std::size_t i = 0; i < extremes.count; ++i) reached = step(reached, extremes, i);
  return reached[extremes.count];
}

auto log_extreme_probability(std::span<const double> log_probabilities, std::size_t least, std::size_t most) noexcept
    -> double {
  Extremes extremes = smallest_of(log_probabilities, most);
  double log_least = 0.0;
  for (std::size_t m = std::min(least, extremes.count); m <= extremes.count && m > 0; ++m) {
    const Extremes first{.smallest = extremes.smallest, .count = m, .size = extremes.size};
    log_least =
        std::min(log_least, log_extreme_probability(first) / (1.0 + std::log(static_cast<double>(m)) / kChoice));
  }
  return log_least;
}

}  // namespace adcore

#include "adcore/score/ceilings.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "adcore/base/beta_quantile.hpp"
#include "adcore/score/raw_score.hpp"

namespace adcore {

namespace {

struct Knot {
  double percentile;
  double score;
};
constexpr Knot kKnots[] = {{0, 0}, {70, 1}, {85, 1.2}, {90, 1.5}, {95, 3}, {97, 20}, {99, 50}, {99.9, 90}, {100, 100}};

constexpr double kLowerQuantile = 0.15;
constexpr double kUpperQuantile = 0.85;
/// With this much added to both sides the median of a fraction is about the fraction seen.
constexpr double kPriorCount = 1.0 / 3.0;

constexpr double kLogAbsoluteRange = -6.214608098422191;  // ln 0.002: from 0.05 to 1e-4

}  // namespace

auto noise_ceiling(double raw_score, double median, double fraction_of_zeros) noexcept -> double {
  const double clear = std::max(1.0 + 10.0 * (raw_score - median), 0.0);
  // The fraction counts from either side, at most as 1.
  const double quiet = std::min(2.0 * fraction_of_zeros, 1.0);
  return clear + 100.0 * std::max(2.0 * quiet - 1.0, 0.0);
}

auto score_of_percentile(double percentile) noexcept -> double {
  const auto* above = std::find_if(std::begin(kKnots) + 1, std::end(kKnots) - 1,
                                   [=](const Knot& knot) { return percentile <= knot.percentile; });
  const Knot& from = *(above - 1);
  return std::lerp(from.score, above->score, (percentile - from.percentile) / (above->percentile - from.percentile));
}

auto rank_ceiling(double count, double lower) noexcept -> double {
  const double a = lower + kPriorCount;
  const double b = count - lower + kPriorCount;
  return 0.5 * (score_of_percentile(100.0 * beta_quantile(a, b, kLowerQuantile)) +
                score_of_percentile(100.0 * beta_quantile(a, b, kUpperQuantile)));
}

auto largest_ceiling(double ratio) noexcept -> double { return 100.0 * std::min(1.5 * ratio, 0.5 + 0.5 * ratio); }

auto absolute_ceiling(double log_probability) noexcept -> double {
  const double share = (log_probability - kLogInsignificant) / kLogAbsoluteRange;
  return std::clamp(100.0 * (0.95 * share + 0.05), 0.0, 100.0);
}

}  // namespace adcore

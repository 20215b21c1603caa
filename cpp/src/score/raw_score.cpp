#include "adcore/score/raw_score.hpp"

#include <algorithm>
#include <cmath>

namespace adcore {

namespace {

constexpr double kLogTiny = -115.12925464970229;    // ln 1e-50
constexpr double kLogOfZero = -0.6443570163905132;  // ln ((1 + 0.05) / 2)
/// 1 / 0.05 and the way from there to 1 / 1e-4.
constexpr double kFirstOdds = 20.0;
constexpr double kOddsRange = 9980.0;
/// Scores at p = 1e-4 and at p = 1e-50, and how far they rise from one to the next.
constexpr double kFirst = 1.0;
constexpr double kHalf = 50.0;

/// Where x lies on the way from `from` to `to`.
auto share(double x, double from, double to) noexcept -> double { return (x - from) / (to - from); }

}  // namespace

auto raw_score(double log_probability) noexcept -> double {
  if (log_probability >= kLogInsignificant) return 0.0;
  if (log_probability >= kLogHighlyUnusual) return (1.0 / std::exp(log_probability) - kFirstOdds) / kOddsRange;
  if (log_probability >= kLogTiny) {
    return kFirst + (kHalf - kFirst) * share(log_probability, kLogHighlyUnusual, kLogTiny);
  }
  return kHalf + kHalf * share(std::max(log_probability, kLogLeast), kLogTiny, kLogLeast);
}

auto log_probability_of_raw_score(double score) noexcept -> double {
  if (score <= 0.0) return kLogOfZero;
  if (score <= kFirst) return -std::log(kFirstOdds + score * kOddsRange);
  if (score <= kHalf) return std::lerp(kLogHighlyUnusual, kLogTiny, share(score, kFirst, kHalf));
  return std::lerp(kLogTiny, kLogLeast, share(std::min(score, 100.0), kHalf, 2.0 * kHalf));
}

}  // namespace adcore

#include "adcore/series/score_tail.hpp"

#include <algorithm>
#include <limits>

#include "adcore/base/normal_tail.hpp"

namespace adcore {

namespace {

constexpr double kTailNeeded = 200;
constexpr double kEdgeNeeded = 30;
constexpr double kKept = 1 - 1.0 / 3000;
constexpr double kEdge = 1.2815515655446004;  // deviations; a tenth of a normal lies beyond
constexpr double kLogTenth = -2.302585092994046;
constexpr double kPriorShare = 0.1;
constexpr double kTailPriorCount = 100;  // scores, as if they had been normal
constexpr double kPriorExcess = 0.4;     // deviations, of a normal beyond the edge
// That a score was beyond all measure does not make the next one usual.
constexpr double kMostTailExcess = 4;  // mean excesses
// Scores of windows that overlap: so many of them say what one does.
constexpr double kOverlap = 4;

}  // namespace

auto ScoreTail::edge() const noexcept -> double {
  return all_.mean + kEdge * std::sqrt(static_cast<double>(all_.variance));
}

auto ScoreTail::share() const noexcept -> double {
  return (beyond_.count + kPriorShare * kTailPriorCount) / (judged_ + kTailPriorCount);
}

auto ScoreTail::excess() const noexcept -> double {
  const double prior = kPriorShare * kTailPriorCount;
  const double usual = kPriorExcess * std::sqrt(static_cast<double>(all_.variance));
  return (beyond_.count * static_cast<double>(beyond_.mean) + prior * usual) / (beyond_.count + prior);
}

auto ScoreTail::log_tail(double score) const noexcept -> double {
  if (all_.count < kTailNeeded || !(all_.variance > 0)) return std::numeric_limits<double>::quiet_NaN();
  const double beyond = score - edge();
  if (beyond <= 0) {
    const double deviations = (score - all_.mean) / std::sqrt(static_cast<double>(all_.variance));
    return log_normal_upper_tail(deviations) / kLogTenth * std::log(share());
  }
  // What is still unknown of the mean excess makes it Pareto's.
  const double count = (beyond_.count + kPriorShare * kTailPriorCount) / kOverlap;
  return std::log(share()) - count * std::log1p(beyond / (count * excess()));
}

void ScoreTail::learn(double score, double weight) noexcept {
  if (all_.count >= kEdgeNeeded) {
    const double beyond = score - edge();
    judged_ = static_cast<float>(judged_ * kKept + weight);
    beyond_.count *= static_cast<float>(kKept);
    if (beyond > 0) beyond_.learn(std::min(beyond, kMostTailExcess * excess()), weight, 1);
  }
  all_.learn(score, weight, kKept);
}

}  // namespace adcore

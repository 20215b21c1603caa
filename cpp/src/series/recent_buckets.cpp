#include "adcore/series/recent_buckets.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/base/log_space.hpp"

namespace adcore {

namespace {

constexpr double kWeightPerBucket = 0.9;
// Means of overlapping windows: each says little that the last did not.
constexpr double kNews = 0.2;
constexpr double kMostHeavyEvidence = 3;
constexpr double kHeavyForgotten = 1.0 / 500;
constexpr double kMostLogOdds = 30;
constexpr double kMostRecentScore = 8;

auto bounded_score(double score) noexcept -> double { return std::clamp(score, -kMostRecentScore, kMostRecentScore); }

auto as_residual(double mean) noexcept -> Residual { return {.value = mean, .resolution = 0.2}; }

}  // namespace

auto RecentBuckets::known_with_next() const noexcept -> int {
  return 1 + static_cast<int>(std::count_if(scores_.begin() + 1, scores_.end(), [](float s) { return s < kUnknown; }));
}

auto RecentBuckets::mean_with(double score) const noexcept -> double {
  if (known_with_next() < kNeeded) return NAN;
  double sum = bounded_score(score);
  double weights = 1;
  double weight = 1;
  for (std::size_t i = kBuckets; --i > 0;) {
    weight *= kWeightPerBucket;
    if (scores_[i] == kUnknown) continue;
    sum += weight * scores_[i];
    weights += weight;
  }
  return sum / weights;
}

auto RecentBuckets::tails(double mean) const noexcept -> LogTails {
  const auto r = as_residual(mean);
  const auto normal = normal_.tails(r);
  const auto heavy = heavy_.tails(r);
  const double odds = std::exp(std::clamp(static_cast<double>(log_heavy_), -kMostLogOdds, kMostLogOdds));
  const double log_heavy = std::log(odds / (1 + odds));
  const double log_normal = -std::log1p(odds);
  const auto mix = [&](double a, double b) { return std::min(0.0, log_add_exp(log_normal + a, log_heavy + b)); };
  return {mix(normal.lower, heavy.lower), mix(normal.upper, heavy.upper), mix(normal.both, heavy.both)};
}

void RecentBuckets::learn(double score, double trust, double kept) noexcept {
  const double mean = mean_with(score);
  push(static_cast<float>(bounded_score(score)));
  if (std::isnan(mean)) return;
  const auto r = as_residual(mean);
  const double evidence =
      std::clamp(heavy_.log_density(r) - normal_.log_density(r), -kMostHeavyEvidence, kMostHeavyEvidence);
  log_heavy_ = static_cast<float>(log_heavy_ * (1 - kNews * kHeavyForgotten) + kNews * evidence);
  normal_.learn(r, kNews * trust, kept);
  heavy_.learn(r, kNews, kept);
}

void RecentBuckets::skip(std::int64_t buckets) noexcept {
  for (auto left = std::min<std::int64_t>(buckets, kBuckets); left > 0; --left) push(kUnknown);
}

void RecentBuckets::push(float score) noexcept {
  std::move(scores_.begin() + 1, scores_.end(), scores_.begin());
  scores_.back() = score;
}

auto RecentBuckets::is_possible() const noexcept -> bool {
  return normal_.is_possible() && heavy_.is_possible() && std::isfinite(log_heavy_) &&
         std::all_of(scores_.begin(), scores_.end(),
                     [](float s) { return s == kUnknown || std::abs(s) <= kMostRecentScore; });
}

}  // namespace adcore

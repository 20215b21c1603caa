#include "adcore/score/score_scale.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "adcore/score/ceilings.hpp"
#include "adcore/score/raw_score.hpp"

namespace adcore {

namespace {

constexpr double kHighestScore = 100.0;

}  // namespace

ScoreScale::ScoreScale(const Normalizer& normalizer)
    : normalizer_(&normalizer),
      rank_ceilings_(HistogramBins::bin_of(Normalizer::quantile_key(kHighestScore)) + 1,
                     std::numeric_limits<double>::quiet_NaN()) {
  const QuantileHistogram& quantiles = normalizer.quantiles();
  if (quantiles.total() <= 0.0) return;
  median_ = std::floor(quantiles.value_at(0.5 * quantiles.total())) / 1000.0;
  fraction_of_zeros_ = quantiles.like(0) / quantiles.total();
}

auto ScoreScale::rank_ceiling_at(double raw) -> double {
  const std::uint32_t key = Normalizer::quantile_key(raw);
  double& known = rank_ceilings_[HistogramBins::bin_of(key)];
  if (std::isnan(known)) {
    const QuantileHistogram& quantiles = normalizer_->quantiles();
    known = rank_ceiling(quantiles.total(), std::min(quantiles.below(key), quantiles.total()));
  }
  return known;
}

auto ScoreScale::score(std::uint64_t scope, double log_probability) -> double {
  const double raw = reported_score(log_probability);
  if (!(raw > 0.0)) return 0.0;
  const double largest = normalizer_->largest(scope);
  const double ceiling = std::min(absolute_ceiling(log_probability), noise_ceiling(raw, median_, fraction_of_zeros_));
  const double measured = largest > 0.0 ? largest_ceiling(raw / largest) : kHighestScore;
  return std::min({ceiling, measured, rank_ceiling_at(raw), kHighestScore});
}

}  // namespace adcore

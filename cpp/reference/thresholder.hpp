// The threshold of the field (AWS random cut forest 4.3), formula by formula, over all scores seen.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "adcore/detect/thresholder.hpp"
#include "reference/discounted.hpp"

namespace adcore::reference {

class Thresholder {
 public:
  explicit Thresholder(const ThresholderConfig& config) : config_(config) {}

  void learn(double score, double corrected) {
    scores_.push_back(score);
    corrected_.push_back(corrected);
  }

  [[nodiscard]] auto judge(double score) const -> Verdict {
    const auto n = static_cast<double>(scores_.size());
    const Known known = replay();
    const double phi = n < 10 ? 0 : std::min(1.0, (n - 10) / 10);
    const bool quiet = known.mean < 0.9;
    const double z =
        std::max(2.0, config_.transformed && quiet ? config_.z_factor * known.mean / 0.9 : config_.z_factor);
    double absolute = config_.lower_threshold.value_or(0.8);
    const bool follows = !config_.lower_threshold && config_.auto_adjust && phi >= 1 && quiet;
    if (follows) absolute = 0.8 * known.mean / 0.9;
    if (n < 10) return early(score, absolute);
    const double sigma = (z - 1) * long_term(known) + known.deviation;
    const double threshold = std::max(absolute, phi * (known.mean + sigma) + (1 - phi) * config_.initial_threshold);
    if (score < threshold) return {threshold, 0};
    const double t = sigma > 0 ? std::min(z, (score - threshold) / (sigma / z)) / z : 1;
    return {threshold, std::min(1.0, std::floor(20 * t) / 16)};
  }

 private:
  struct Known {
    double mean, deviation, differences, below;
  };

  [[nodiscard]] auto early(double score, double absolute) const -> Verdict {
    const double threshold = std::max(config_.initial_threshold, absolute);
    const double t = std::min(1.0, std::max(0.0, (score - absolute) / absolute));
    return {threshold, score < threshold ? 0 : std::min(1.0, std::floor(20 * t) / 16)};
  }

  [[nodiscard]] auto long_term(const Known& known) const -> double {
    const double lower = std::sqrt(2.0) * known.below;
    if (!config_.dependent_scores) return std::min(lower, known.deviation);
    const double first = std::min(known.deviation, std::max(known.differences, lower));
    return config_.score_differencing * first + (1 - config_.score_differencing) * known.differences;
  }

  [[nodiscard]] auto replay() const -> Known {
    Discounted scores(config_.time_decay);
    Discounted differences(config_.anomaly_rate);
    Discounted below(config_.time_decay / 2);
    double last = 0;
    for (std::size_t k = 0; k < scores_.size(); ++k) {
      const double bounded = std::min(scores_[k], 2.0);
      if (scores.mean() > bounded) below.update(scores.mean() - bounded);
      scores.update(bounded);
      differences.update(corrected_[k] - last);
      if (config_.shingled) last = scores_[k];
    }
    return {scores.mean(), scores.standard_deviation(), differences.standard_deviation(), below.standard_deviation()};
  }

  ThresholderConfig config_;
  std::vector<double> scores_;
  std::vector<double> corrected_;
};

}  // namespace adcore::reference

#include "adcore/detect/thresholder.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace adcore {

namespace {

constexpr double kDefaultLowerThreshold = 0.8;
/// A mean score below this is that of a quiet series: factor and threshold go down with it.
constexpr double kQuietMean = 0.9;
constexpr double kLeastZFactor = 2;
/// Scores enter the statistics as at most this: an anomaly must not raise the threshold for the next.
constexpr double kMostLearned = 2;

/// 16 grades; the fifth of the way that is left out makes grade 1 a matter of 0.8 of the distance.
auto to_grade(double surprise) noexcept -> double { return std::min(1.0, std::floor(surprise * 20) / 16); }

}  // namespace

Thresholder::Thresholder(const ThresholderConfig& config)
    : config_(config), scores_(config.time_decay), differences_(config.anomaly_rate), below_(config.time_decay / 2) {}

auto Thresholder::trust() const noexcept -> double {
  if (count_ < kMinimumScores) return 0;
  return std::min(1.0, static_cast<double>(count_ - kMinimumScores) / static_cast<double>(kMinimumScores));
}

auto Thresholder::adjusted_factor() const noexcept -> double {
  const bool quiet = config_.transformed && mean() < kQuietMean;
  return std::max(kLeastZFactor, quiet ? config_.z_factor * mean() / kQuietMean : config_.z_factor);
}

auto Thresholder::lower_threshold() const noexcept -> double {
  if (config_.lower_threshold) return *config_.lower_threshold;
  const bool follows = config_.auto_adjust && trust() >= 1 && mean() < kQuietMean;
  return follows ? kDefaultLowerThreshold * mean() / kQuietMean : kDefaultLowerThreshold;
}

auto Thresholder::long_term_deviation() const noexcept -> double {
  const double all = scores_.standard_deviation();
  // Scores below the mean are free of anomalies; the factor makes up for the missing half.
  const double lower = std::numbers::sqrt2 * below_.standard_deviation();
  if (!config_.dependent_scores) return std::min(lower, all);
  const double recent = differences_.standard_deviation();
  const double share = config_.score_differencing;
  return share * std::min(all, std::max(recent, lower)) + (1 - share) * recent;
}

auto Thresholder::early_grade(double score) const noexcept -> double {
  const double lower = lower_threshold();
  return lower > 0 ? to_grade(std::clamp((score - lower) / lower, 0.0, 1.0)) : 1.0;
}

auto Thresholder::judge(double score) const noexcept -> Verdict {
  const double lower = lower_threshold();
  if (!is_ready()) {
    const double threshold = std::max(config_.initial_threshold, lower);
    return {threshold, score >= threshold ? early_grade(score) : 0.0};
  }
  const double factor = adjusted_factor();
  const double spread = (factor - 1) * long_term_deviation() + scores_.standard_deviation();
  const double known = trust();
  const double threshold = std::max(lower, known * (mean() + spread) + (1 - known) * config_.initial_threshold);
  if (score < threshold || threshold <= 0) return {threshold, 0};
  const double surprise = spread > 0 ? std::min(1.0, (score - threshold) / spread) : 1.0;
  return {threshold, to_grade(surprise)};
}

void Thresholder::learn(double score, double corrected) noexcept {
  const double bounded = std::min(score, kMostLearned);
  if (bounded < mean()) below_.update(mean() - bounded);
  scores_.update(bounded);
  differences_.update(corrected - last_score_);
  if (config_.shingled) last_score_ = score;
  ++count_;
}

void Thresholder::set_time_decay(double time_decay) noexcept {
  config_.time_decay = time_decay;
  scores_.set_discount(time_decay);
  below_.set_discount(time_decay / 2);
}

void Thresholder::write(ByteWriter& out) const {
  scores_.write(out);
  differences_.write(out);
  below_.write(out);
  out.put(last_score_);
  out.put_count(count_);
}

void Thresholder::read(ByteReader& in) {
  scores_.read(in);
  differences_.read(in);
  below_.read(in);
  last_score_ = in.get<double>();
  count_ = in.get_count(~std::uint64_t{0});
  check();
}

void Thresholder::check() const {
  for (const auto* known : {&scores_, &differences_, &below_}) known->check();
  if (!std::isfinite(last_score_) || last_score_ < 0) throw_snapshot("a last score that cannot be");
}

}  // namespace adcore

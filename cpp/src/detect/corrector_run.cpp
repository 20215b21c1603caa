// Runs of anomalies: is one more of them news, is it a drift, was it reported before?
#include <algorithm>
#include <cmath>

#include "adcore/detect/corrector.hpp"

namespace adcore {

namespace {

/// Anomalies in a row before they can be a drift.
constexpr std::uint32_t kRunAllowed = 2;

}  // namespace

auto Corrector::is_rising(double score, const Verdict& verdict) const noexcept -> bool {
  if (!has_last_) return false;
  if (score > last_score_) return true;
  // A run of anomalies must tower ever higher above the threshold to go on being one.
  const auto memory = static_cast<double>(2 * std::max<std::size_t>(10, shingle_size_));
  const double discount = 1 + std::max(0.2, static_cast<double>(run_length_) / memory);
  return last_score_ - last_threshold_ > score - std::max(verdict.threshold, last_threshold_) * discount;
}

void Corrector::judge_run(const Candidate& candidate, Ruling& ruling) {
  if (auto_adjust_) {
    const std::size_t newest = dimensions_ - block_;
    for (std::size_t i = 0; i < block_; ++i) {
      run_actual_[i].update(candidate.point[newest + i]);
      if (!ruling.expected.empty()) run_expected_[i].update(ruling.expected[newest + i]);
    }
    if (run_length_ > kRunAllowed && ruling.grade > 0 && is_drift(candidate, ruling)) {
      ruling.grade = 0;
      ruling.correction = Correction::data_drift;
    }
  }
  if (alert_once_ && ruling.grade > 0 && run_length_ > 0 && gap(candidate.step) < shingle_size_) {
    ruling.grade = 0;
    ruling.correction = Correction::alert_once;
  }
}

auto Corrector::is_drift(const Candidate& candidate, const Ruling& ruling) const noexcept -> bool {
  const std::size_t newest = dimensions_ - block_;
  for (std::size_t i = 0; i < block_; ++i) {
    const auto& actual = run_actual_[i];
    const double scale = candidate.frame.scale[i];
    const double noise = scale == 0 ? 0.0 : noise_factor_ * candidate.frame.step_deviation[i] / scale;
    const double away = std::abs(actual.mean() - static_cast<double>(candidate.point[newest + i]));
    if (away >= std::max(2 * actual.standard_deviation(), noise)) return false;
    if (ruling.expected.empty()) continue;
    // A forecast cannot be more accurate than the values it follows.
    const auto& expected = run_expected_[i];
    const double spread = std::max(expected.standard_deviation(), actual.standard_deviation());
    const double bound = 2 * spread + 0.1 * std::abs(actual.mean() - expected.mean());
    if (std::abs(expected.mean() - static_cast<double>(ruling.expected[newest + i])) >= bound) return false;
  }
  return true;
}

void Corrector::set_time_decay(double time_decay) noexcept {
  for (auto* run : {&run_actual_, &run_expected_}) {
    for (auto& value : *run) value.set_discount(time_decay);
  }
}

void Corrector::close_run(const Ruling& ruling) noexcept {
  if (ruling.grade > 0 || (ruling.correction != Correction::none && run_length_ > 0)) {
    run_length_ = std::min(run_length_ + 1, kLongestRun);
    return;
  }
  if (ruling.correction != Correction::none) return;  // cannot start a run, only go on with one
  run_length_ = 0;
  for (auto* run : {&run_actual_, &run_expected_}) {
    for (auto& value : *run) value.reset();
  }
}

}  // namespace adcore

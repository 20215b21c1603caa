#include "adcore/detect/corrector.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "adcore/detect/transform.hpp"

namespace adcore {

namespace {

/// Less of a change to the newest rows than this part of the last anomaly's score is its echo.
constexpr double kEchoFraction = 0.3;
/// And what is new, extrapolated to a whole shingle, must clear the threshold by this factor.
constexpr double kClearance = 1.2;
/// A value with less than this part of a row's attribution is not to blame.
constexpr double kBlameFraction = 0.1;
/// Neighbours within this multiple of the mean distance are near.
constexpr double kNearFactor = 1.1;

auto share(const Attribution& attribution, std::size_t dimension) noexcept -> double {
  return attribution.high[dimension] + attribution.low[dimension];
}

/// The nearest value the forest takes.
auto to_forest(double value) noexcept -> float {
  return static_cast<float>(std::clamp(value, -kMaximumTransformed, kMaximumTransformed));
}

void rescale(Attribution& attribution, double total) {
  const double sum = attribution.total();
  if (sum > 0) attribution.scale(total / sum);
}

}  // namespace

Corrector::Corrector(const ThresholdedForestConfig& config)
    : shingle_size_(config.forest.shingle_size),
      block_(config.forest_config().input_dimensions),
      dimensions_(config.forest_config().dimensions()),
      transform_decay_(config.resolved_transform_decay()),
      time_augmented_(config.mode == Mode::time_augmented),
      auto_adjust_(config.auto_adjust),
      alert_once_(config.alert_once),
      noise_factor_(config.noise_factor),
      sampling_support_(config.sampling_support),
      maximum_attributors_(config.maximum_attributors),
      ignore_above_(config.ignore_near_expected_above),
      ignore_below_(config.ignore_near_expected_below),
      ignore_above_ratio_(config.ignore_near_expected_above_by_ratio),
      ignore_below_ratio_(config.ignore_near_expected_below_by_ratio),
      run_actual_(auto_adjust_ ? block_ : 0, Deviation(config.forest.resolved_time_decay())),
      run_expected_(run_actual_) {
  for (auto* column : {&ignore_above_, &ignore_below_, &ignore_above_ratio_, &ignore_below_ratio_}) {
    column->resize(block_, 0.0);  // unset columns, and the time column, ignore nothing
  }
}

void Corrector::pass(double score, const Verdict& verdict) noexcept {
  has_last_ = true;
  last_score_ = score;
  last_threshold_ = verdict.threshold;
  close_run(Ruling{});
}

auto Corrector::examine(const Candidate& candidate) -> Ruling {
  Ruling ruling;
  ruling.grade = candidate.verdict.grade;
  ruling.corrected_score = candidate.score;
  const bool rising = is_rising(candidate.score, candidate.verdict);
  const auto corrected = corrected_point(candidate.point, candidate.step, candidate.frame);
  if (is_flat(corrected, candidate.frame)) {
    ruling.grade = 0;
    ruling.correction = Correction::noise;
  } else {
    judge_point(candidate, corrected, ruling);
  }
  if (rising) judge_run(candidate, ruling);
  if (ruling.grade > 0) {
    rescale(ruling.attribution, candidate.score);
    remember(candidate, ruling);
  } else {
    ruling.corrected_score = candidate.score;
  }
  close_run(ruling);
  has_last_ = true;
  last_score_ = candidate.score;
  last_threshold_ = candidate.verdict.threshold;
  return ruling;
}

auto Corrector::gap(std::uint64_t step) const noexcept -> std::uint64_t {
  return past_.exists && step >= past_.step ? step - past_.step : std::numeric_limits<std::uint64_t>::max();
}

auto Corrector::corrected_point(std::span<const float> point, std::uint64_t step, const Frame& frame) const
    -> std::vector<float> {
  std::vector<float> corrected(point.begin(), point.end());
  const std::uint64_t rows = gap(step);
  if (!past_.expected.empty() && rows <= shingle_size_) replace_past(corrected, rows, frame);
  if (!past_.mean_moved.empty()) unshift(corrected, rows, frame);
  return corrected;
}

void Corrector::replace_past(std::vector<float>& corrected, std::uint64_t rows, const Frame& frame) const {
  const std::size_t moved = rows * block_;
  const auto& expected = past_.expected;
  if (rows < shingle_size_) {
    std::copy(expected.begin() + static_cast<std::ptrdiff_t>(moved), expected.end(), corrected.begin());
  }
  if (past_.relative_index != 0 || rows == 0) return;
  // After a spike a difference goes back by what it went forth, and so does the time column; after a new level it
  // does not. What went forth is carried to the row after where that brings it nearer to the usual.
  const std::size_t newest = dimensions_ - block_;
  for (std::size_t i = 0; i < block_; ++i) {
    const bool carried = frame.differenced || (time_augmented_ && i + 1 == block_);
    if (!carried || frame.scale[i] == 0) continue;
    const double forth = past_.scale[i] * static_cast<double>(past_.point[newest + i] - expected[newest + i]);
    float& after = corrected[dimensions_ - moved + i];
    const float back = to_forest(static_cast<double>(after) + forth / frame.scale[i]);
    if (std::abs(back) < std::abs(after)) after = back;
  }
}

void Corrector::unshift(std::vector<float>& corrected, std::uint64_t rows, const Frame& frame) const {
  const double kept = std::exp(-static_cast<double>(rows) * transform_decay_);
  const std::size_t first = dimensions_ - std::min<std::uint64_t>(rows, shingle_size_) * block_;
  for (std::size_t i = 0; i < past_.mean_moved.size(); ++i) {
    const double moved = past_.mean_moved[i] * kept;
    if (frame.scale[i] == 0 || std::abs(moved) <= frame.precision[i]) continue;
    const double by = moved / frame.scale[i];
    for (std::size_t at = first + i; at < dimensions_; at += block_) {
      corrected[at] = to_forest(static_cast<double>(corrected[at]) + by);
    }
  }
}

auto Corrector::is_flat(std::span<const float> point, const Frame& frame) const noexcept -> bool {
  for (std::size_t at = 0; at < point.size(); ++at) {
    const std::size_t i = at % block_;
    const double away = std::abs(static_cast<double>(point[at]) * frame.scale[i] - frame.centre[i]);
    if (frame.scale[i] != 0 && away > frame.precision[i]) return false;
  }
  return true;
}

void Corrector::judge_point(const Candidate& candidate, std::span<const float> corrected, Ruling& ruling) const {
  const std::uint64_t rows = gap(candidate.step);
  const bool unchanged = std::equal(corrected.begin(), corrected.end(), candidate.point.begin());
  ruling.corrected_score = unchanged ? candidate.score : candidate.forest.score(corrected);
  const auto overrule = [&](Correction correction) {
    ruling.grade = 0;
    ruling.correction = correction;
  };
  if (ruling.corrected_score <= candidate.verdict.threshold) {
    return overrule(rows < 2 * shingle_size_ ? Correction::anomaly_in_shingle : Correction::noise);
  }

  ruling.attribution = candidate.forest.attribution(corrected);
  const std::size_t first = rows >= shingle_size_ ? 0 : shingle_size_ - static_cast<std::size_t>(rows);
  const std::size_t block = blamed_block(ruling.attribution, first);
  ruling.relative_index = static_cast<std::int32_t>(block) - static_cast<std::int32_t>(shingle_size_ - 1);
  const auto near = tolerance(candidate, block);
  ruling.blamed = blamed_values(ruling.attribution, block);
  if (!ruling.blamed.empty()) ruling.expected = candidate.forest.impute(corrected, ruling.blamed).value;
  if (!ruling.expected.empty() && rows < shingle_size_) {
    const auto ideal = candidate.forest.attribution(ruling.expected);
    ruling.corrected_score = ideal.total();
    if (!is_new(ruling.attribution, ideal, rows, candidate.verdict.threshold)) {
      return overrule(Correction::anomaly_in_shingle);
    }
  }
  if (auto_adjust_ && is_usual_here(candidate, near, block, corrected)) {
    return overrule(Correction::conditional_forecast);
  }
  if (!ruling.expected.empty() && is_within(near, candidate, block, ruling.expected)) {
    overrule(Correction::forecast);
  }
}

auto Corrector::blamed_block(const Attribution& attribution, std::size_t first) const noexcept -> std::size_t {
  std::size_t blamed = first;
  double most = -1;
  for (std::size_t block = first; block < shingle_size_; ++block) {
    double sum = 0;
    for (std::size_t i = 0; i < block_; ++i) sum += share(attribution, block * block_ + i);
    if (sum > most) {
      most = sum;
      blamed = block;
    }
  }
  return blamed;
}

auto Corrector::blamed_values(const Attribution& attribution, std::size_t block) const -> std::vector<std::uint32_t> {
  const std::size_t start = block * block_;
  double sum = 0;
  for (std::size_t i = 0; i < block_; ++i) sum += share(attribution, start + i);
  const double counted = std::min(kBlameFraction * sum, kBlameFraction);
  std::size_t attributors = 0;
  std::vector<std::uint32_t> blamed;
  for (std::size_t i = 0; i < block_; ++i) {
    const double own = share(attribution, start + i);
    if (own >= counted) ++attributors;
    if (block_ == 1 || own > kBlameFraction * sum) blamed.push_back(static_cast<std::uint32_t>(start + i));
  }
  // What is left must be able to say something about what is replaced.
  const std::size_t most = std::max<std::size_t>(1, dimensions_ / 2);
  if (block_ > 1 && attributors > maximum_attributors_) blamed.clear();
  if (blamed.size() > most) blamed.clear();
  return blamed;
}

auto Corrector::is_new(const Attribution& found, const Attribution& ideal, std::uint64_t rows,
                       double threshold) const noexcept -> bool {
  const std::size_t newest = static_cast<std::size_t>(rows) * block_;
  double difference = 0;
  for (std::size_t i = dimensions_ - newest; i < dimensions_; ++i) {
    difference += std::abs(found.high[i] - ideal.high[i]) + std::abs(found.low[i] - ideal.low[i]);
  }
  const double whole = difference * static_cast<double>(dimensions_) / static_cast<double>(newest);
  return difference > kEchoFraction * past_.score && whole > kClearance * threshold;
}

auto Corrector::tolerance(const Candidate& candidate, std::size_t block) const -> Tolerance {
  const Frame& frame = candidate.frame;
  Tolerance near{std::vector<double>(block_), std::vector<double>(block_)};
  for (std::size_t i = 0; i < block_; ++i) {
    const double at = candidate.point[block * block_ + i];
    const double magnitude = std::abs(frame.scale[i] * at + frame.shift[i]);
    const double path = frame.scale[i] * path_deviation(candidate.point, block, i, frame.differenced);
    const double noise = std::max(path, noise_factor_ * frame.step_deviation[i]) + frame.precision[i];
    near.above[i] = std::max({ignore_above_[i], ignore_above_ratio_[i] * magnitude, noise});
    near.below[i] = std::max({ignore_below_[i], ignore_below_ratio_[i] * magnitude, noise});
  }
  return near;
}

auto Corrector::path_deviation(std::span<const float> point, std::size_t block, std::size_t i,
                               bool differenced) const noexcept -> double {
  double sum = 0;
  std::size_t steps = 0;
  for (std::size_t at = block * block_ + i; at + block_ < dimensions_; at += block_) {
    sum += std::abs(static_cast<double>(point[at]) - (differenced ? 0.0 : static_cast<double>(point[at + block_])));
    ++steps;
  }
  return steps == 0 ? 0 : sum / static_cast<double>(steps);
}

auto Corrector::is_within(const Tolerance& near, const Candidate& candidate, std::size_t block,
                          std::span<const float> other) const noexcept -> bool {
  for (std::size_t i = 0; i < block_; ++i) {
    const std::size_t at = block * block_ + i;
    const double away =
        candidate.frame.scale[i] * (static_cast<double>(candidate.point[at]) - static_cast<double>(other[at]));
    if (away > near.above[i] || -away > near.below[i]) return false;
  }
  return true;
}

auto Corrector::is_usual_here(const Candidate& candidate, const Tolerance& near, std::size_t block,
                              std::span<const float> corrected) const -> bool {
  const auto neighbors = candidate.forest.near_neighbors(corrected, std::numeric_limits<double>::infinity());
  double mean_distance = 0;
  for (const auto& neighbor : neighbors) mean_distance += neighbor.distance / static_cast<double>(neighbors.size());
  double trees = 0;
  for (const auto& neighbor : neighbors) {
    const bool close = neighbor.distance < kNearFactor * mean_distance;
    if (close && is_within(near, candidate, block, neighbor.point)) trees += static_cast<double>(neighbor.trees);
  }
  return trees > 0 && trees >= sampling_support_ * static_cast<double>(candidate.forest.config().number_of_trees);
}

void Corrector::remember(const Candidate& candidate, const Ruling& ruling) {
  past_.exists = true;
  past_.step = candidate.step;
  past_.relative_index = ruling.relative_index;
  past_.score = candidate.score;
  past_.point.assign(candidate.point.begin(), candidate.point.end());
  past_.expected = ruling.expected;
  past_.scale = candidate.frame.scale;
  past_.mean_moved.clear();
}

void Corrector::note_shift(std::span<const double> before, std::span<const double> after) {
  past_.mean_moved.resize(before.size());
  std::transform(after.begin(), after.end(), before.begin(), past_.mean_moved.begin(), std::minus<>());
}

}  // namespace adcore

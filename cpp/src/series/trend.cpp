#include "adcore/series/trend.hpp"

#include <algorithm>
#include <cmath>

#include "series/to_float.hpp"

namespace adcore {

namespace {

constexpr double kHour = 3'600'000;
constexpr double kDay = 24 * kHour;
constexpr std::array<double, Trend::kSmoothers> kMemoryTimes = {8 * kHour, 2 * kDay, 7 * kDay, 30 * kDay};
constexpr std::array<double, Trend::kSmoothers> kLeastMemories = {12, 36, 100, 300};
// The variance of a line's end is spread over half a memory: below that a slope is mostly noise.
constexpr double kRidge = 0.02;
// A level that was set may be corrected soon.
constexpr double kRestartWeight = 0.15;
// Who follows more has to show more for it: it follows anomalies too.
constexpr std::array<double, Trend::kSmoothers> kHandicaps = {1.06, 1.03, 1.01, 1};
constexpr std::size_t kWeek = 2;
constexpr double kErrorMemory = 100;
constexpr double kTolerance = 9;

}  // namespace

auto LineSmoother::line(double memory) const noexcept -> Line {
  const double slope = covariance_ / (time_variance_ + kRidge * memory * memory);
  return {value_ - slope * time_, slope};
}

void LineSmoother::learn(double value, double ahead, double weight, double memory) noexcept {
  const double kept = weight_ * (memory / (memory + ahead));
  const double total = kept + weight;
  const double gain = weight / total;
  const double time = time_ - ahead;
  const double change = gain * (value - value_);
  covariance_ = to_float((1 - gain) * (covariance_ - change * time));
  time_variance_ = to_float((1 - gain) * (time_variance_ + gain * time * time));
  time_ = to_float((1 - gain) * time);
  value_ += change;
  weight_ = to_float(total);
}

void LineSmoother::restart(const Line& line, double memory) noexcept {
  // A line through the middle of its data: half a memory back.
  const double variance = memory * memory;
  time_ = to_float(-memory / 2);
  time_variance_ = to_float(variance);
  covariance_ = to_float(line.slope * variance * (1 + kRidge));
  value_ = line.level + line.slope * time_;
  weight_ = to_float(kRestartWeight * memory);
}

void LineSmoother::scale(double factor) noexcept {
  value_ *= factor;
  covariance_ = to_float(covariance_ * factor);
}

auto LineSmoother::is_possible() const noexcept -> bool {
  return std::isfinite(value_) && std::isfinite(weight_) && std::isfinite(time_) && std::isfinite(time_variance_) &&
         std::isfinite(covariance_) && weight_ >= 0 && time_ <= 0 && time_variance_ >= 0;
}

auto Trend::memories(std::int64_t bucket_span) noexcept -> Memories {
  Memories memories{};
  for (std::size_t i = 0; i < kSmoothers; ++i)
    memories[i] = std::max(kMemoryTimes[i] / static_cast<double>(bucket_span), kLeastMemories[i]);
  return memories;
}

auto Trend::shares(std::size_t first) const noexcept -> std::array<double, kSmoothers> {
  const double least = *std::min_element(errors_.begin() + static_cast<std::ptrdiff_t>(first), errors_.end());
  std::array<double, kSmoothers> shares{};
  double sum = 0;
  for (std::size_t i = first; i < kSmoothers; ++i) {
    const double ratio = errors_[i] > 0 ? least / (kHandicaps[i] * errors_[i]) : 1;
    const double fourth = (ratio * ratio) * (ratio * ratio);
    sum += shares[i] = (fourth * fourth) * (fourth * fourth);
  }
  for (auto& share : shares) share /= sum;
  return shares;
}

auto Trend::mixed(const std::array<double, kSmoothers>& shares, double ahead, const Memories& memories) const noexcept
    -> double {
  double sum = 0;
  for (std::size_t i = 0; i < kSmoothers; ++i) {
    if (shares[i] > 0) sum += shares[i] * smoothers_[i].line(memories[i]).at(ahead);
  }
  return sum;
}

auto Trend::at(double ahead, const Memories& memories) const noexcept -> double {
  return mixed(shares(), ahead, memories);
}

auto Trend::slow_at(double ahead, const Memories& memories) const noexcept -> double {
  return mixed(shares(kWeek), ahead, memories);
}

auto Trend::forecast(double ahead, const Memories& memories) const noexcept -> double {
  // What only the quickest has seen may pass as it came.
  const double soon = memories[0] / (memories[0] + ahead);
  const auto now = shares();
  const auto later = shares(1);
  double sum = 0;
  for (std::size_t i = 0; i < kSmoothers; ++i) {
    const double damped = memories[i] * -std::expm1(-ahead / memories[i]);
    sum += (soon * now[i] + (1 - soon) * later[i]) * smoothers_[i].line(memories[i]).at(damped);
  }
  return sum;
}

auto Trend::drift(double ahead, double deviation, const Memories& memories) const noexcept -> double {
  // A smoother with this memory is the best one for a level that moves by deviation / memory per bucket.
  const auto share = shares();
  double step = 0;
  for (std::size_t i = 0; i < kSmoothers; ++i) step += share[i] / memories[i];
  return deviation * step * std::sqrt(ahead);
}

void Trend::learn(double value, double ahead, double weight, double usual_error, const Memories& memories) noexcept {
  const double gain = std::max(1 / (count_ + 1.0), 1 / kErrorMemory) * std::min(weight, 1.0);
  const double most = usual_error > 0 ? kTolerance * usual_error * usual_error : HUGE_VAL;
  for (std::size_t i = 0; i < kSmoothers; ++i) {
    auto& smoother = smoothers_[i];
    if (count_ > 0) {
      const double error = value - smoother.line(memories[i]).at(ahead);
      errors_[i] += to_float(gain * (std::min(error * error, most) - errors_[i]));
    }
    smoother.learn(value, ahead, weight, memories[i]);
  }
  count_ = std::min(count_ + to_float(weight), to_float(kErrorMemory));
}

void Trend::restart(const Line& line, const Memories& memories) noexcept {
  for (std::size_t i = 0; i < kSmoothers; ++i) smoothers_[i].restart(line, memories[i]);
  errors_.fill(*std::min_element(errors_.begin(), errors_.end()));
}

void Trend::shift(double change) noexcept {
  for (auto& smoother : smoothers_) smoother.shift(change);
}

void Trend::scale(double factor) noexcept {
  for (auto& smoother : smoothers_) smoother.scale(factor);
}

auto Trend::is_possible() const noexcept -> bool {
  const auto possible_error = [](float error) { return std::isfinite(error) && error >= 0; };
  return std::isfinite(count_) && count_ >= 0 && std::all_of(errors_.begin(), errors_.end(), possible_error) &&
         std::all_of(smoothers_.begin(), smoothers_.end(), [](const auto& s) { return s.is_possible(); });
}

}  // namespace adcore

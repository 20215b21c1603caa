#include "adcore/series/anomaly_shape.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "adcore/series/student.hpp"

namespace adcore {

namespace {

constexpr double kLogRunning = -std::numbers::ln10;          // ln 0.1
constexpr double kLogSignificant = -4 * std::numbers::ln10;  // ln 1e-4
constexpr double kShapeKept = 0.995;
constexpr double kNeeded = 5;
constexpr std::int32_t kMostLength = 1'000'000;
// That an anomaly was beyond all measure does not make the next one familiar.
constexpr double kMostSize = 5;  // mean sizes
// Lengths of the same kind are never exactly the same.
constexpr double kLeastDeviation = 0.1;

// How much rarer than p = 0.1: exponential with mean 1 where a model is right.
auto excess_of(double log_probability) noexcept -> double { return kLogRunning - log_probability; }

// As if one anomaly of the size 1 had been seen before all others.
auto size_sum(const FadingMoments& known) noexcept -> double {
  return known.count * static_cast<double>(known.mean) + 1;
}

// ln P(X >= size) of an exponential X with a mean that was learned: what is still unknown of it makes it Pareto's.
auto log_size_tail(const FadingMoments& known, double size) noexcept -> double {
  return -(known.count + 1.0) * std::log1p(size / size_sum(known));
}

}  // namespace

auto AnomalyShape::continues(double score) const noexcept -> bool {
  return length_ > 0 && (score < 0) == (size_sum_ < 0);
}

auto AnomalyShape::length_with(double log_probability, double score) const noexcept -> int {
  return log_probability < kLogRunning && continues(score) ? length_ + 1 : 1;
}

auto AnomalyShape::log_tail(const Known& known, double log_length, double size) const noexcept -> double {
  const auto lengths = predictive(known.log_lengths, 1, kLeastDeviation);
  const double product =
      log_student_upper_tail(lengths.score(log_length), lengths.freedom) + log_size_tail(known.sizes, size);
  return product + std::log1p(-product);  // of two uniform variables
}

auto AnomalyShape::corrected(double log_probability, double score) const noexcept -> double {
  const auto& known = sides_[score < 0 ? 0 : 1];
  if (log_probability >= kLogRunning || known.sizes.count < kNeeded) return log_probability;
  const int length = length_with(log_probability, score);
  const double sum = excess_of(log_probability) + (length > 1 ? std::abs(size_sum_) : 0);
  const double tail = log_tail(known, std::log(length), sum / length);
  const double ordinary = std::max((log_probability - kLogSignificant) / (kLogRunning - kLogSignificant), 0.0);
  const double known_share = tail / (kLogSignificant + tail);  // 1 - b / (b - ln p_a)
  const double share = 0.5 * (1 - ordinary + ordinary * known_share);
  return (1 - share) * log_probability + share * tail;
}

void AnomalyShape::learn(double log_probability, double score) noexcept {
  const bool running = log_probability < kLogRunning;
  if (length_ > 0 && !(running && continues(score))) end();
  if (!running || length_ == kMostLength) return;
  size_sum_ += std::copysign(excess_of(log_probability), score);
  ++length_;
}

void AnomalyShape::end() noexcept {
  auto& known = sides_[size_sum_ < 0 ? 0 : 1];
  known.log_lengths.learn(std::log(length_), 1, kShapeKept);
  const double most = kMostSize * size_sum(known.sizes) / (known.sizes.count + 1.0);
  known.sizes.learn(std::min(std::abs(size_sum_) / length_, most), 1, kShapeKept);
  length_ = 0;
  size_sum_ = 0;
}

auto AnomalyShape::is_possible() const noexcept -> bool {
  return length_ >= 0 && length_ <= kMostLength && std::isfinite(size_sum_) &&
         std::all_of(sides_.begin(), sides_.end(), [](const Known& known) {
           return known.log_lengths.is_possible() && known.sizes.is_possible() && known.sizes.mean >= 0;
         });
}

}  // namespace adcore

#include "adcore/series/anomaly_shape.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/series/student.hpp"

namespace adcore {

namespace {

constexpr double kLogRunning = -2.3025850929940455;      // ln 0.1
constexpr double kLogSignificant = -9.2103403719761818;  // ln 1e-4
constexpr double kKept = 0.995;
constexpr double kNeeded = 5;
constexpr std::int32_t kMostLength = 1'000'000;
// Lengths and sizes of the same kind are never exactly the same.
constexpr double kLeastDeviation = 0.1;

auto log_size_of(double score) noexcept -> double { return std::log(std::max(std::abs(score), 0.1)); }

}  // namespace

auto AnomalyShape::continues(double score) const noexcept -> bool {
  return length_ > 0 && (score < 0) == (size_sum_ < 0);
}

auto AnomalyShape::length_with(double log_probability, double score) const noexcept -> int {
  return log_probability < kLogRunning && continues(score) ? length_ + 1 : 1;
}

auto AnomalyShape::log_tail(const Known& known, double log_length, double log_size) const noexcept -> double {
  if (known.log_sizes.count < kNeeded) return 0;
  const auto lengths = predictive(known.log_lengths, 1, kLeastDeviation);
  const auto sizes = predictive(known.log_sizes, 1, kLeastDeviation);
  const double product = log_student_upper_tail(lengths.score(log_length), lengths.freedom) +
                         log_student_upper_tail(sizes.score(log_size), sizes.freedom);
  return product + std::log1p(-product);  // of two uniform variables
}

auto AnomalyShape::corrected(double log_probability, double score) const noexcept -> double {
  const auto& known = sides_[score < 0 ? 0 : 1];
  if (log_probability >= kLogRunning || known.log_sizes.count < kNeeded) return log_probability;
  const int length = length_with(log_probability, score);
  const double sum = std::abs(score) + (continues(score) ? std::abs(size_sum_) : 0);
  const double tail = log_tail(known, std::log(length), log_size_of(sum / length));
  const double ordinary = std::max((log_probability - kLogSignificant) / (kLogRunning - kLogSignificant), 0.0);
  const double known_share = tail / (kLogSignificant + tail);  // 1 - b / (b - ln p_a)
  const double share = 0.5 * (1 - ordinary + ordinary * known_share);
  return (1 - share) * log_probability + share * tail;
}

void AnomalyShape::learn(double log_probability, double score) noexcept {
  const bool running = log_probability < kLogRunning;
  if (length_ > 0 && !(running && continues(score))) end();
  if (!running || length_ == kMostLength) return;
  size_sum_ += score;
  ++length_;
}

void AnomalyShape::end() noexcept {
  auto& known = sides_[size_sum_ < 0 ? 0 : 1];
  known.log_lengths.learn(std::log(length_), 1, kKept);
  known.log_sizes.learn(log_size_of(size_sum_ / length_), 1, kKept);
  length_ = 0;
  size_sum_ = 0;
}

auto AnomalyShape::is_possible() const noexcept -> bool {
  return length_ >= 0 && length_ <= kMostLength && std::isfinite(size_sum_) &&
         std::all_of(sides_.begin(), sides_.end(), [](const Known& known) {
           return known.log_lengths.is_possible() && known.log_sizes.is_possible();
         });
}

}  // namespace adcore

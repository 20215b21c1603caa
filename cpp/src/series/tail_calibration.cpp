#include "adcore/series/tail_calibration.hpp"

#include <algorithm>
#include <numbers>

namespace adcore {

namespace {

constexpr double kThreshold = std::numbers::ln10;  // -ln 0.1
constexpr double kShareBeyond = 0.1;
constexpr double kLeastTailShare = 0.03;
constexpr double kLeastStretch = 0.85;
constexpr double kPriorCount = 200;  // as if the model had been right so often
constexpr double kMostExcess = 4;
constexpr double kTailKept = 1 - 1.0 / 3000;

}  // namespace

auto TailCalibration::calibrated(double log_probability) const noexcept -> double {
  const double surprise = -log_probability;
  const double beyond = beyond_ + kPriorCount * kShareBeyond;
  const double share = std::max(beyond / (count_ + kPriorCount), kLeastTailShare);
  const double stretch = std::max((excess_ + kPriorCount * kShareBeyond) / beyond, kLeastStretch);
  if (surprise <= kThreshold) return log_probability * (-std::log(share) / kThreshold);
  return std::log(share) - (surprise - kThreshold) / stretch;
}

void TailCalibration::learn(double log_probability, int length) noexcept {
  const double excess = -log_probability - kThreshold;
  const double part = excess > 0 ? 1 / (static_cast<double>(length) * length) : 0;
  count_ = static_cast<float>(count_ * kTailKept + (excess > 0 ? part : 1));
  beyond_ = static_cast<float>(beyond_ * kTailKept + part);
  excess_ = static_cast<float>(excess_ * kTailKept + part * std::clamp(excess, 0.0, kMostExcess));
}

}  // namespace adcore

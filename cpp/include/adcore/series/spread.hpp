// How much the variance differs by the hour, on working days and on weekends.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "adcore/series/bucket_time.hpp"

namespace adcore {

/// Factors of the variance, about 1 in the mean. They count only while residuals are likelier with them than without.
class Spread {
 public:
  /// `local` ms since the epoch by the local clock; weekends are apart only where a week is known to matter.
  [[nodiscard]] static auto slot(std::int64_t local, bool by_week) noexcept -> std::size_t {
    const auto hour = static_cast<std::size_t>(floor_mod(local, kMsPerDay) / kMsPerHour);
    const auto day = floor_mod(local, kMsPerWeek) / kMsPerDay;  // the epoch was a Thursday
    return hour + (by_week && (day == 2 || day == 3) ? 24 : 0);
  }
  [[nodiscard]] auto is_used() const noexcept -> bool { return evidence_ > kNeededEvidence; }
  [[nodiscard]] auto factor(std::size_t slot) const noexcept -> double { return is_used() ? factors_[slot] : 1; }

  /// `square` is that of the residual by the variance expected without any factor; `part` of the slot's day.
  void learn(std::size_t slot, double square, double part, double buckets_per_day) noexcept {
    const double capped = std::min(square, kMostSquare);
    const double factor = factors_[slot];
    const double better = (capped - capped / factor - std::log(factor)) / 2;
    evidence_ += static_cast<float>(better - evidence_ / (kMemoryDays * buckets_per_day));
    counts_[slot] = static_cast<float>(std::min(counts_[slot] + part, kMostDays));
    const double gain = part / (counts_[slot] + kPriorDays);
    factors_[slot] = static_cast<float>(std::clamp(factor + gain * (capped - factor), kLeast, kMost));
  }

  template <class Fields>
  void fields(Fields& f) {
    for (auto& factor : factors_) f(factor);
    for (auto& count : counts_) f(count);
    f(evidence_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool {
    return std::isfinite(evidence_) &&
           std::all_of(factors_.begin(), factors_.end(), [](float f) { return f >= kLeast * 0.99 && f <= kMost; }) &&
           std::all_of(counts_.begin(), counts_.end(), [](float c) { return c >= 0 && c <= kMostDays; });
  }

 private:
  static constexpr std::size_t kSlots = 48;
  static constexpr double kNeededEvidence = 8;
  static constexpr double kMemoryDays = 14;
  static constexpr double kMostDays = 30;
  static constexpr double kPriorDays = 6;
  static constexpr double kMostSquare = 12;
  static constexpr double kLeast = 0.02;
  static constexpr double kMost = 50;

  [[nodiscard]] static constexpr auto ones() noexcept -> std::array<float, kSlots> {
    std::array<float, kSlots> values{};
    values.fill(1);
    return values;
  }
  std::array<float, kSlots> factors_ = ones();
  std::array<float, kSlots> counts_{};  // days behind each
  float evidence_ = 0;
};

}  // namespace adcore

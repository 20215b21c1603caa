// What one period looks like: a mean per slot of it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace adcore {

/// Where a phase lies: in `first`, or between the middles of two slots.
struct SlotPosition {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  /// Share of `second`.
  double fraction = 0;
};

/// `phase` in [0, 1). Where several buckets fall into a slot (`dense`) its neighbours say how the slot slopes.
[[nodiscard]] inline auto slot_position(double phase, std::uint32_t slots, bool dense) noexcept -> SlotPosition {
  const double at = phase * slots;
  if (!dense) {
    const auto slot = std::min(static_cast<std::uint32_t>(at), slots - 1);
    return {slot, slot, 0};
  }
  const double middle = at < 0.5 ? at - 0.5 + slots : at - 0.5;
  const auto first = std::min(static_cast<std::uint32_t>(middle), slots - 1);
  return {first, first + 1 == slots ? 0 : first + 1, middle - first};
}

template <std::size_t slots>
class SeasonProfile {
 public:
  /// How many periods are behind a value.
  [[nodiscard]] auto periods(const SlotPosition& at) const noexcept -> double {
    return std::min(periods(at.first), periods(at.second));
  }
  [[nodiscard]] auto raw(const SlotPosition& at) const noexcept -> double {
    return (1 - at.fraction) * means_[at.first] + at.fraction * means_[at.second];
  }
  /// Slots that differ from `centre` by no more than chance would have it, single values having variance `noise`, are
  /// held to it.
  [[nodiscard]] auto value(const SlotPosition& at, double centre, double noise) const noexcept -> double {
    return (1 - at.fraction) * shrunk(at.first, centre, noise) + at.fraction * shrunk(at.second, centre, noise);
  }

  /// Variance of value() by that of single values: what is still to be learned of the slot.
  [[nodiscard]] auto doubt(const SlotPosition& at, double noise) const noexcept -> double {
    return (1 - at.fraction) * slot_doubt(at.first, noise) + at.fraction * slot_doubt(at.second, noise);
  }

  /// The value was `error` above raw(). `part`: of a period's share in the slot, in (0, 1]; `memory` in periods.
  void learn(const SlotPosition& at, double error, double part, double memory) noexcept {
    learn_slot(at.first, error, part * (1 - at.fraction), memory);
    if (at.fraction > 0) learn_slot(at.second, error, part * at.fraction, memory);
  }
  /// Takes part(slot) from every slot that has been seen.
  template <class Part>
  void subtract(const Part& part) noexcept {
    for (std::uint32_t i = 0; i < slots; ++i) {
      if (seen_[i] > 0) means_[i] -= static_cast<float>(part(i));
    }
  }
  void scale(double factor) noexcept {
    for (auto& mean : means_) mean *= static_cast<float>(factor);
  }
  [[nodiscard]] auto mean() const noexcept -> double {
    double sum = 0;
    double count = 0;
    for (std::size_t i = 0; i < slots; ++i) {
      sum += seen_[i] > 0 ? means_[i] : 0;
      count += seen_[i] > 0 ? 1 : 0;
    }
    return count > 0 ? sum / count : 0;
  }

  template <class Fields>
  void fields(Fields& f) {
    for (auto& mean : means_) f(mean);
    for (auto& seen : seen_) f(seen);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool {
    return std::all_of(means_.begin(), means_.end(), [](float mean) { return std::isfinite(mean); });
  }

 private:
  static constexpr double kPartsOfPeriod = 1024;
  static constexpr double kMostPeriods = 60;
  static constexpr double kNoiseHeld = 1;
  static constexpr double kLeastPeriods = 0.5;

  [[nodiscard]] auto periods(std::uint32_t slot) const noexcept -> double { return seen_[slot] / kPartsOfPeriod; }
  [[nodiscard]] auto shrunk(std::uint32_t slot, double centre, double noise) const noexcept -> double {
    const double off = means_[slot] - centre;
    return centre + off * kept(off * off * periods(slot), noise);
  }
  [[nodiscard]] static auto kept(double signal, double noise) noexcept -> double {
    return signal > 0 ? signal / (signal + kNoiseHeld * noise) : 0;
  }
  [[nodiscard]] auto slot_doubt(std::uint32_t slot, double noise) const noexcept -> double {
    const double count = periods(slot);
    const double share = kept(static_cast<double>(means_[slot]) * means_[slot] * count, noise);
    return share * share / std::max(count, kLeastPeriods);
  }
  void learn_slot(std::uint32_t slot, double error, double part, double memory) noexcept {
    const double count = std::min(periods(slot), memory);
    means_[slot] += static_cast<float>(error * (part / (count + part)));
    const double seen = std::min(seen_[slot] + part * kPartsOfPeriod + 0.5, kMostPeriods * kPartsOfPeriod);
    seen_[slot] = static_cast<std::uint16_t>(seen);
  }

  std::array<float, slots> means_{};
  std::array<std::uint16_t, slots> seen_{};  // in parts of a period
};

}  // namespace adcore

// One season of a series: a profile that is learned from the start and counts once it predicts.
#pragma once

#include <cmath>
#include <cstddef>

#include "adcore/series/season_gate.hpp"
#include "adcore/series/season_profile.hpp"

namespace adcore {

/// How a season is learned, by its period in buckets.
struct SeasonPace {
  double period = 0;       // buckets
  double part = 0;         // of a slot's share in a period that a bucket has, in (0, 1]
  double memory = 0;       // periods that a slot remembers
  double gate_memory = 0;  // buckets
};

/// What was made of a value.
struct SeasonErrors {
  double whole = 0;   // by the whole model
  double slow = 0;    // with the slow part of the trend alone: what a quick one follows would be lost to the season
  double spread = 1;  // factor of the variance there
  double most = 0;    // squares count up to it
};

/// Before it is open the profile holds values with their level and with the seasons inside it, so that nothing has to
/// be known of the trend; opening hands the level over to the trend.
template <std::size_t slots>
class Season {
 public:
  [[nodiscard]] auto is_open() const noexcept -> bool { return open_; }
  /// Counts in a sum only if open; `spread` is the factor of the variance there.
  [[nodiscard]] auto value(const SlotPosition& at, double spread) const noexcept -> double {
    return open_ ? profile_.value(at, 0, noise_ * spread) : 0;
  }
  /// Variance of value() by that of single values.
  [[nodiscard]] auto doubt(const SlotPosition& at, double spread) const noexcept -> double {
    return open_ ? profile_.doubt(at, noise_ * spread) : 0;
  }
  /// Is it worth asking for another value of this one?
  [[nodiscard]] auto gain() const noexcept -> double { return gate_.ratio(); }

  /// Before it is open: `value` is less the seasons that do not repeat in this one, of the others it has `inner`;
  /// `error` is what the model without this season made of it, errors count up to `most`. True when the season should
  /// open.
  auto watch(const SlotPosition& at, double value, double inner, double error, double most,
             const SeasonPace& pace) noexcept -> bool {
    const double seen = profile_.periods(at);
    if (seen >= 0.7) {
      const double raw_error = value - profile_.raw(at) - level_;
      const double guess = profile_.value(at, mean_ + inner, noise_) + level_;
      const double own = value - guess;
      gate_.learn(std::min(error * error, most), std::min(own * own, most), pace.gate_memory);
      watched_ += 1;
      learn_noise(std::min(raw_error * raw_error, most) * (seen / (seen + 1)), pace);
      level_ += static_cast<float>(raw_error / std::min(watched_ + 1.0, pace.period / 2));
    }
    const double raw = value - level_ - profile_.raw(at);
    profile_.learn(at, raw, pace.part, pace.memory);
    mean_ += static_cast<float>((value - inner - level_ - mean_) / std::min(++learned_ + 1.0, pace.period));
    return should_open(pace);
  }
  /// The level that the trend takes over. `inner(slot)` is what the open seasons within this one say of a slot.
  template <class Inner>
  [[nodiscard]] auto open(const Inner& inner) noexcept -> double {
    profile_.subtract(inner);
    const double centre = profile_.mean();
    profile_.subtract([centre](std::uint32_t) { return centre; });
    const double level = centre + level_;
    mean_ = level_ = 0;
    open_ = true;
    return level;
  }

  /// Once it is open. False when the season is no longer of use.
  auto learn(const SlotPosition& at, const SeasonErrors& errors, double weight, const SeasonPace& pace) noexcept
      -> bool {
    const double used = value(at, errors.spread);
    const double without = errors.whole + used;
    const double square = std::min(errors.whole * errors.whole, errors.most);
    gate_.learn(std::min(without * without, errors.most), square, pace.gate_memory);
    learn_noise(square, pace);
    profile_.learn(at, errors.slow + used - profile_.raw(at), pace.part * weight, pace.memory);
    return !(gate_.evidence() < kClose);
  }
  /// A candidate keeps values as they were: changes that come back are what it is to find.
  void scale(double factor) noexcept {
    if (!open_) return;
    profile_.scale(factor);
    gate_.scale(factor);
  }

  template <class Fields>
  void fields(Fields& f) {
    profile_.fields(f);
    gate_.fields(f);
    f(mean_, level_, noise_, noise_count_, watched_, learned_, open_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool {
    return profile_.is_possible() && gate_.is_possible() && std::isfinite(mean_) && std::isfinite(level_) &&
           noise_ >= 0 && noise_ <= 1e38F && noise_count_ >= 0 && watched_ >= 0 && learned_ >= 0;
  }

 private:
  static constexpr double kOpen = 12;
  static constexpr double kClose = -6;
  static constexpr double kLeastRatio = 1.05;

  void learn_noise(double square, const SeasonPace& pace) noexcept {
    noise_ += static_cast<float>((square - noise_) / std::min(++noise_count_ + 0.0, pace.gate_memory));
  }
  [[nodiscard]] auto should_open(const SeasonPace& pace) const noexcept -> bool {
    return watched_ >= std::max(0.6 * pace.period, 8.0) && gate_.ratio() > kLeastRatio && gate_.evidence() > kOpen;
  }

  SeasonProfile<slots> profile_;
  SeasonGate gate_;
  float mean_ = 0;   // of the values in the profile, before it is open
  float level_ = 0;  // by how much values lie above the profile by now, likewise
  float noise_ = 0;  // variance of values around the profile
  float noise_count_ = 0;
  float watched_ = 0;
  float learned_ = 0;
  bool open_ = false;
};

}  // namespace adcore

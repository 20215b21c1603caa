// How far the clock that people live by has moved against the one of the data: daylight saving time.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "adcore/series/bucket_time.hpp"

namespace adcore {

/// What is expected by the clock as it was, and an hour to either side; with the odds of each against the likeliest.
struct ClockGuesses {
  struct Guess {
    double value = 0;
    double log_odds = 0;
  };
  Guess now;
  Guess earlier;  // local time is an hour less
  Guess later;
};

/// Three hypotheses with the odds between them. Twice a year all of a day's profile comes an hour early or late: the
/// first bucket that looks so is possible at once, and after most of a day, mornings and evenings agreeing, the clock
/// is set.
class LocalClock {
 public:
  /// Of the clock as it was; what was set from outside counts by its part of a week.
  [[nodiscard]] auto offset() const noexcept -> std::int64_t { return forced_ + hours_ * kMsPerHour; }
  /// Of the likeliest one.
  [[nodiscard]] auto likeliest_offset() const noexcept -> std::int64_t {
    return offset() + (most() == 0 ? 0 : later_ > earlier_ ? kMsPerHour : -kMsPerHour);
  }
  [[nodiscard]] auto guesses(double now, double earlier, double later) const noexcept -> ClockGuesses {
    return {{now, -most()}, {earlier, earlier_ - most()}, {later, later_ - most()}};
  }

  /// `hours`: length of the bucket, at most 1.
  void learn(double value, const ClockGuesses& guesses, double usual_error, double hours) noexcept {
    const double now = misfit(value - guesses.now.value, usual_error);
    const double share = std::min(kBucketsPerHour * hours, 1.0);
    earlier_ = odds(earlier_, share * evidence(now, misfit(value - guesses.earlier.value, usual_error)));
    later_ = odds(later_, share * evidence(now, misfit(value - guesses.later.value, usual_error)));
    const float most = std::max(earlier_, later_);
    const double told = earlier_ > later_ ? guesses.earlier.value : guesses.later.value;
    const bool tells = std::abs(told - guesses.now.value) > usual_error;
    doubted_ = most > kDoubted ? doubted_ + static_cast<float>(hours) : 0;
    told_ = most > kDoubted ? told_ + (tells ? static_cast<float>(hours) : 0) : 0;
    if (most > kBelieved && doubted_ >= kNeededHours && told_ >= kNeededTelling) set(later_ > earlier_ ? 1 : -1);
  }

  /// People say that their clocks are set, by ms: doubts about the clock are over.
  void shift(std::int64_t by) noexcept {
    forced_ = floor_mod(forced_ + floor_mod(by, kMsPerWeek), kMsPerWeek);
    set(0);
  }

  template <class Fields>
  void fields(Fields& f) {
    f(earlier_, later_, doubted_, told_, forced_, hours_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool {
    const auto possible = [](float odds) { return odds >= kPrior && odds <= kMost; };
    return possible(earlier_) && possible(later_) && doubted_ >= 0 && std::isfinite(doubted_) && told_ >= 0 &&
           std::isfinite(told_) && std::abs(hours_) <= kMostHours && forced_ >= 0 && forced_ < kMsPerWeek;
  }

 private:
  static constexpr float kPrior = -6;
  static constexpr float kMost = 8;
  static constexpr float kDoubted = -4;
  static constexpr float kBelieved = 5;
  static constexpr float kNeededTelling = 4;
  static constexpr float kNeededHours = 18;
  static constexpr double kMostEvidence = 2;    // of one bucket, which may be an anomaly of its own
  static constexpr double kBucketsPerHour = 4;  // that count whole
  static constexpr double kMostMisfit = 12.5;
  static constexpr double kMostUsualMisfit = 3;
  static constexpr int kMostHours = 2;

  [[nodiscard]] auto most() const noexcept -> double { return std::max({earlier_, later_, 0.0F}); }
  [[nodiscard]] static auto misfit(double error, double usual_error) noexcept -> double {
    const double z = error / usual_error;
    return std::min(z * z / 2, kMostMisfit);
  }
  // What another clock does not explain either is no evidence for it.
  [[nodiscard]] static auto evidence(double now, double other) noexcept -> double {
    return other > kMostUsualMisfit ? -kMostEvidence : std::clamp(now - other, -kMostEvidence, kMostEvidence);
  }
  [[nodiscard]] static auto odds(float before, double evidence) noexcept -> float {
    return std::clamp(before + static_cast<float>(evidence), kPrior, kMost);
  }
  void set(int hours) noexcept {
    if (std::abs(hours_ + hours) <= kMostHours) hours_ = static_cast<std::int8_t>(hours_ + hours);
    earlier_ = later_ = kPrior;
    doubted_ = told_ = 0;
  }

  float earlier_ = kPrior;  // log odds
  float later_ = kPrior;
  float doubted_ = 0;        // hours since another clock became possible
  float told_ = 0;           // those of them in which the clocks differ
  std::int64_t forced_ = 0;  // ms, of a week
  std::int8_t hours_ = 0;
};

}  // namespace adcore

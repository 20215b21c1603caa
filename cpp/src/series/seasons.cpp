#include "adcore/series/seasons.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace adcore {

namespace {

constexpr double kDayMemory = 25;   // days that a slot remembers
constexpr double kWeekMemory = 12;  // weeks
constexpr double kFreeMemory = 25;
constexpr double kDayGate = 7;  // days over which errors are compared
constexpr double kWeekGate = 4;
constexpr double kFreeGate = 8;
constexpr double kSeasonPatience = 10;  // periods that a candidate has to prove itself
// Beyond this an error says that something else is wrong.
constexpr double kMostSeasonDeviations = 6;

template <std::uint32_t slots>
auto position(std::int64_t time, std::int64_t period, std::int64_t span) noexcept -> SlotPosition {
  const auto phase = static_cast<double>(floor_mod(time, period)) / static_cast<double>(period);
  return slot_position(phase, slots, span * slots < period);
}
auto day_position(std::int64_t local, std::int64_t span) noexcept { return position<96>(local, kMsPerDay, span); }
auto week_position(std::int64_t local, std::int64_t span) noexcept { return position<168>(local, kMsPerWeek, span); }

auto pace(double period, double slots, double memory, double gate) noexcept -> SeasonPace {
  return {period, std::min(slots / period, 1.0), memory, gate * period};
}

auto most_squared_error(double usual_error) noexcept -> double {
  const double most = kMostSeasonDeviations * usual_error;
  return most > 0 ? most * most : HUGE_VAL;
}

// Days and weeks have seasons of their own, which hold their parts too.
auto is_of_clock(double period, double day) noexcept -> bool {
  const auto near_whole = [](double ratio) {
    return ratio > 0.5 && std::abs(ratio - std::round(ratio)) < 0.03 * std::max(ratio, 1.0);
  };
  return near_whole(period / day) || (period < day && day / period < 4.5 && near_whole(day / period));
}

// What a season gets to know of a value.
struct Lesson {
  const SeasonLesson& all;
  double open_sum;   // of the open seasons
  double inner = 0;  // of those of them that repeat within this one
};

// Watches a closed season or teaches an open one.
template <class AnySeason, class Inner>
void teach(AnySeason& season, const SlotPosition& at, const Lesson& lesson, const Inner& inner, const SeasonPace& pace,
           SeasonChange& change) noexcept {
  const double most = most_squared_error(lesson.all.usual_error);
  const double error = lesson.all.value - lesson.all.trend - lesson.open_sum;
  if (season.is_open()) {
    const SeasonErrors errors{error, error + lesson.all.trend - lesson.all.slow_trend, lesson.all.spread, most};
    if (season.learn(at, errors, lesson.all.weight, pace)) return;
    season = AnySeason();
    change.closed = true;
    return;
  }
  const double value = lesson.all.value - (lesson.open_sum - lesson.inner);
  if (!season.watch(at, value, lesson.inner, error, most, pace) || change.opened) return;
  change = {.opened = true, .closed = change.closed, .level = 0, .ratio = season.gain()};
  change.level = season.open(inner);
}

constexpr auto kNothingInside = [](std::uint32_t) { return 0.0; };

}  // namespace

auto Seasons::by_clock(std::int64_t local, std::int64_t span, double spread) const noexcept -> double {
  double sum = 0;
  if (day_.is_open()) sum += day_.value(day_position(local, span), spread);
  if (week_.is_open()) sum += week_.value(week_position(local, span), spread);
  return sum;
}

auto Seasons::free_position(const BucketTime& time, double ahead) const noexcept -> SlotPosition {
  const double turns = (static_cast<double>(time.index) + ahead - free_origin_) / free_period_;
  return slot_position(turns - std::floor(turns), 64, free_period_ > 64);
}

auto Seasons::free_at(const BucketTime& time, double spread) const noexcept -> double {
  return free_.is_open() ? free_.value(free_position(time), spread) : 0;
}

auto Seasons::at(const BucketTime& time, double spread) const noexcept -> double {
  return (knows_clock() ? by_clock(local(time), time.span, spread) : 0) + free_at(time, spread);
}

auto Seasons::doubt(const BucketTime& time, double spread) const noexcept -> double {
  const auto here = local(time);
  double sum = 0;
  if (day_.is_open()) sum += day_.doubt(day_position(here, time.span), spread);
  if (week_.is_open()) sum += week_.doubt(week_position(here, time.span), spread);
  if (free_.is_open()) sum += free_.doubt(free_position(time), spread);
  return sum;
}

auto Seasons::trusts_clock(const BucketTime& time) const noexcept -> bool {
  constexpr std::int64_t kTwoWeekends = 16 * kMsPerDay;
  return knows_clock() && time.span <= kMsPerHour && time.index - clock_since_ > kTwoWeekends / time.span;
}

auto Seasons::guesses(const BucketTime& time, double spread) const noexcept -> ClockGuesses {
  if (!trusts_clock(time)) {
    const double now = at(time, spread);
    return {{now, 0}, {now, 0}, {now, 0}};
  }
  const double free = free_at(time, spread);
  const auto before = time.middle() + clock_.offset();
  return clock_.guesses(by_clock(before, time.span, spread) + free,
                        by_clock(before - kMsPerHour, time.span, spread) + free,
                        by_clock(before + kMsPerHour, time.span, spread) + free);
}

auto Seasons::learn(const BucketTime& time, const SeasonLesson& lesson) noexcept -> SeasonChange {
  learn_clock(time, lesson);
  SeasonChange change;
  const double open_sum = at(time, lesson.spread);
  const double day = time.buckets(kMsPerDay);
  const auto here = local(time);
  const auto day_at = day_position(here, time.span);
  if (day >= 3) teach(day_, day_at, {lesson, open_sum}, kNothingInside, pace(day, 96, kDayMemory, kDayGate), change);
  const auto day_of_slot = [this](std::uint32_t slot) {
    return day_.value(day_position(slot * kMsPerHour + kMsPerHour / 2, kMsPerHour), 1);
  };
  teach(week_, week_position(here, time.span), {lesson, open_sum, day_.value(day_at, lesson.spread)}, day_of_slot,
        pace(7 * day, 168, kWeekMemory, kWeekGate), change);
  learn_free(time, lesson, open_sum, change);
  return change;
}

void Seasons::learn_clock(const BucketTime& time, const SeasonLesson& lesson) noexcept {
  if (!knows_clock()) clock_since_ = time.index;
  if (!trusts_clock(time) || !(lesson.usual_error > 0)) return;
  // Two expectations are compared, each as unsure as the seasons are.
  const double usual_error = lesson.usual_error * std::sqrt(1 + 2 * doubt(time, lesson.spread));
  clock_.learn(lesson.value - lesson.trend, guesses(time, lesson.spread), usual_error, 1 / time.buckets(kMsPerHour));
}

void Seasons::learn_free(const BucketTime& time, const SeasonLesson& lesson, double season,
                         SeasonChange& change) noexcept {
  if (free_period_ == 0) return look_for_period(time, lesson.value - season);
  const auto rhythm = pace(free_period_, 64, kFreeMemory, kFreeGate);
  teach(free_, free_position(time), {lesson, season}, kNothingInside, rhythm, change);
  if (free_.is_open()) follow_phase(time, lesson.value - lesson.trend - season, lesson);
  const bool late = static_cast<double>(time.index) - free_origin_ > kSeasonPatience * free_period_;
  if (!free_.is_open() && (change.closed || late)) {
    free_period_ = 0;
    free_ = Season<64>();
  }
}

void Seasons::follow_phase(const BucketTime& time, double error, const SeasonLesson& lesson) noexcept {
  constexpr double kStep = 0.5;       // buckets
  constexpr double kMemory = 4;       // periods
  constexpr double kPhaseGain = 0.5;  // of the slip is corrected in a memory
  const double slope = free_.value(free_position(time, kStep), 1) - free_.value(free_position(time, -kStep), 1);
  const double most = kMostSeasonDeviations / 2 * lesson.usual_error;
  const auto gain = static_cast<float>(lesson.weight / (kMemory * free_period_));
  free_slip_ += gain * (static_cast<float>(std::clamp(error, -most, most) * slope) - free_slip_);
  free_slopes_ += gain * (static_cast<float>(slope * slope) - free_slopes_);
  if (!(free_slopes_ > 0)) return;
  // The values are so many buckets further on in the period than was thought.
  const double slip = kPhaseGain * free_slip_ / free_slopes_ * gain;
  free_origin_ -= slip;
  const double age = static_cast<double>(time.index) - free_origin_;
  free_period_ -= slip * free_period_ / std::max(age, kMemory * free_period_);
}

void Seasons::look_for_period(const BucketTime& time, double value) noexcept {
  const double period = search_.learn(time.index, value, time.span);
  if (period == 0 || is_of_clock(period, time.buckets(kMsPerDay))) return;
  free_period_ = period;
  free_origin_ = static_cast<double>(time.index);
  free_slip_ = free_slopes_ = 0;
}

void Seasons::scale(double factor) noexcept {
  day_.scale(factor);
  week_.scale(factor);
  free_.scale(factor);
}

auto Seasons::is_possible() const noexcept -> bool {
  return day_.is_possible() && week_.is_possible() && free_.is_possible() && clock_.is_possible() &&
         search_.is_possible() && std::abs(free_origin_) < 1e15 && std::isfinite(free_slip_) &&
         std::isfinite(free_slopes_) && std::abs(static_cast<double>(clock_since_)) < 1e15 &&
         (free_period_ == 0 || (free_period_ >= 2 && free_period_ < 1e9));
}

}  // namespace adcore

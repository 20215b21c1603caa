// The seasons of a series: day, week, and one more period if there is one.
#pragma once

#include <cstdint>

#include "adcore/series/bucket_time.hpp"
#include "adcore/series/local_clock.hpp"
#include "adcore/series/period_search.hpp"
#include "adcore/series/season.hpp"

namespace adcore {

/// What a value says to the seasons.
struct SeasonLesson {
  double value = 0;
  double trend = 0;        // what the trend said
  double slow_trend = 0;   // what it says by the memories of a week and more
  double weight = 1;       // of the sample
  double usual_error = 0;  // standard deviation of the whole model's errors
  double spread = 1;       // factor of the variance at this hour
};

/// A season came or went: the trend starts again from `level`, errors have another size.
struct SeasonChange {
  bool opened = false;
  bool closed = false;
  double level = 0;
  /// The variance without it by the variance with it.
  double ratio = 1;
};

class Seasons {
 public:
  [[nodiscard]] auto any_open() const noexcept -> bool { return knows_clock() || free_.is_open(); }
  [[nodiscard]] auto knows_week() const noexcept -> bool { return week_.is_open(); }
  /// The open ones' sum; `spread` is the factor of the variance at this hour.
  [[nodiscard]] auto at(const BucketTime& time, double spread) const noexcept -> double;
  /// The variance of at() by that of the values.
  [[nodiscard]] auto doubt(const BucketTime& time, double spread) const noexcept -> double;
  /// Likewise by each clock; all equal where an hour says nothing.
  [[nodiscard]] auto guesses(const BucketTime& time, double spread) const noexcept -> ClockGuesses;

  [[nodiscard]] auto local(const BucketTime& time) const noexcept -> std::int64_t {
    return time.middle() + clock_.likeliest_offset();
  }

  auto learn(const BucketTime& time, const SeasonLesson& lesson) noexcept -> SeasonChange;
  void scale(double factor) noexcept;
  /// Days and weeks go by a clock that was set, by ms: +1 h where people get up an hour earlier.
  void shift_clock(std::int64_t by) noexcept { clock_.shift(by); }

  template <class Fields>
  void fields(Fields& f) {
    day_.fields(f);
    week_.fields(f);
    free_.fields(f);
    clock_.fields(f);
    search_.fields(f);
    f(free_period_, free_origin_, free_slip_, free_slopes_, clock_since_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool;

 private:
  [[nodiscard]] auto knows_clock() const noexcept -> bool { return day_.is_open() || week_.is_open(); }
  /// By less than two weekends nobody can tell a weekend from another clock.
  [[nodiscard]] auto trusts_clock(const BucketTime& time) const noexcept -> bool;
  [[nodiscard]] auto by_clock(std::int64_t local, std::int64_t span, double spread) const noexcept -> double;
  [[nodiscard]] auto free_position(const BucketTime& time, double ahead = 0) const noexcept -> SlotPosition;
  /// The period is an estimate: what of it is wrong shows as a drift of the phase.
  void follow_phase(const BucketTime& time, double error, const SeasonLesson& lesson) noexcept;
  [[nodiscard]] auto free_at(const BucketTime& time, double spread) const noexcept -> double;
  void learn_clock(const BucketTime& time, const SeasonLesson& lesson) noexcept;
  void learn_free(const BucketTime& time, const SeasonLesson& lesson, double season, SeasonChange& change) noexcept;
  void look_for_period(const BucketTime& time, double value) noexcept;

  Season<96> day_;
  Season<168> week_;
  Season<64> free_;
  LocalClock clock_;
  PeriodSearch search_;
  double free_period_ = 0;        // buckets; 0: none
  double free_origin_ = 0;        // bucket
  float free_slip_ = 0;           // mean of error times slope
  float free_slopes_ = 0;         // mean of squared slopes
  std::int64_t clock_since_ = 0;  // bucket
};

}  // namespace adcore

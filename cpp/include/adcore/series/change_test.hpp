// Whether errors of the last day say that the series has moved for good.
#pragma once

#include <cstdint>

namespace adcore {

/// What a series has done: values have become factor * value + shift.
struct Change {
  bool found = false;
  double shift = 0;
  double factor = 1;
};

/// Waits from the first outlier, as long as at least half of the values are outliers; after a day it compares how well
/// a shift and a factor explain them.
class ChangeTest {
 public:
  /// `expected` for a value; `score` of its error; `wait` in buckets.
  auto learn(double value, double expected, double score, double ahead, double wait) noexcept -> Change;

  template <class Fields>
  void fields(Fields& f) {
    f(count_, outliers_, elapsed_, errors_, squares_, products_, expected_squares_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool;

 private:
  void add(double value, double expected, bool outlier, double ahead) noexcept;
  [[nodiscard]] auto verdict() const noexcept -> Change;

  double errors_ = 0;
  double squares_ = 0;           // of errors
  double products_ = 0;          // of error and expected value
  double expected_squares_ = 0;  // of expected values
  float count_ = 0;
  float outliers_ = 0;
  float elapsed_ = 0;  // buckets since the first outlier
};

}  // namespace adcore

#include "adcore/series/change_test.hpp"

#include <algorithm>
#include <cmath>

namespace adcore {

namespace {

constexpr double kOutlier = 2.6;
constexpr float kLeastCount = 6;
constexpr float kPatience = 3;
// Of the squared errors may be left.
constexpr double kMostLeft = 0.35;

}  // namespace

auto ChangeTest::learn(double value, double expected, double score, double ahead, double wait) noexcept -> Change {
  const bool outlier = std::abs(score) > kOutlier;
  if (count_ == 0 && !outlier) return {};
  add(value, expected, outlier, count_ == 0 ? 0 : ahead);
  if (count_ > kPatience && outliers_ * 2 < count_) {
    *this = ChangeTest();
    return {};
  }
  if (count_ < kLeastCount || elapsed_ < wait) return {};
  const auto change = verdict();
  *this = ChangeTest();
  return change;
}

void ChangeTest::add(double value, double expected, bool outlier, double ahead) noexcept {
  const double error = value - expected;
  errors_ += error;
  squares_ += error * error;
  products_ += error * expected;
  expected_squares_ += expected * expected;
  count_ += 1;
  outliers_ += outlier ? 1 : 0;
  elapsed_ += static_cast<float>(ahead);
}

auto ChangeTest::verdict() const noexcept -> Change {
  const double shift = errors_ / count_;
  const double after_shift = squares_ - shift * errors_;
  const double growth = expected_squares_ > 0 ? products_ / expected_squares_ : 0;
  const double after_factor = squares_ - growth * products_;
  if (std::min(after_shift, after_factor) > kMostLeft * squares_) return {};
  if (after_shift <= after_factor || growth <= -0.95) return {.found = true, .shift = shift, .factor = 1};
  return {.found = true, .shift = 0, .factor = 1 + growth};
}

auto ChangeTest::is_possible() const noexcept -> bool {
  return std::isfinite(errors_) && std::isfinite(squares_) && std::isfinite(products_) &&
         std::isfinite(expected_squares_) && std::isfinite(count_) && std::isfinite(outliers_) &&
         std::isfinite(elapsed_) && count_ >= 0 && squares_ >= 0 && expected_squares_ >= 0;
}

}  // namespace adcore

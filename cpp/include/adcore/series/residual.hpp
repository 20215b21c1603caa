// A value against what was expected, as the families of residuals see it.
#pragma once

#include <cmath>
#include <numbers>

#include "adcore/series/config.hpp"

namespace adcore {

struct Residual {
  static constexpr double kSmallCount = 20;
  double value = 0;
  double mean = 0;  // expected
  /// The variance here by the usual one: that of the hour times that of the number of records.
  double factor = 1;
  /// The second alone.
  double count_factor = 1;
  /// Differences below this are nothing: 1e-4 of the level.
  double resolution = 0;
  /// Added to values before logarithms and ratios: counts may be 0.
  double offset = 0;
  /// The least expectation that a ratio is taken of: no hour is so quiet that every value would be out of proportion.
  double least_base = 0;

  [[nodiscard]] auto error() const noexcept -> double { return value - mean; }
  /// So few that whole numbers are no continuum.
  [[nodiscard]] auto is_small_count() const noexcept -> bool { return offset > 0 && mean < kSmallCount; }
  [[nodiscard]] auto has_ratio() const noexcept -> bool { return value + offset > 0 && base() > 0; }
  [[nodiscard]] auto ratio() const noexcept -> double { return (value + offset) / base(); }
  /// What ratios are taken of.
  [[nodiscard]] auto base() const noexcept -> double { return std::fmax(mean + offset, least_base); }
};

/// Logarithms of P(X <= x) and P(X >= x), and of all values that are no likelier than x.
struct LogTails {
  /// Digits asked of the smaller of two tails: it needs fewer.
  static constexpr double kOtherSide = 5;
  double lower = 0;
  double upper = 0;
  double both = 0;

  /// The median gives 1 to either side.
  [[nodiscard]] auto sided(Side side) const noexcept -> double {
    if (side == Side::both) return both;
    return std::fmin(0, std::numbers::ln2 + (side == Side::low ? lower : upper));
  }
};

/// 95 % of values lie between `lower` and `upper`.
struct Quantiles {
  double lower = 0;
  double median = 0;
  double upper = 0;

  [[nodiscard]] static auto around(double median, double distance) noexcept -> Quantiles {
    return {median - distance, median, median + distance};
  }
};

/// n, mean and variance of values that fade.
struct FadingMoments {
  float count = 0;
  float mean = 0;
  float variance = 0;

  /// Errors are small against what they are taken of, so that single precision holds them.
  void learn(double value, double weight, double kept) noexcept {
    const double before = count * kept;
    const double total = before + weight;
    if (!(total > 0)) return;
    const double gain = weight / total;
    const double change = value - mean;
    mean = static_cast<float>(mean + gain * change);
    variance = static_cast<float>((1 - gain) * (variance + gain * change * change));
    count = static_cast<float>(total);
  }
  template <class Fields>
  void fields(Fields& f) {
    f(count, mean, variance);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool {
    return std::isfinite(count) && std::isfinite(mean) && std::isfinite(variance) && count >= 0 && variance >= 0;
  }
};

}  // namespace adcore

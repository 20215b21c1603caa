// Streams that the tests of the detect room share: all seeded, all made here.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <vector>

#include "adcore/base/random.hpp"
#include "adcore/detect/transform.hpp"

namespace adcore::testing {

inline constexpr std::array kMethods = {TransformMethod::none,
                                        TransformMethod::weighted,
                                        TransformMethod::difference,
                                        TransformMethod::normalize,
                                        TransformMethod::normalize_difference,
                                        TransformMethod::subtract_moving_average};
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Roughly normal: twelve uniforms less six.
inline auto noise(Random& random) -> double {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.uniform();
  return sum;
}

/// 100 + 20 sin, one period in 48 rows, with noise.
inline auto seasonal(std::size_t rows, std::uint64_t seed, double deviation = 1) -> std::vector<double> {
  Random random(seed);
  std::vector<double> values;
  for (std::size_t i = 0; i < rows; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / 48;
    values.push_back(100 + 20 * std::sin(angle) + deviation * noise(random));
  }
  return values;
}

/// `columns` seasonal columns of different phase and scale, row by row.
inline auto seasonal_rows(std::size_t rows, std::size_t columns, std::uint64_t seed) -> std::vector<double> {
  Random random(seed);
  std::vector<double> values;
  for (std::size_t i = 0; i < rows * columns; ++i) {
    const auto column = static_cast<double>(i % columns);
    const double angle = 2 * std::numbers::pi * static_cast<double>(i / columns) / 48 + column;
    values.push_back((column + 1) * (10 + 5 * std::sin(angle) + 0.3 * noise(random)));
  }
  return values;
}

/// Timestamps one minute apart.
inline auto minutes(std::size_t rows, std::int64_t start = 1'400'000'000'000) -> std::vector<std::int64_t> {
  std::vector<std::int64_t> timestamps;
  for (std::size_t i = 0; i < rows; ++i) timestamps.push_back(start + 60'000 * static_cast<std::int64_t>(i));
  return timestamps;
}

}  // namespace adcore::testing

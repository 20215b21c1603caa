// Streams and shorthands that the tests of the forest share.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "adcore/base/random.hpp"
#include "adcore/forest/random_cut_forest.hpp"

namespace adcore::testing {

/// A wave with noise; every row differs. One spike at 9 tenths of the way.
inline auto wave(std::size_t rows, std::size_t width = 1, std::uint64_t seed = 5) -> std::vector<float> {
  Random random(seed);
  std::vector<float> values(rows * width);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t row = i / width;
    values[i] = static_cast<float>(5 * std::sin(static_cast<double>(row) / 20) + random.uniform());
  }
  values[rows * 9 / 10 * width] = 30;
  return values;
}

/// Small whole numbers: copies are frequent.
inline auto steps(std::size_t rows, std::size_t width = 1) -> std::vector<float> {
  Random random(9);
  std::vector<float> values(rows * width);
  for (float& value : values) value = static_cast<float>(random.next() % 4);
  return values;
}

inline auto process(Forest& forest, std::span<const float> rows, std::size_t batch, std::size_t threads = 1)
    -> std::vector<double> {
  const std::size_t width = forest.config().row_size();
  const std::size_t count = rows.size() / width;
  std::vector<double> scores(count);
  for (std::size_t from = 0; from < count; from += batch) {
    const std::size_t size = std::min(batch, count - from);
    forest.process(rows.subspan(from * width, size * width), std::span(scores).subspan(from, size), threads);
  }
  return scores;
}

inline auto mean(std::span<const double> values) -> double {
  double total = 0;
  for (const double value : values) total += value;
  return total / static_cast<double>(values.size());
}

}  // namespace adcore::testing

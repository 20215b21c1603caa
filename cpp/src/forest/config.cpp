#include "adcore/forest/config.hpp"

#include <cmath>
#include <string>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

void check_count(const char* name, std::size_t value, std::size_t most) {
  if (value < 1 || value > most) {
    throw_invalid_argument(name, std::to_string(value), "it must be in 1 to " + std::to_string(most));
  }
}

void check_fraction(const char* name, double value, bool zero_allowed) {
  const bool low_enough = value <= 1.0;
  const bool high_enough = zero_allowed ? value >= 0.0 : value > 0.0;
  if (!low_enough || !high_enough) {
    throw_invalid_argument(name, value, zero_allowed ? "it must be in [0, 1]" : "it must be in (0, 1]");
  }
}

}  // namespace

void ForestConfig::validate() const {
  check_count("input_dimensions", input_dimensions, kMaximumDimensions);
  check_count("shingle_size", shingle_size, kMaximumDimensions);
  check_count("dimensions (input_dimensions * shingle_size)", dimensions(), kMaximumDimensions);
  check_count("number_of_trees", number_of_trees, 10'000);
  check_count("sample_size", sample_size, kMaximumSampleSize);
  if (time_decay) check_fraction("time_decay", *time_decay, true);
  if (output_after) check_count("output_after", *output_after, std::size_t{1} << 40U);
  check_fraction("initial_accept_fraction", initial_accept_fraction, false);
  check_fraction("bounding_box_cache_fraction", bounding_box_cache_fraction, true);
  if (internal_rotation && !internal_shingling) {
    throw_invalid_argument("internal_rotation", "true", "it needs internal_shingling = true");
  }
}

void ForestConfig::check_rows(std::span<const float> rows) const {
  if (rows.size() % row_size() != 0) {
    throw_invalid_argument("row size", static_cast<double>(rows.size()),
                           "it must be a multiple of " + std::to_string(row_size()));
  }
  for (const float value : rows) {
    if (!(std::fabs(value) <= kMaximumMagnitude)) {
      throw_invalid_argument("row value", static_cast<double>(value), "it must be finite and at most 1e30 in size");
    }
  }
}

}  // namespace adcore

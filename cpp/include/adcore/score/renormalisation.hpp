// When a score that was published is worth changing.
#pragma once

#include <algorithm>
#include <cmath>

namespace adcore {

/// Another quarter of the scale, 1.5 or more points, or less than a third of the other: anything else would rewrite
/// results nobody sees a difference in.
[[nodiscard]] inline auto is_big_change(double before, double after) noexcept -> bool {
  if (std::floor(before / 25.0) != std::floor(after / 25.0)) return true;
  if (std::abs(after - before) >= 1.5) return true;
  return std::min(before, after) < 0.33 * std::max(before, after);
}

}  // namespace adcore

// The smallest box around some points, in the plain form that the visitors use.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "adcore/base/lanes.hpp"

namespace adcore {

/// Corners are stored in whole lane groups, zero beyond the dimensions.
class BoundingBox {
 public:
  explicit BoundingBox(std::size_t dimensions)
      : dimensions_(dimensions), corners_(2 * lane_groups(dimensions) * kLanes) {}

  [[nodiscard]] auto lo() const noexcept -> std::span<const float> { return {lower(), dimensions_}; }
  [[nodiscard]] auto hi() const noexcept -> std::span<const float> { return {upper(), dimensions_}; }
  /// The padded corners.
  [[nodiscard]] auto lower() noexcept -> float* { return corners_.data(); }
  [[nodiscard]] auto upper() noexcept -> float* { return corners_.data() + corners_.size() / 2; }
  [[nodiscard]] auto lower() const noexcept -> const float* { return corners_.data(); }
  [[nodiscard]] auto upper() const noexcept -> const float* { return corners_.data() + corners_.size() / 2; }
  [[nodiscard]] auto groups() const noexcept -> std::size_t { return corners_.size() / (2 * kLanes); }

  void start(const float* point) {
    std::copy_n(point, dimensions_, lower());
    std::copy_n(point, dimensions_, upper());
  }
  void add(const float* point) noexcept {
    float* const lo = lower();
    float* const hi = upper();
    for (std::size_t d = 0; d < dimensions_; ++d) {
      lo[d] = std::min(lo[d], point[d]);
      hi[d] = std::max(hi[d], point[d]);
    }
  }

  [[nodiscard]] auto range(std::size_t d) const noexcept -> double {
    return static_cast<double>(upper()[d]) - static_cast<double>(lower()[d]);
  }
  [[nodiscard]] auto range_sum() const noexcept -> double {
    double total = 0;
    for (std::size_t d = 0; d < dimensions_; ++d) total += range(d);
    return total;
  }
  /// How far a coordinate lies above, or below, the box; 0 where it is inside.
  [[nodiscard]] auto above(std::size_t d, float value) const noexcept -> double {
    return std::max(0.0, static_cast<double>(value) - static_cast<double>(upper()[d]));
  }
  [[nodiscard]] auto below(std::size_t d, float value) const noexcept -> double {
    return std::max(0.0, static_cast<double>(lower()[d]) - static_cast<double>(value));
  }
  /// Sum over dimensions of the distance to the box.
  [[nodiscard]] auto distance(std::span<const float> point) const noexcept -> double {
    double total = 0;
    for (std::size_t d = 0; d < dimensions_; ++d) total += above(d, point[d]) + below(d, point[d]);
    return total;
  }

 private:
  std::size_t dimensions_;
  std::vector<float> corners_;
};

}  // namespace adcore

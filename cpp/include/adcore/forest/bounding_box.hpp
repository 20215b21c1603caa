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
      : dimensions_(dimensions), lo_(lane_groups(dimensions) * kLanes), hi_(lo_.size()) {}

  [[nodiscard]] auto lo() const noexcept -> std::span<const float> { return {lo_.data(), dimensions_}; }
  [[nodiscard]] auto hi() const noexcept -> std::span<const float> { return {hi_.data(), dimensions_}; }
  /// The padded corners.
  [[nodiscard]] auto lower() noexcept -> float* { return lo_.data(); }
  [[nodiscard]] auto upper() noexcept -> float* { return hi_.data(); }
  [[nodiscard]] auto groups() const noexcept -> std::size_t { return lo_.size() / kLanes; }

  void start(const float* point) {
    std::copy_n(point, dimensions_, lo_.begin());
    std::copy_n(point, dimensions_, hi_.begin());
  }
  void add(const float* point) noexcept {
    for (std::size_t d = 0; d < dimensions_; ++d) {
      lo_[d] = std::min(lo_[d], point[d]);
      hi_[d] = std::max(hi_[d], point[d]);
    }
  }

  [[nodiscard]] auto range(std::size_t d) const noexcept -> double {
    return static_cast<double>(hi_[d]) - static_cast<double>(lo_[d]);
  }
  [[nodiscard]] auto range_sum() const noexcept -> double {
    double total = 0;
    for (std::size_t d = 0; d < dimensions_; ++d) total += range(d);
    return total;
  }
  /// How far a coordinate lies above, or below, the box; 0 where it is inside.
  [[nodiscard]] auto above(std::size_t d, float value) const noexcept -> double {
    return std::max(0.0, static_cast<double>(value) - static_cast<double>(hi_[d]));
  }
  [[nodiscard]] auto below(std::size_t d, float value) const noexcept -> double {
    return std::max(0.0, static_cast<double>(lo_[d]) - static_cast<double>(value));
  }
  /// Sum over dimensions of the distance to the box.
  [[nodiscard]] auto distance(std::span<const float> point) const noexcept -> double {
    double total = 0;
    for (std::size_t d = 0; d < dimensions_; ++d) total += above(d, point[d]) + below(d, point[d]);
    return total;
  }

 private:
  std::size_t dimensions_;
  std::vector<float> lo_;
  std::vector<float> hi_;
};

}  // namespace adcore

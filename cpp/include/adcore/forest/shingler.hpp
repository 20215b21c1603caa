// The last shingle_size rows as one point.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/forest/config.hpp"

namespace adcore {

/// Holds the current point: oldest row first, or, with rotation, row k in block k mod shingle_size.
class Shingler {
 public:
  explicit Shingler(const ForestConfig& config)
      : row_size_(config.row_size()), rotating_(config.internal_rotation), point_(config.dimensions()) {}

  [[nodiscard]] auto point() const noexcept -> std::span<const float> { return point_; }
  [[nodiscard]] auto rows() const noexcept -> std::uint64_t { return rows_; }
  /// Whether every block of the point was given.
  [[nodiscard]] auto is_full() const noexcept -> bool { return rows_ * row_size_ >= point_.size(); }

  void push(std::span<const float> row) noexcept {
    place(row, point_);
    ++rows_;
  }
  /// The point that `row` would complete.
  void preview(std::span<const float> row, std::span<float> out) const noexcept {
    std::copy(point_.begin(), point_.end(), out.begin());
    place(row, out);
  }
  void restore(std::span<const float> point, std::uint64_t rows) {
    std::copy(point.begin(), point.end(), point_.begin());
    rows_ = rows;
  }
  template <class Fields>
  void fields(Fields& f) {
    f(rows_);
    f.all(point_);
  }
  /// Throws SnapshotError on what push() cannot have made.
  void check() const {
    for (const float value : point_) {
      if (!(std::fabs(value) <= kMaximumMagnitude)) throw_snapshot("a value out of range");
    }
  }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t { return point_.capacity() * sizeof(float); }

 private:
  void place(std::span<const float> row, std::span<float> point) const noexcept {
    if (rotating_) {
      const std::size_t block = rows_ % (point.size() / row_size_);
      std::copy(row.begin(), row.end(), point.begin() + static_cast<std::ptrdiff_t>(block * row_size_));
    } else {
      std::copy(point.begin() + static_cast<std::ptrdiff_t>(row_size_), point.end(), point.begin());
      std::copy(row.begin(), row.end(), point.end() - static_cast<std::ptrdiff_t>(row_size_));
    }
  }

  std::size_t row_size_;
  bool rotating_;
  std::vector<float> point_;
  std::uint64_t rows_ = 0;
};

}  // namespace adcore

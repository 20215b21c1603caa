// The values all trees of a forest share: points are places in one run of rows, not copies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/base/lanes.hpp"
#include "adcore/forest/sampler.hpp"

namespace adcore {

/// What a kernel needs to read points: point i starts at values + i * stride.
struct PointView {
  const float* values = nullptr;
  std::size_t stride = 1;
  std::size_t dimensions = 1;

  [[nodiscard]] ADCORE_INLINE auto point(PointIndex index) const noexcept -> const float* {
    return values + index * stride;
  }
};

/// Rows in order of arrival. A point is `dimensions` consecutive values, so overlapping shingles cost one row each.
/// Nothing counts references: when the store is full, rows that no live point covers are squeezed out.
/// Reads of whole lane groups past the end of a point stay inside the store.
class PointStore {
 public:
  /// `rows_per_point` rows of `stride` values make a point.
  PointStore(std::size_t stride, std::size_t rows_per_point);

  [[nodiscard]] auto view() const noexcept -> PointView { return {values_.data(), stride_, stride_ * rows_per_point_}; }
  [[nodiscard]] auto point(PointIndex index) const noexcept -> std::span<const float> {
    return {values_.data() + index * stride_, stride_ * rows_per_point_};
  }
  [[nodiscard]] auto rows() const noexcept -> std::size_t { return rows_; }
  /// Complete points: indices below this one may be read.
  [[nodiscard]] auto points() const noexcept -> std::size_t {
    return rows_ < rows_per_point_ ? 0 : rows_ - rows_per_point_ + 1;
  }
  [[nodiscard]] auto values() const noexcept -> std::span<const float> { return {values_.data(), rows_ * stride_}; }
  [[nodiscard]] auto has_room(std::size_t rows) const noexcept -> bool { return rows_ + rows <= capacity_; }

  /// Appends a row; there must be room. Returns the index of the point that ends with it
  /// (meaningless until rows_per_point rows were appended).
  auto append(std::span<const float> row) noexcept -> PointIndex;

  /// Keeps the rows covered by `live` points and the last rows_per_point - 1, makes room for `room` more rows, and
  /// returns for each old row its new place: indices[i] is the new index of point i, if it was live.
  [[nodiscard]] auto compact(std::span<const PointIndex> live, std::size_t room) -> std::vector<PointIndex>;

  /// From a snapshot; throws SnapshotError unless the values are whole rows.
  void restore(std::span<const float> values);
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t { return values_.capacity() * sizeof(float); }

 private:
  [[nodiscard]] auto mark(std::span<const PointIndex> live) const -> std::vector<PointIndex>;
  void resize(std::size_t rows);

  std::size_t stride_;
  std::size_t rows_per_point_;
  std::size_t rows_ = 0;
  std::size_t capacity_ = 0;  // in rows
  std::vector<float> values_;
};

}  // namespace adcore

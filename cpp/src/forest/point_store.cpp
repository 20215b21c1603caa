#include "adcore/forest/point_store.hpp"

#include <algorithm>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {
constexpr PointIndex kDead = 0xFFFF'FFFFU;
}

PointStore::PointStore(std::size_t stride, std::size_t rows_per_point)
    : stride_(stride), rows_per_point_(rows_per_point) {
  values_.resize(kLanes);
}

auto PointStore::append(std::span<const float> row) noexcept -> PointIndex {
  std::copy(row.begin(), row.end(), values_.begin() + static_cast<std::ptrdiff_t>(rows_ * stride_));
  ++rows_;
  return static_cast<PointIndex>(rows_ - std::min(rows_, rows_per_point_));
}

// Rows to keep have an entry other than kDead.
auto PointStore::mark(std::span<const PointIndex> live) const -> std::vector<PointIndex> {
  std::vector<PointIndex> starts(rows_, kDead);
  for (const PointIndex index : live) starts[index] = 0;
  const std::size_t tail = rows_ - std::min(rows_, rows_per_point_ - 1);
  std::size_t covered = 0;  // rows from here on that the last live point still covers
  std::vector<PointIndex> kept(rows_, kDead);
  for (std::size_t row = 0; row < rows_; ++row) {
    if (starts[row] != kDead) covered = rows_per_point_;
    if (covered > 0 || row >= tail) kept[row] = 0;
    covered -= covered > 0 ? 1U : 0U;
  }
  return kept;
}

auto PointStore::compact(std::span<const PointIndex> live, std::size_t room) -> std::vector<PointIndex> {
  auto indices = mark(live);
  std::size_t next = 0;
  for (std::size_t row = 0; row < rows_; ++row) {
    if (indices[row] == kDead) continue;
    const auto from = values_.begin() + static_cast<std::ptrdiff_t>(row * stride_);
    std::copy(from, from + static_cast<std::ptrdiff_t>(stride_),
              values_.begin() + static_cast<std::ptrdiff_t>(next * stride_));
    indices[row] = static_cast<PointIndex>(next++);
  }
  rows_ = next;
  // Slack for the rows and the references that a squeeze walks over, so that each row pays for a few of both.
  const std::size_t wanted = rows_ + std::max(room, rows_ / 8 + live.size() / 32 + 16);
  if (wanted > capacity_ || wanted + wanted / 4 < capacity_) resize(wanted);
  return indices;
}

void PointStore::restore(std::span<const float> values) {
  if (values.size() % stride_ != 0) throw_snapshot("a part of a row");
  rows_ = 0;
  resize(values.size() / stride_);
  std::copy(values.begin(), values.end(), values_.begin());
  rows_ = capacity_;
}

void PointStore::resize(std::size_t rows) {
  capacity_ = rows;
  std::vector<float> values(capacity_ * stride_ + kLanes);
  std::copy_n(values_.begin(), rows_ * stride_, values.begin());
  values_ = std::move(values);
}

}  // namespace adcore

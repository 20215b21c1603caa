#include "adcore/detect/history.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/forest/config.hpp"

namespace adcore {

History::History(std::size_t shingle_size, std::size_t input_dimensions)
    : width_(input_dimensions),
      values_(shingle_size * input_dimensions),
      timestamps_(shingle_size),
      imputed_(shingle_size) {}

void History::push(std::span<const double> row, std::int64_t timestamp, bool imputed) noexcept {
  std::copy(row.begin(), row.end(), values_.begin() + static_cast<std::ptrdiff_t>(next_ * width_));
  timestamps_[next_] = timestamp;
  imputed_rows_ += static_cast<std::size_t>(imputed) - imputed_[next_];
  imputed_[next_] = static_cast<std::uint8_t>(imputed);
  next_ = next_ + 1 == timestamps_.size() ? 0 : next_ + 1;
  ++rows_;
}

auto History::slot(std::size_t age) const noexcept -> std::size_t {
  return next_ > age ? next_ - 1 - age : next_ + timestamps_.size() - 1 - age;
}

auto History::row(std::size_t age) const noexcept -> std::span<const double> {
  return std::span<const double>(values_).subspan(slot(age) * width_, width_);
}

auto History::timestamp(std::size_t age) const noexcept -> std::int64_t { return timestamps_[slot(age)]; }

auto History::newest() const noexcept -> std::span<const double> {
  return rows_ == 0 ? std::span<const double>() : row(0);
}

auto History::imputed_fraction() const noexcept -> double {
  return static_cast<double>(imputed_rows_) / static_cast<double>(timestamps_.size());
}

auto History::memory_bytes() const noexcept -> std::size_t {
  return values_.capacity() * sizeof(double) + timestamps_.capacity() * sizeof(std::int64_t) + imputed_.capacity();
}

void History::write(ByteWriter& out) const {
  out.put_count(rows_);
  for (const double value : values_) out.put(value);
  for (const std::int64_t timestamp : timestamps_) out.put(timestamp);
  for (const std::uint8_t flag : imputed_) out.put(flag);
}

void History::read(ByteReader& in) {
  rows_ = in.get_count(~std::uint64_t{0});
  next_ = static_cast<std::size_t>(rows_ % timestamps_.size());
  for (double& value : values_) value = in.get<double>();
  for (std::int64_t& timestamp : timestamps_) timestamp = in.get<std::int64_t>();
  for (std::uint8_t& flag : imputed_) flag = in.get_at_most(1);
  imputed_rows_ = static_cast<std::size_t>(std::count(imputed_.begin(), imputed_.end(), std::uint8_t{1}));
  check();
}

void History::check() const {
  for (const double value : values_) {
    if (!(std::abs(value) <= kMaximumMagnitude)) throw_snapshot("a value of the history is out of range");
  }
  if (next_ != rows_ % timestamps_.size()) throw_snapshot("a history at a wrong place");
  std::size_t flags = 0;
  for (const std::uint8_t flag : imputed_) {
    if (flag > 1) throw_snapshot("a flag that is neither 0 nor 1");
    flags += flag;
  }
  if (flags != imputed_rows_) throw_snapshot("a history with a wrong number of imputed rows");
}

}  // namespace adcore

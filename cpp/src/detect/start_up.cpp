#include "adcore/detect/start_up.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/detect/pace.hpp"
#include "adcore/forest/config.hpp"
#include "adcore/state/fields.hpp"

namespace adcore {

namespace {

auto gap(std::int64_t from, std::int64_t to) noexcept -> double {
  return to > from ? static_cast<double>(static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from)) : 0.0;
}

/// The median of the gaps that are greater than 0: a few missing rows do not move it.
auto usual_gap(std::span<const std::int64_t> timestamps) -> double {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < timestamps.size(); ++i) {
    if (timestamps[i] > timestamps[i - 1]) gaps.push_back(gap(timestamps[i - 1], timestamps[i]));
  }
  if (gaps.empty()) return 0;
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return *middle;
}

auto fraction_present(std::span<const double> row) -> double {
  const auto missing = std::count_if(row.begin(), row.end(), [](double value) { return std::isnan(value); });
  return 1 - static_cast<double>(missing) / static_cast<double>(row.size());
}

/// Appends `missing` rows on the line between two rows.
void append_between(Segment& segment, std::span<const double> from, std::span<const double> to, std::int64_t start,
                    double step, std::size_t missing) {
  for (std::size_t k = 1; k <= missing; ++k) {
    const double part = static_cast<double>(k) / static_cast<double>(missing + 1);
    for (std::size_t i = 0; i < from.size(); ++i) segment.rows.push_back(from[i] + part * (to[i] - from[i]));
    segment.timestamps.push_back(start + static_cast<std::int64_t>(step * static_cast<double>(k)));
    segment.present.push_back(0);
  }
}

}  // namespace

auto StartUp::hold(std::span<const double> row, std::int64_t timestamp) -> bool {
  values_.insert(values_.end(), row.begin(), row.end());
  latest_ = timestamps_.empty() ? timestamp : std::max(latest_, timestamp);
  timestamps_.push_back(timestamp);
  return timestamps_.size() >= length_;
}

void StartUp::fill_column(std::size_t column, std::span<const double> fill) {
  const auto at = [&](std::size_t row) -> double& { return values_[row * width_ + column]; };
  const std::size_t n = rows();
  std::size_t known = n;  // the last row with a value; n: none yet
  for (std::size_t row = 0; row <= n; ++row) {
    if (row < n && std::isnan(at(row))) continue;
    const std::size_t first = known == n ? 0 : known + 1;
    for (std::size_t k = first; k < row; ++k) {
      if (!fill.empty()) at(k) = fill[column];
      else if (known == n && row == n) at(k) = 0;
      else if (known == n) at(k) = at(row);
      else if (row == n) at(k) = at(known);
      else
        at(k) = at(known) + (at(row) - at(known)) * static_cast<double>(k - known) / static_cast<double>(row - known);
    }
    known = row;
  }
}

auto StartUp::release(std::span<const double> fill, bool fill_gaps, std::size_t most_missing) -> Segment {
  Segment segment;
  std::vector<double> present;
  for (std::size_t row = 0; row < rows(); ++row) {
    present.push_back(fraction_present(std::span<const double>(values_).subspan(row * width_, width_)));
  }
  for (std::size_t column = 0; column < width_; ++column) fill_column(column, fill);
  const double usual = fill_gaps ? usual_gap(timestamps_) : 0;
  for (std::size_t row = 0; row < rows(); ++row) {
    const auto values = std::span<const double>(values_).subspan(row * width_, width_);
    const double apart = row == 0 ? 0 : gap(timestamps_[row - 1], timestamps_[row]);
    if (usual > 0 && apart / usual >= kGapFactor) {
      const double missing = std::min(std::round(apart / usual) - 1, static_cast<double>(most_missing));
      const auto before = std::span<const double>(values_).subspan((row - 1) * width_, width_);
      append_between(segment, before, values, timestamps_[row - 1], apart / (missing + 1),
                     static_cast<std::size_t>(missing));
    }
    segment.rows.insert(segment.rows.end(), values.begin(), values.end());
    segment.timestamps.push_back(timestamps_[row]);
    segment.present.push_back(present[row]);
  }
  *this = StartUp(length_, width_);
  over_ = true;
  return segment;
}

auto StartUp::memory_bytes() const noexcept -> std::size_t {
  return values_.capacity() * sizeof(double) + timestamps_.capacity() * sizeof(std::int64_t);
}

void StartUp::write(ByteWriter& out) const {
  out.put(over_);
  out.put_count(timestamps_.size());
  for (const double value : values_) out.put(value);
  for (const std::int64_t timestamp : timestamps_) out.put(timestamp);
}

void StartUp::read(ByteReader& in) {
  over_ = in.get<bool>();
  const auto held = static_cast<std::size_t>(in.get_count(over_ || length_ == 0 ? 0 : length_ - 1));
  std::vector<double> values;
  for (std::size_t i = 0; i < held * width_; ++i) {
    values.push_back(in.get<double>());
    if (std::abs(values.back()) > kMaximumMagnitude) throw_snapshot("a held value is out of range");
  }
  values_.clear();
  timestamps_.clear();
  for (std::size_t i = 0; i < held; ++i) {
    (void)hold(std::span<const double>(values).subspan(i * width_, width_), in.get<std::int64_t>());
  }
}

void StartUp::store_held(std::byte* to) const noexcept {
  FieldWriter out(to);
  out.all(values_);
  out.all(timestamps_);
}

void StartUp::load_held(const std::byte* from, std::size_t rows) {
  values_.resize(rows * width_);
  timestamps_.resize(rows);
  FieldReader in(from);
  in.all(values_);
  in.all(timestamps_);
}

void StartUp::check() const {
  if (!timestamps_.empty() && (over_ || timestamps_.size() >= length_)) throw_snapshot("too many rows are held");
  if (!timestamps_.empty() && latest_ != *std::max_element(timestamps_.begin(), timestamps_.end())) {
    throw_snapshot("a wrong latest time of the rows held");
  }
  for (const double value : values_) {
    if (std::abs(value) > kMaximumMagnitude) throw_snapshot("a held value is out of range");
  }
}

}  // namespace adcore

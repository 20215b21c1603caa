#include "adcore/detect/pace.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace adcore {

namespace {

/// Gaps that must be known before rows are held to be missing.
constexpr std::uint64_t kGapsNeeded = 2;
constexpr double kMostMissing = 1e9;

}  // namespace

auto add_saturating(std::int64_t from, double by) noexcept -> std::int64_t {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  // Whether it fits is asked in floating point; the sum itself is exact.
  const double sum = static_cast<double>(from) + by;
  if (sum >= static_cast<double>(kMost)) return kMost;
  if (sum <= static_cast<double>(kLeast)) return kLeast;
  const double rounded = std::round(by);
  if (std::abs(rounded) < 0x1p62) return from + static_cast<std::int64_t>(rounded);
  return static_cast<std::int64_t>(sum);
}

auto Pace::gap_to(std::int64_t timestamp) const noexcept -> double {
  if (!started_ || timestamp <= latest_) return 0;
  // Unsigned, because the difference of two signed 64-bit numbers may not fit one.
  return static_cast<double>(static_cast<std::uint64_t>(timestamp) - static_cast<std::uint64_t>(latest_));
}

auto Pace::timestamp_after(std::size_t steps) const noexcept -> std::int64_t {
  if (!started_) return 0;
  return add_saturating(latest_, std::max(1.0, std::round(mean_gap())) * static_cast<double>(steps));
}

auto Pace::missing_rows(std::int64_t timestamp) const noexcept -> std::uint64_t {
  const double usual = mean_gap();
  if (gap_.count() < kGapsNeeded || usual <= 0) return 0;
  const double rows = gap_to(timestamp) / usual;
  return rows < kGapFactor ? 0 : static_cast<std::uint64_t>(std::min(std::round(rows) - 1, kMostMissing));
}

void Pace::learn(std::int64_t timestamp, std::uint64_t missing) noexcept {
  if (is_late(timestamp)) return;
  if (started_) {
    gap_.update(gap_to(timestamp) / static_cast<double>(missing + 1));
    smoothed_deviation_.update(gap_.standard_deviation());
  }
  latest_ = timestamp;
  started_ = true;
}

void Pace::write(ByteWriter& out) const {
  gap_.write(out);
  smoothed_deviation_.write(out);
  out.put(latest_);
  out.put(started_);
}

void Pace::read(ByteReader& in) {
  gap_.read(in);
  smoothed_deviation_.read(in);
  latest_ = in.get<std::int64_t>();
  started_ = in.get<bool>();
}

}  // namespace adcore

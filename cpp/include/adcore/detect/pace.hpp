// The usual distance in time from one row to the next.
#pragma once

#include <cstddef>
#include <cstdint>

#include "adcore/detect/deviation.hpp"

namespace adcore {

/// A gap this many times the usual one means missing rows.
inline constexpr double kGapFactor = 1.5;

/// `from` + `by`, rounded, or the nearest number there is.
[[nodiscard]] auto add_saturating(std::int64_t from, double by) noexcept -> std::int64_t;

/// Differences are taken in 64-bit integers, so that nanosecond timestamps lose nothing; a row that is not later than
/// all before it has the gap 0 and does not change the statistics.
class Pace {
 public:
  explicit Pace(double decay) : gap_(decay), smoothed_deviation_(0.1 * decay) {}

  [[nodiscard]] auto has_started() const noexcept -> bool { return started_; }
  [[nodiscard]] auto latest() const noexcept -> std::int64_t { return latest_; }
  [[nodiscard]] auto is_late(std::int64_t timestamp) const noexcept -> bool { return started_ && timestamp <= latest_; }
  /// Time since the latest row, >= 0; 0 for the first row.
  [[nodiscard]] auto gap_to(std::int64_t timestamp) const noexcept -> double;
  /// Where the row `steps` from now is expected: as many usual gaps, each at least 1, after the latest; 0 at the start.
  [[nodiscard]] auto timestamp_after(std::size_t steps) const noexcept -> std::int64_t;
  /// Rows that are missing before `timestamp`; 0 while the pace is not known.
  [[nodiscard]] auto missing_rows(std::int64_t timestamp) const noexcept -> std::uint64_t;

  /// Moves the statistics; the gap was shared by `missing` rows and this one.
  void learn(std::int64_t timestamp, std::uint64_t missing) noexcept;

  [[nodiscard]] auto mean_gap() const noexcept -> double { return gap_.mean(); }
  /// Smoothed standard deviation of the gap.
  [[nodiscard]] auto gap_deviation() const noexcept -> double { return smoothed_deviation_.mean(); }

  void write(ByteWriter& out) const;
  void read(ByteReader& in);
  template <class Fields>
  void fields(Fields& f) {
    gap_.fields(f);
    smoothed_deviation_.fields(f);
    f(latest_, started_);
  }
  void check() const {
    gap_.check();
    smoothed_deviation_.check();
  }

 private:
  Deviation gap_;
  Deviation smoothed_deviation_;
  std::int64_t latest_ = 0;
  bool started_ = false;
};

}  // namespace adcore

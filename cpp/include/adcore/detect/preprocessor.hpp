// From rows as they come (missing values, gaps, late rows, any scale) to rows for the forest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/detect/confidence.hpp"
#include "adcore/detect/config.hpp"
#include "adcore/detect/frame.hpp"
#include "adcore/detect/history.hpp"
#include "adcore/detect/pace.hpp"
#include "adcore/detect/start_up.hpp"
#include "adcore/detect/transform.hpp"
#include "adcore/forest/forest.hpp"

namespace adcore {

/// Use for every row, in this order: hold() while is_starting(); else complete(), then ask the forest about scaled(),
/// then learn(). The forest is the caller's, and always the same one.
class Preprocessor {
 public:
  explicit Preprocessor(const ThresholdedForestConfig& config);

  [[nodiscard]] auto is_starting() const noexcept -> bool { return !start_up_.is_over(); }
  /// Whether a row at this time is not later than all before it.
  [[nodiscard]] auto is_late(std::int64_t timestamp) const noexcept -> bool;
  /// The timestamp of a row that comes without one.
  [[nodiscard]] auto next_timestamp() const noexcept -> std::int64_t;

  /// Holds a row back; the last one of the start-up lets the forest learn them all.
  void hold(std::span<const double> row, std::int64_t timestamp, Forest& forest);
  /// Completes a row (NaN = missing). The forest learns rows missing in time before it (Mode::streaming_impute).
  void complete(std::span<const double> row, std::int64_t timestamp, Forest& forest);
  /// The completed row, in the caller's units and as the forest sees it.
  [[nodiscard]] auto row() const noexcept -> std::span<const double> { return row_; }
  [[nodiscard]] auto scaled() const noexcept -> std::span<const float> { return scaled_; }
  /// Values filled in by complete(), with those of missing rows.
  [[nodiscard]] auto imputed() const noexcept -> std::uint32_t { return imputed_; }
  /// Whether no value of the completed row was given.
  [[nodiscard]] auto is_wholly_missing() const noexcept -> bool { return missing_values_ == width_; }
  /// The forest and the statistics learn the completed row.
  void learn(Forest& forest);

  [[nodiscard]] auto history() const noexcept -> const History& { return history_; }
  [[nodiscard]] auto transform() const noexcept -> const Transform& { return transform_; }
  [[nodiscard]] auto pace() const noexcept -> const Pace& { return pace_; }
  [[nodiscard]] auto confidence() const noexcept -> double { return confidence_.value(); }
  /// Rows the forest was shown, with imputed ones.
  [[nodiscard]] auto steps() const noexcept -> std::uint64_t { return history_.rows(); }
  /// The frame of the completed row.
  void frame(Frame& out) const;
  /// A block of the forest `age` rows back (0 = the completed row) in the caller's units, [input_dimensions].
  void invert(std::span<const float> block, std::size_t age, std::span<double> out) const;
  /// The time column of a block back to a time after `from`.
  [[nodiscard]] auto invert_time(double value, std::int64_t from) const noexcept -> std::int64_t;
  void set_time_decay(double time_decay) noexcept { confidence_.set_time_decay(time_decay); }

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  void write(ByteWriter& out) const;
  void read(ByteReader& in);
  /// All but the rows that a start-up holds.
  template <class Fields>
  void fields(Fields& f) {
    transform_.fields(f);
    pace_.fields(f);
    history_.fields(f);
    start_up_.fields(f);
    confidence_.fields(f);
  }
  [[nodiscard]] auto start_up() noexcept -> StartUp& { return start_up_; }
  [[nodiscard]] auto start_up() const noexcept -> const StartUp& { return start_up_; }
  /// Throws SnapshotError on what no stream can have made.
  void check() const;

 private:
  void replay(const Segment& segment, Forest& forest);
  void fill_gap(std::span<const double> row, Forest& forest);
  void fill_values(std::span<const double> row, const Forest& forest);
  /// A row missing in time, `steps` rows before `next`, into row_.
  void impute_row(std::span<const double> next, std::uint64_t steps, const Forest& forest);
  /// Replaces the flagged values of row_ by what the forest holds likely.
  void ask_forest(const Forest& forest, std::span<const std::uint8_t> flagged);
  void scale_row(double gap) noexcept;
  void push(std::span<const double> row, std::span<const float> scaled, std::int64_t timestamp, bool imputed,
            Forest& forest);
  /// What a value of this column is taken for when nothing better is known.
  [[nodiscard]] auto fallback(std::size_t column) const noexcept -> double;
  [[nodiscard]] auto scaled_gap(const Pace& pace, double gap) const noexcept -> float;
  [[nodiscard]] auto time_scale(const Pace& pace) const noexcept -> double;
  void frame_time(Frame& out) const;

  ThresholdedForestConfig config_;
  std::size_t width_;  // the caller's columns
  std::size_t block_;  // values of a row of the forest
  Transform transform_;
  Pace pace_;
  History history_;
  StartUp start_up_;
  Confidence confidence_;
  // The row at hand: valid between complete() and learn().
  std::vector<double> row_;
  std::vector<float> scaled_;
  std::vector<std::uint8_t> missing_;
  std::int64_t timestamp_ = 0;
  std::uint64_t missing_rows_ = 0;
  std::uint32_t missing_values_ = 0;
  std::uint32_t imputed_ = 0;
};

}  // namespace adcore

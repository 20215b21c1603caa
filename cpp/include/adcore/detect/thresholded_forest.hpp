// Rows in, anomalies out: preprocessing, a random cut forest, a threshold, and the corrections around it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "adcore/detect/config.hpp"
#include "adcore/detect/corrector.hpp"
#include "adcore/detect/preprocessor.hpp"
#include "adcore/detect/results.hpp"
#include "adcore/detect/thresholder.hpp"
#include "adcore/forest/forest.hpp"

namespace adcore {

/// Rows have `input_dimensions` values; NaN means missing, infinities and magnitudes above kMaximumMagnitude are
/// refused before anything is learned. Results are the same for any split of a stream into calls.
class ThresholdedForest {
 public:
  /// Throws InvalidArgument if the configuration is out of range.
  explicit ThresholdedForest(const ThresholdedForestConfig& config);
  ThresholdedForest(const ThresholdedForest& other);
  ThresholdedForest(ThresholdedForest&&) noexcept = default;
  auto operator=(const ThresholdedForest& other) -> ThresholdedForest&;
  auto operator=(ThresholdedForest&&) noexcept -> ThresholdedForest& = default;
  ~ThresholdedForest() = default;

  /// Scores, grades and learns one row. Timestamps are in milliseconds, or in any other unit used throughout.
  auto process_row(std::span<const double> row, std::int64_t timestamp) -> Detection;
  /// The same for a row that is known to be allowed (check_rows), into a detection as it is made.
  void process_into(std::span<const double> row, std::int64_t timestamp, Detection& detection);
  /// The same for n rows, row-major. `timestamps` has n entries, or none: then every row comes one usual gap after
  /// the one before. Throws InvalidArgument, with nothing learned, when a size or a value is not allowed.
  [[nodiscard]] auto process(std::span<const double> rows, std::span<const std::int64_t> timestamps = {})
      -> ThresholdedColumns;

  /// Throws what process() would throw before it learns anything.
  void check_rows(std::span<const double> rows, std::span<const std::int64_t> timestamps) const;

  /// The next `horizon` rows. `corrected`: as if the last anomaly had not happened. Needs shingle_size > 1; zeros
  /// before is_ready(). Throws InvalidArgument.
  [[nodiscard]] auto extrapolate(std::size_t horizon, bool corrected = true, double centrality = 1.0) const -> Forecast;

  [[nodiscard]] auto config() const noexcept -> const ThresholdedForestConfig& { return config_; }
  [[nodiscard]] auto forest() const noexcept -> const Forest& { return *forest_; }
  [[nodiscard]] auto preprocessor() const noexcept -> const Preprocessor& { return preprocessor_; }
  [[nodiscard]] auto total_updates() const noexcept -> std::uint64_t { return forest_->total_updates(); }
  [[nodiscard]] auto is_ready() const noexcept -> bool { return forest_->is_ready(); }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;

  // -- what may change while running; the configuration follows
  void set_time_decay(double time_decay);
  void set_z_factor(double z_factor);
  void set_lower_threshold(double threshold);

  /// All but the forest underneath and the rows that a start-up holds; see state/fields.hpp.
  template <class Fields>
  void fields(Fields& f) {
    preprocessor_.fields(f);
    thresholder_.fields(f);
    corrector_.fields(f);
  }
  /// For one object that takes the place of many models in turn.
  [[nodiscard]] auto forest() noexcept -> Forest& { return *forest_; }
  [[nodiscard]] auto start_up() noexcept -> StartUp& { return preprocessor_.start_up(); }
  /// Throws SnapshotError on fields that no stream can have made.
  void check_fields() const;

  /// A framed, checksummed snapshot; a forest restored from it goes on bit for bit as this one would.
  [[nodiscard]] auto to_bytes() const -> std::vector<std::byte>;
  /// Throws SnapshotError on anything else than such bytes.
  [[nodiscard]] static auto from_bytes(std::span<const std::byte> bytes) -> ThresholdedForest;

 private:
  ThresholdedForest(const ThresholdedForestConfig& config, std::unique_ptr<Forest> forest);

  void check_steps() const;
  void score_row(Detection& detection);
  void examine(const Verdict& verdict, Detection& detection);
  void describe(const Ruling& ruling, Detection& detection);
  void describe_expected(const Ruling& ruling, std::size_t age, Detection& detection);

  ThresholdedForestConfig config_;
  std::unique_ptr<Forest> forest_;
  Preprocessor preprocessor_;
  Thresholder thresholder_;
  Corrector corrector_;
  // Scratch, so that a row without an alert allocates nothing.
  std::vector<float> point_;
  Frame frame_;
};

}  // namespace adcore

// Is a score above the threshold news? Takes back echoes of earlier anomalies, noise, and what was to be expected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "adcore/detect/config.hpp"
#include "adcore/detect/frame.hpp"
#include "adcore/detect/thresholder.hpp"
#include "adcore/forest/forest.hpp"

namespace adcore {

/// A point above the threshold and what is known about it.
struct Candidate {
  const Forest& forest;          // before the point is learned
  std::span<const float> point;  // [dimensions]
  const Frame& frame;
  std::uint64_t step;  // position in the stream
  double score;
  Verdict verdict;
};

struct Ruling {
  double grade = 0;
  Correction correction = Correction::none;
  /// The score without the effect of earlier anomalies; what the thresholder learns as the next starting level.
  double corrected_score = 0;
  /// 0: the newest row of the point is to blame; -k: the one k rows before.
  std::int32_t relative_index = 0;
  /// Of the corrected point, sums to the score. Only when grade > 0.
  Attribution attribution;
  /// Positions in the point of the values to blame; empty if there are too many. Only when grade > 0.
  std::vector<std::uint32_t> blamed;
  /// The corrected point with these replaced by expected ones; empty if `blamed` is. Only when grade > 0.
  std::vector<float> expected;
};

/// The rules of the field (AWS random cut forest, PredictorCorrector), in this order: past-anomaly correction of the
/// shingle, noise, anomaly in shingle, conditional forecast, forecast and ignored distances, data drift, alert once.
/// Where they differ here, docs/thresholding.md says how and why.
class Corrector {
 public:
  explicit Corrector(const ThresholdedForestConfig& config);

  /// Notes a score that is no anomaly by itself.
  void pass(double score, const Verdict& verdict) noexcept;
  /// Rules on a candidate (grade > 0) and notes it.
  [[nodiscard]] auto examine(const Candidate& candidate) -> Ruling;
  /// After the row of an anomaly was learned: how far it moved the frame's mean.
  void note_shift(std::span<const double> before, std::span<const double> after);

  /// The point whose newest row is that of `step`, without what the last anomaly did to it.
  [[nodiscard]] auto corrected_point(std::span<const float> point, std::uint64_t step, const Frame& frame) const
      -> std::vector<float>;

  void set_time_decay(double time_decay) noexcept;

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  void write(ByteWriter& out) const;
  void read(ByteReader& in);
  template <class Fields>
  void fields(Fields& f) {
    f(past_.exists, past_.step, past_.relative_index, past_.score);
    f.optional(past_.point, dimensions_);
    f.optional(past_.expected, dimensions_);
    f.optional(past_.scale, block_);
    f.optional(past_.mean_moved, block_);
    f(has_last_, last_score_, last_threshold_, run_length_);
    for (auto* run : {&run_actual_, &run_expected_}) {
      for (auto& value : *run) value.fields(f);
    }
  }
  /// Throws SnapshotError on what examine() cannot have made.
  void check() const;

 private:
  /// The last anomaly reported.
  struct PastAnomaly {
    bool exists = false;
    std::uint64_t step = 0;
    std::int32_t relative_index = 0;
    double score = 0;
    std::vector<float> point;
    std::vector<float> expected;     // empty if none
    std::vector<double> scale;       // of the frame then
    std::vector<double> mean_moved;  // by how much it moved the frame's mean; empty if unknown
  };
  /// Distances, in the caller's units, within which a value counts as expected.
  struct Tolerance {
    std::vector<double> above;
    std::vector<double> below;
  };

  /// Puts what was expected in the place of the last anomaly, `rows` rows ago.
  void replace_past(std::vector<float>& corrected, std::uint64_t rows, const Frame& frame) const;
  /// Takes back the shift that the last anomaly gave the rows since, as long as it is more than their precision.
  void unshift(std::vector<float>& corrected, std::uint64_t rows, const Frame& frame) const;
  /// Whether the whole shingle lies at the centre of the series, to the precision of its values.
  [[nodiscard]] auto is_flat(std::span<const float> point, const Frame& frame) const noexcept -> bool;
  [[nodiscard]] auto blamed_block(const Attribution& attribution, std::size_t first) const noexcept -> std::size_t;
  [[nodiscard]] auto blamed_values(const Attribution& attribution, std::size_t block) const
      -> std::vector<std::uint32_t>;
  /// Whether the rows since the last anomaly, `rows` of them, say something of their own.
  [[nodiscard]] auto is_new(const Attribution& found, const Attribution& ideal, std::uint64_t rows,
                            double threshold) const noexcept -> bool;
  [[nodiscard]] auto tolerance(const Candidate& candidate, std::size_t block) const -> Tolerance;
  /// Mean step of value `i` from `block` to the newest row: how rough the way was since.
  [[nodiscard]] auto path_deviation(std::span<const float> point, std::size_t block, std::size_t i,
                                    bool differenced) const noexcept -> double;
  [[nodiscard]] auto is_within(const Tolerance& near, const Candidate& candidate, std::size_t block,
                               std::span<const float> other) const noexcept -> bool;
  [[nodiscard]] auto is_usual_here(const Candidate& candidate, const Tolerance& near, std::size_t block,
                                   std::span<const float> corrected) const -> bool;
  void judge_point(const Candidate& candidate, std::span<const float> corrected, Ruling& ruling) const;
  void judge_run(const Candidate& candidate, Ruling& ruling);
  [[nodiscard]] auto is_drift(const Candidate& candidate, const Ruling& ruling) const noexcept -> bool;
  [[nodiscard]] auto is_rising(double score, const Verdict& verdict) const noexcept -> bool;
  void close_run(const Ruling& ruling) noexcept;
  void remember(const Candidate& candidate, const Ruling& ruling);
  [[nodiscard]] auto gap(std::uint64_t step) const noexcept -> std::uint64_t;

  static constexpr std::uint32_t kLongestRun = 1'000'000;

  std::size_t shingle_size_;
  std::size_t block_;  // values of a row of the forest
  std::size_t dimensions_;
  double transform_decay_;
  bool time_augmented_;
  bool auto_adjust_;
  bool alert_once_;
  double noise_factor_;
  double sampling_support_;
  std::size_t maximum_attributors_;
  std::vector<double> ignore_above_, ignore_below_, ignore_above_ratio_, ignore_below_ratio_;

  PastAnomaly past_;
  bool has_last_ = false;
  double last_score_ = 0;
  double last_threshold_ = 0;
  std::uint32_t run_length_ = 0;
  std::vector<Deviation> run_actual_;    // [block] values of the run (auto_adjust)
  std::vector<Deviation> run_expected_;  // [block]
};

}  // namespace adcore

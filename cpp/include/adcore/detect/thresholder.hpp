// From a score to a grade: how far above the usual scores is it?
#pragma once

#include <cstdint>
#include <optional>

#include "adcore/detect/deviation.hpp"

namespace adcore {

struct Verdict {
  double threshold = 0;  ///< the least score that is an anomaly
  double grade = 0;      ///< 0 below it, up to 1
};

struct ThresholderConfig {
  double time_decay = 1.0 / 2560;
  double anomaly_rate = 0.01;
  double z_factor = 3;
  /// Unset: 0.8, lowered with the mean score when `auto_adjust` is set.
  std::optional<double> lower_threshold;
  double initial_threshold = 1.5;
  double score_differencing = 0.5;
  bool auto_adjust = false;
  /// Whether values are transformed: transformed series have scores of a smaller mean, and the factor follows.
  bool transformed = false;
  /// Whether consecutive scores are tied to each other, by a shingle or by differencing.
  bool dependent_scores = true;
  /// Whether a score stays part of the next one (a shingle): their differences are what is new.
  bool shingled = true;
};

/// Statistics of the scores seen, and the threshold they give: mean + z * deviation, at least `lower_threshold`,
/// blended from `initial_threshold` over the first twenty scores. Scores of an anomaly enter as at most 2, so that one
/// anomaly does not hide the next. Rules of the field (AWS random cut forest, BasicThresholder); see
/// docs/thresholding.md.
class Thresholder {
 public:
  explicit Thresholder(const ThresholderConfig& config);

  /// The verdict on a score > 0. Monotone: a higher score never has a lower grade.
  [[nodiscard]] auto judge(double score) const noexcept -> Verdict;
  /// Learns a score > 0; `corrected` is what the score would have been without anomalies reported before.
  void learn(double score, double corrected) noexcept;
  /// judge, then learn.
  auto observe(double score) noexcept -> Verdict {
    const Verdict verdict = judge(score);
    learn(score, score);
    return verdict;
  }

  /// Whether the statistics are known well enough to judge by them.
  [[nodiscard]] auto is_ready() const noexcept -> bool { return count_ >= kMinimumScores; }
  [[nodiscard]] auto mean() const noexcept -> double { return scores_.mean(); }
  [[nodiscard]] auto standard_deviation() const noexcept -> double { return scores_.standard_deviation(); }
  void set_time_decay(double time_decay) noexcept;
  void set_z_factor(double z_factor) noexcept { config_.z_factor = z_factor; }
  void set_lower_threshold(double threshold) noexcept { config_.lower_threshold = threshold; }

  void write(ByteWriter& out) const;
  void read(ByteReader& in);
  template <class Fields>
  void fields(Fields& f) {
    for (auto* known : {&scores_, &differences_, &below_}) known->fields(f);
    f(last_score_, count_);
  }
  /// Throws SnapshotError on what learn() cannot have made.
  void check() const;

  static constexpr std::uint64_t kMinimumScores = 10;

 private:
  [[nodiscard]] auto long_term_deviation() const noexcept -> double;
  [[nodiscard]] auto adjusted_factor() const noexcept -> double;
  [[nodiscard]] auto lower_threshold() const noexcept -> double;
  /// 0 while only initial_threshold counts, 1 once only the statistics do.
  [[nodiscard]] auto trust() const noexcept -> double;
  [[nodiscard]] auto early_grade(double score) const noexcept -> double;

  ThresholderConfig config_;
  Deviation scores_;       // scores, at most 2
  Deviation differences_;  // what each score adds to the last
  Deviation below_;        // how far scores below the mean lie below it
  double last_score_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace adcore

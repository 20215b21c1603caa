// Normalizer: what the scores of one kind of result looked like so far.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/score/interval_highs.hpp"
#include "adcore/score/quantile_histogram.hpp"
#include "adcore/score/scope_maxima.hpp"
#include "adcore/score/score_time.hpp"

namespace adcore {

/// Learns from final results only, bucket by bucket; ScoreScale makes scores of it.
class Normalizer {
 public:
  explicit Normalizer(ScoreTime time) noexcept : time_(time), maxima_(2.0 * time.decay()) {}

  /// All results of the bucket that starts at `bucket_start` (ms), at least as late as those before: one per scope that
  /// was seen, with ln p = 0 where nothing was unusual. True on a big change: of a scope, the first score or one that
  /// is more than a tenth above its largest.
  auto update(std::int64_t bucket_start, std::span<const std::uint64_t> scopes,
              std::span<const double> log_probabilities) -> bool;

  /// Raw scores in thousandths, aged.
  [[nodiscard]] auto quantiles() const noexcept -> const QuantileHistogram& { return quantiles_; }
  /// Of the scope, as of the newest bucket; 0 if there is none.
  [[nodiscard]] auto largest(std::uint64_t scope) const noexcept -> double { return maxima_.largest(scope, bucket_); }
  /// Thousandths, rounded.
  [[nodiscard]] static auto quantile_key(double raw_score) noexcept -> std::uint32_t {
    return static_cast<std::uint32_t>(std::lround(1000.0 * raw_score));
  }

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  void write(ByteWriter& out) const;
  /// Keeps the time. Throws SnapshotError on what update() cannot have made.
  void read(ByteReader& in);

 private:
  void pass_to(std::int64_t bucket_start);

  ScoreTime time_;
  QuantileHistogram quantiles_;
  IntervalHighs highs_;
  ScopeMaxima maxima_;
  bool started_ = false;
  std::int64_t bucket_ = 0;    // of the newest update
  std::int64_t interval_ = 0;  // likewise
  std::int64_t aged_to_ = 0;   // how many times twenty buckets the quantiles have been aged for
};

}  // namespace adcore

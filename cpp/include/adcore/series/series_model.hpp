// The probabilistic model of one series: what is expected when, and how unlikely a value is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "adcore/series/anomaly_shape.hpp"
#include "adcore/series/change_test.hpp"
#include "adcore/series/config.hpp"
#include "adcore/series/outlier_trust.hpp"
#include "adcore/series/recent_buckets.hpp"
#include "adcore/series/residual_model.hpp"
#include "adcore/series/results.hpp"
#include "adcore/series/seasons.hpp"
#include "adcore/series/spread.hpp"
#include "adcore/series/tail_calibration.hpp"
#include "adcore/series/trend.hpp"

namespace adcore {

class WindowShape;

/// One flat block without pointers: copies are plain copies, equal histories give equal bytes. assess() is const, so
/// that a value may be tried out (interim results); learn() takes what assess() said of the same sample:
///
///   const auto seen = model.assess(config, sample);
///   model.learn(config, sample, seen);
///
/// Times never go back by more than a bucket. The configuration is the same in every call.
class SeriesModel {
 public:
  SeriesModel() = default;

  /// How unusual the sample would be as the next one; with `shape` also as part of the last buckets' shape.
  [[nodiscard]] auto assess(const SeriesConfig& config, const SeriesSample& sample,
                            const WindowShape* shape = nullptr) const -> SeriesAssessment;
  /// Only the ln p of the bucket by itself: for influences, the value less the part of an influencer.
  [[nodiscard]] auto log_single(const SeriesConfig& config, const SeriesSample& sample) const -> double;
  /// What the model expects at a time, in ms since the epoch.
  [[nodiscard]] auto expected(const SeriesConfig& config, std::int64_t time) const -> double;

  /// Learns a sample, and `shape` with it. `weight` in (0, 1]: 1 / n for each of n pooled samples of a bucket.
  void learn(const SeriesConfig& config, const SeriesSample& sample, const SeriesAssessment& seen, double weight = 1,
             WindowShape* shape = nullptr);
  /// A bucket without a value, at any time in it: the model ages.
  void pass(const SeriesConfig& config, std::int64_t time);
  /// From now on the clock of its days and weeks is `by` ms ahead of what it was.
  void shift_clock(std::int64_t by) noexcept { seasons_.shift_clock(by); }

  /// Enough has been seen for results to be reported.
  [[nodiscard]] auto informative() const noexcept -> bool;
  /// The start (ms) of the bucket of the newest sample or pass(); 0 before the first.
  [[nodiscard]] auto last_time(const SeriesConfig& config) const noexcept -> std::int64_t;

  /// `buckets` points from the bucket that starts at `from` (ms), after last_time().
  [[nodiscard]] auto forecast(const SeriesConfig& config, std::int64_t from, std::size_t buckets) const
      -> std::vector<ForecastPoint>;

  [[nodiscard]] auto to_bytes() const -> std::vector<std::byte>;
  /// Throws SnapshotError on anything else than such bytes of a series with this `config`.
  [[nodiscard]] static auto from_bytes(std::span<const std::byte> bytes, const SeriesConfig& config) -> SeriesModel;

  /// For the snapshot of a room above: see state/fields.hpp. check() follows reading.
  template <class Fields>
  void fields(Fields& f) {
    f(last_index_, learned_index_, samples_, occupancy_, usual_count_, level_, never_negative_);
    trend_.fields(f), seasons_.fields(f), spread_.fields(f), residuals_.fields(f);
    recent_.fields(f), shape_.fields(f), calibration_.fields(f), trust_.fields(f), change_.fields(f);
  }
  /// Throws SnapshotError on what learn() cannot have made.
  void check(const SeriesConfig& config) const;

 private:
  /// What is known of a moment before its value is.
  struct Expectation {
    BucketTime time;
    double ahead = 0;  // buckets since the last one learned
    double trend = 0;
    double season = 0;
    double spread = 1;  // factor of the variance by the hour
    double doubt = 0;   // variance of the season by that of the values
    [[nodiscard]] auto mean() const noexcept -> double { return trend + season; }
  };
  [[nodiscard]] auto expectation(const SeriesConfig& config, std::int64_t time) const noexcept -> Expectation;
  [[nodiscard]] auto residual(const SeriesConfig& config, const SeriesSample& sample,
                              const Expectation& expected) const noexcept -> Residual;
  [[nodiscard]] auto floored(double value) const noexcept -> double;
  /// Raises what is unlikely to what it is by the clocks an hour before and after, as far as those are possible. True
  /// if they say more.
  auto ask_other_clocks(const Residual& r, const Expectation& expected, LogTails& tails) const noexcept -> bool;
  [[nodiscard]] auto empty_weight(const SeriesSample& sample) const noexcept -> double;
  void describe(const Residual& r, const ResidualModel::Shares& shares, SeriesAssessment& seen) const noexcept;
  void add_recent(const SeriesConfig& config, SeriesAssessment& seen) const noexcept;
  void add_shape(const WindowShape& shape, SeriesAssessment& seen) const;
  void add_length(SeriesAssessment& seen) const noexcept;

  void count_sample(const SeriesSample& sample, double weight) noexcept;
  /// True: a season was found, residuals are of another kind from now on.
  auto learn_expectation(const SeriesConfig& config, const SeriesSample& sample, const Expectation& expected,
                         double weight, double trust) noexcept -> bool;
  void follow(const SeriesConfig& config, const SeasonChange& change) noexcept;
  void follow(const Change& change, double day) noexcept;
  void learn_history(const SeriesConfig& config, const SeriesAssessment& seen, double trust, double kept,
                     double ahead) noexcept;

  std::int64_t last_index_ = 0;     // bucket of the newest sample or pass()
  std::int64_t learned_index_ = 0;  // bucket of the newest sample
  Trend trend_;
  ResidualModel residuals_;
  RecentBuckets recent_;
  AnomalyShape shape_;
  TailCalibration calibration_;
  OutlierTrust trust_;
  ChangeTest change_;
  float samples_ = 0;      // with something in them
  float occupancy_ = 1;    // share of buckets that are not empty
  float usual_count_ = 0;  // records behind a value
  float level_ = 0;        // mean size of values
  bool never_negative_ = true;
  Spread spread_;
  Seasons seasons_;
};

static_assert(std::is_trivially_copyable_v<SeriesModel>);
static_assert(sizeof(SeriesModel) <= 4096);

}  // namespace adcore

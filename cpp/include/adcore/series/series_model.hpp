// The probabilistic model of one series: what is expected when, and how unlikely a value is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "adcore/series/config.hpp"
#include "adcore/series/results.hpp"

namespace adcore {

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

  /// How unusual the sample would be as the next one.
  [[nodiscard]] auto assess(const SeriesConfig& config, const SeriesSample& sample) const -> SeriesAssessment;
  /// Only the ln p of the bucket by itself: for influences, the value less the part of an influencer.
  [[nodiscard]] auto log_single(const SeriesConfig& config, const SeriesSample& sample) const -> double;
  /// What the model expects at a time, in ms since the epoch.
  [[nodiscard]] auto expected(const SeriesConfig& config, std::int64_t time) const -> double;

  /// Learns a sample. `weight` in (0, 1]: 1 / n for each of n pooled samples of a bucket.
  void learn(const SeriesConfig& config, const SeriesSample& sample, const SeriesAssessment& seen, double weight = 1);
  /// A bucket without a value, at any time in it: the model ages.
  void pass(const SeriesConfig& config, std::int64_t time);

  /// Enough has been seen for results to be reported.
  [[nodiscard]] auto informative() const noexcept -> bool;
  /// The start (ms) of the bucket of the newest sample or pass(); only if something has been learned.
  [[nodiscard]] auto last_time() const noexcept -> std::int64_t;

  /// `buckets` points from the bucket that starts at `from` (ms), after last_time().
  [[nodiscard]] auto forecast(const SeriesConfig& config, std::int64_t from, std::size_t buckets) const
      -> std::vector<ForecastPoint>;

  [[nodiscard]] auto to_bytes() const -> std::vector<std::byte>;
  /// Throws SnapshotError on anything else than such bytes.
  [[nodiscard]] static auto from_bytes(std::span<const std::byte> bytes) -> SeriesModel;

  /// For the snapshot of a room above: see state/fields.hpp. check() follows reading.
  template <class Fields>
  void fields(Fields& f) {
    f(last_time_, count_, mean_, squares_);
  }
  /// Throws SnapshotError on what learn() cannot have made.
  void check() const;

 private:
  std::int64_t last_time_ = 0;
  double count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

static_assert(std::is_trivially_copyable_v<SeriesModel>);
static_assert(sizeof(SeriesModel) <= 4096);

}  // namespace adcore

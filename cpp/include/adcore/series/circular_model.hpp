// CircularModel: at what time of the day, or of the week, things happen.
#pragma once

#include <cstdint>
#include <type_traits>

#include "adcore/series/bucket_age.hpp"
#include "adcore/series/direction_clusters.hpp"

namespace adcore {

inline constexpr std::int64_t kSecondsPerDay = 86'400;
inline constexpr std::int64_t kSecondsPerWeek = 604'800;

struct CircularConfig {
  /// Length of a bucket in ms, > 0.
  std::int64_t bucket_span = 300'000;
  /// kSecondsPerDay, from 00:00 UTC; or kSecondsPerWeek, from Thursday 00:00 UTC.
  std::int64_t period = kSecondsPerDay;
};

struct CircularAssessment {
  double log_probability = 0;
  /// What is usual, in seconds of the period: the mode nearest to the value, and what holds 95 % of it. `lower` may be
  /// after `upper`: then midnight is between.
  double typical = 0;
  double lower = 0;
  double upper = 0;
  bool multimodal = false;
  /// Later than typical, the short way round.
  bool above = false;
};

/// One flat block without pointers. As with SeriesModel: assess() is const, and learn() takes the same value.
class CircularModel {
 public:
  /// How unusual is `value`, in seconds since the start of the period (of any period: it wraps around), in the bucket
  /// that starts at `bucket_start` (ms)? Until a few periods have passed, much is forgiven.
  [[nodiscard]] auto assess(const CircularConfig& config, std::int64_t bucket_start, double value) const
      -> CircularAssessment;
  /// `weight` in (0, 1]: 1 / n for each of n values of a bucket.
  void learn(const CircularConfig& config, std::int64_t bucket_start, double value, double weight = 1);
  /// A bucket without a value: the model ages.
  void pass(const CircularConfig& config, std::int64_t bucket_start);

  /// Enough has been seen for results to be reported.
  [[nodiscard]] auto informative() const noexcept -> bool { return age_.buckets() >= 3; }

  template <class Fields>
  void fields(Fields& f) {
    age_.fields(f);
    clusters_.fields(f);
  }
  /// Throws SnapshotError on what learn() cannot have made.
  void check() const;

 private:
  BucketAge age_;
  DirectionClusters<2> clusters_;
};

static_assert(std::is_trivially_copyable_v<CircularModel>);
static_assert(sizeof(CircularModel) <= 1024);

}  // namespace adcore

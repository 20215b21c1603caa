// PositionModel: where on earth things happen.
#pragma once

#include <cstdint>
#include <type_traits>

#include "adcore/series/bucket_age.hpp"
#include "adcore/series/direction_clusters.hpp"

namespace adcore {

/// In degrees: latitude -90 to 90, longitude of any turn.
struct Position {
  double latitude = 0;
  double longitude = 0;
};

struct PositionAssessment {
  double log_probability = 0;
  /// What is usual: the middle of the mode nearest to the position; longitude -180 to 180.
  Position typical;
  bool multimodal = false;
};

/// One flat block without pointers. As with SeriesModel: assess() is const, and learn() takes the same position.
class PositionModel {
 public:
  /// How unusual is a position, by its distance from the places known?
  [[nodiscard]] auto assess(const Position& position) const -> PositionAssessment;
  /// Of the bucket that starts at `bucket_start` (ms); buckets have `bucket_span` ms. `weight` in (0, 1]: 1 / n for
  /// each of n positions of a bucket.
  void learn(std::int64_t bucket_span, std::int64_t bucket_start, const Position& position, double weight = 1);
  /// A bucket without a position: the model ages.
  void pass(std::int64_t bucket_span, std::int64_t bucket_start);

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
  DirectionClusters<3> clusters_;
};

static_assert(std::is_trivially_copyable_v<PositionModel>);
static_assert(sizeof(PositionModel) <= 1024);

}  // namespace adcore

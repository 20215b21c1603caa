// Leaf: what one series, or one member of a population, did in one bucket.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "adcore/column/column_view.hpp"
#include "adcore/job/field_plan.hpp"
#include "adcore/series/results.hpp"

namespace adcore {

/// How much of a leaf's improbability is due to one value of an influencer.
struct LeafInfluence {
  std::uint32_t influencer;  // place in the configuration
  std::string_view value;    // valid as long as no dictionary grows
  double influence;          // in (0, 1]
};

/// Which number of a series is meant; all but `metric` have the first only.
enum class Feature : std::uint8_t { value, minimum, maximum };

struct Leaf {
  std::uint32_t detector = 0;
  /// Codes of kept values; kNone where there is no such field.
  std::uint32_t partition = kNone;
  std::uint32_t over = kNone;
  std::uint32_t by = kNone;
  /// The by value of the series that it was compared with.
  std::uint32_t companion = kNone;
  /// Number of the series in the detector's table.
  std::uint32_t series = 0;
  Feature feature = Feature::value;
  /// The rules say that it is no news.
  bool skip_result = false;
  bool is_first_occurrence = false;
  bool is_learned = true;
  /// Of the whole leaf; the detector equaliser moves it.
  double log_probability = 0.0;
  double actual = kMissing;
  double typical = kMissing;
  double actual_longitude = kMissing;
  double typical_longitude = kMissing;
  double relative_rarity = kMissing;
  SeriesAssessment assessment{};
  /// Slice of LeafBatch::influences.
  std::uint32_t first_influence = 0;
  std::uint32_t influences = 0;
};

/// One number of one series, as a plot shows it.
struct PlotPoint {
  std::uint32_t detector;
  std::uint32_t partition;
  std::uint32_t over;
  std::uint32_t by;
  Feature feature;
  double lower;
  double median;
  double upper;
  double actual;
};

/// What the detectors say of one bucket, ordered by detector.
struct LeafBatch {
  std::vector<Leaf> leaves;
  std::vector<LeafInfluence> influences;
  std::vector<PlotPoint> plot;

  void append(const LeafBatch& other);
};

}  // namespace adcore

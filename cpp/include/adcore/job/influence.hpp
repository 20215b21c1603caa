// Influences: which values of the influencers a leaf is due to.
#pragma once

#include <vector>

#include "adcore/job/bucket_value.hpp"
#include "adcore/job/closing_bucket.hpp"
#include "adcore/series/series_model.hpp"

namespace adcore {

/// A value of a series that was judged, before it is learned.
struct JudgedValue {
  const MeasuredFeature* feature = nullptr;
  const SeriesModel* model = nullptr;  // nullptr: no model can say what parts of the value would be worth
  SeriesSample sample{};
  double value = 0.0;
};

/// Appends the influences on a leaf, by influencer in the order of the configuration and then by falling influence, and
/// points the leaf at them. `slot` are its records, kNone where there are none.
void add_influences(const ClosingBucket& bucket, const JudgedValue& judged, std::uint32_t slot, Leaf& leaf,
                    std::vector<LeafInfluence>& influences);

}  // namespace adcore

#include "adcore/job/influence.hpp"

#include <algorithm>
#include <cmath>

namespace adcore {

namespace {

constexpr double kLeastInfluence = 0.4;
constexpr double kLeastLogInfluence = 0.5;

// What can be said of the part of a value.
enum class Influencing : std::uint8_t {
  presence,   // whoever is there has it all
  absence,    // nobody: what is missing has no author
  remainder,  // how likely would the value be without the part
  part,       // how unlikely is the part by itself
};

auto influencing(const JudgedValue& judged, bool above) noexcept -> Influencing {
  if (judged.model == nullptr) return Influencing::presence;
  const MeasuredFeature& plan = *judged.feature;
  if (plan.is_average) return Influencing::remainder;
  if (plan.measure == Measure::minimum || plan.measure == Measure::maximum) return Influencing::part;
  if (!above || plan.series.side == Side::low) return Influencing::absence;
  return reads_texts(plan.measure) ? Influencing::part : Influencing::remainder;
}

class InfluenceOfParts {
 public:
  InfluenceOfParts(const JudgedValue& judged, const BucketSeries& records, std::uint32_t slot, bool above)
      : judged_(judged), kind_(influencing(judged, above)), all_(records.values().sums(slot)) {
    if (judged.model == nullptr) return;
    config_ = judged.feature->series;
    // Without the part a total can only be smaller: seen from the low side that would be news again.
    if (!judged.feature->is_average && kind_ == Influencing::remainder) config_.side = Side::high;
    log_whole_ = judged.model->log_single(config_, judged.sample);
  }

  [[nodiscard]] auto kind() const noexcept -> Influencing { return kind_; }

  [[nodiscard]] auto operator()(const Accumulators& parts, std::uint32_t part) const -> double {
    if (kind_ == Influencing::presence || log_whole_ >= 0.0) return 1.0;
    if (kind_ == Influencing::part) return of_part(parts, part);
    const auto left = value_without(*judged_.feature, judged_.value, all_, parts, part);
    if (!left) return 1.0;
    SeriesSample sample = judged_.sample;
    sample.value = *left - judged_.feature->origin;
    if (judged_.feature->is_average) sample.count = all_.events - parts.sums(part).events;
    return std::clamp(1.0 - judged_.model->log_single(config_, sample) / log_whole_, 0.0, 1.0);
  }

 private:
  [[nodiscard]] auto of_part(const Accumulators& parts, std::uint32_t part) const -> double {
    const auto value = bucket_value(*judged_.feature, parts, part);
    if (!value) return 0.0;
    SeriesSample sample = judged_.sample;
    sample.value = *value - judged_.feature->origin;
    return std::clamp(judged_.model->log_single(config_, sample) / log_whole_, 0.0, 1.0);
  }

  const JudgedValue& judged_;
  Influencing kind_;
  const RecordSums& all_;
  SeriesConfig config_;
  double log_whole_ = 0.0;
};

// The influencers that are fields of the detector itself.
void add_own(const ClosingBucket& bucket, const DetectorPlan& plan, const Leaf& leaf, std::uint32_t influencer,
             std::vector<LeafInfluence>& influences) {
  const std::uint32_t column = bucket.plan.influencers[influencer];
  const std::uint32_t code = column == plan.by ? leaf.by : column == plan.over ? leaf.over : leaf.partition;
  const auto value = bucket.text(column, code);
  if (!value.empty()) influences.push_back({influencer, value, 1.0});
}

void sort_influences(std::vector<LeafInfluence>& influences, std::size_t first) {
  std::sort(influences.begin() + static_cast<std::ptrdiff_t>(first), influences.end(),
            [](const auto& a, const auto& b) {
              return a.influence != b.influence ? a.influence > b.influence : a.value < b.value;
            });
}

}  // namespace

void add_influences(const ClosingBucket& bucket, const JudgedValue& judged, std::uint32_t slot, Leaf& leaf,
                    std::vector<LeafInfluence>& influences) {
  const DetectorPlan& plan = bucket.plan.detectors[leaf.detector];
  const BucketSeries& records = bucket.records.detectors[leaf.detector];
  const double least = std::max(kLeastInfluence, kLeastLogInfluence / std::max(-leaf.log_probability, 1.0));
  leaf.first_influence = static_cast<std::uint32_t>(influences.size());
  const auto add_gathered = [&](std::uint32_t influencer, const Contributions& gathered) {
    if (slot == kNone) return;
    const InfluenceOfParts influence_of(judged, records, slot, leaf.assessment.above);
    const std::size_t first = influences.size();
    gathered.for_each(slot, [&](std::uint32_t value, std::uint32_t part) {
      const bool is_alone = gathered.parts().sums(part).events == records.values().sums(slot).events;
      if (influence_of.kind() == Influencing::absence && !is_alone) return;
      const double influence = is_alone ? 1.0 : influence_of(gathered.parts(), part);
      if (influence >= least) {
        influences.push_back({influencer, bucket.records.influencers[influencer].text(value), influence});
      }
    });
    sort_influences(influences, first);
  };
  std::size_t place = 0;
  for (std::uint32_t influencer = 0; influencer < bucket.plan.influencers.size(); ++influencer) {
    const bool is_gathered = place < plan.gathered_influencers.size() && plan.gathered_influencers[place] == influencer;
    if (is_gathered) add_gathered(influencer, records.contributions()[place++]);
    else add_own(bucket, plan, leaf, influencer, influences);
  }
  leaf.influences = static_cast<std::uint32_t>(influences.size()) - leaf.first_influence;
}

}  // namespace adcore

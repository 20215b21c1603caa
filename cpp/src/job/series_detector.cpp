#include "adcore/job/series_detector.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include "adcore/base/parallel.hpp"
#include "adcore/score/extreme_probability.hpp"
#include "adcore/score/joint_probability.hpp"
#include "adcore/score/raw_score.hpp"

namespace adcore {

namespace {

constexpr std::size_t kFewestForThreads = 512;

auto features_of(const DetectorPlan& plan) noexcept -> std::size_t { return plan.measure() == Measure::metric ? 3 : 1; }

// A member of a population has no past of its own to go along with another's, and of three numbers none is the one.
auto has_companions(const JobConfig& config, const DetectorPlan& plan) noexcept -> bool {
  return config.multivariate_by_fields && plan.by != kNone && !plan.is_population() && features_of(plan) == 1;
}

// Nor have the values of a population's members an order.
auto has_shapes(const JobConfig& config, const DetectorPlan& plan) noexcept -> bool {
  return config.shape_feature && !plan.is_population();
}

auto series_bytes(const JobConfig& config, const DetectorPlan& plan) noexcept -> std::uint64_t {
  return features_of(plan) * (sizeof(SeriesModel) + (has_shapes(config, plan) ? WindowShape::most_bytes() : 0)) +
         (has_companions(config, plan) ? Companions::row_bytes() : 0);
}

// Half a bucket should not look like a lull: what is still to come is taken to be as the model expects, up to there.
auto completed(double value, double mode, double completeness) noexcept -> double {
  const double missing = (1.0 - completeness) * mode;
  return value + std::clamp(mode - value, std::min(0.0, missing), std::max(0.0, missing));
}

// The smaller of how unlikely the numbers are together, and how unlikely the most unlikely is among so many.
auto combined(std::span<const double> log_probabilities) noexcept -> double {
  if (log_probabilities.size() == 1) return log_probabilities.front();
  return std::min(log_joint_probability(log_probabilities), log_extreme_probability(log_probabilities, 1, 1));
}

auto typical_of(const MeasuredFeature& feature, const SeriesAssessment& assessment) noexcept -> double {
  return assessment.typical + feature.origin;
}

}  // namespace

SeriesDetector::SeriesDetector(const JobConfig& config, const FieldPlan& plan, std::uint32_t index)
    : Detector(config, plan, index, series_bytes(config, plan.detectors[index])),
      features_(measured_features(plan.detectors[index], config.bucket_span)),
      has_shapes_(has_shapes(config, plan.detectors[index])) {
  if (has_companions(config, plan.detectors[index])) companions_.emplace();
}

void SeriesDetector::close(const ClosingBucket& bucket, LeafBatch& leaves) {
  models_.resize(table().end() * features_.size());
  if (has_shapes_) shapes_.resize(models_.size());
  if (plan().is_population()) return close_populations(bucket, leaves);
  const std::size_t first = leaves.leaves.size();
  in_parallel(bucket, leaves, [&](std::uint32_t series, LeafBatch& part) { close_individual(bucket, series, part); });
  if (companions_) compare(*companions_, bucket, std::span(leaves.leaves).subspan(first));
}

// Leaves come in the order of the series, whoever judged them.
template <class Close>
void SeriesDetector::in_parallel(const ClosingBucket& bucket, LeafBatch& leaves, const Close& close) {
  const auto series = table().end();
  const std::size_t threads = series < kFewestForThreads ? 1 : bucket.config.threads;
  std::vector<std::pair<std::size_t, LeafBatch>> parts;
  std::mutex guard;
  parallel_ranges(series, threads, [&](std::size_t first, std::size_t last) {
    LeafBatch part;
    for (std::size_t i = first; i < last; ++i) close(static_cast<std::uint32_t>(i), part);
    const std::scoped_lock lock(guard);
    parts.emplace_back(first, std::move(part));
  });
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& part : parts) leaves.append(part.second);
}

// -- an individual series

void SeriesDetector::close_individual(const ClosingBucket& bucket, std::uint32_t series, LeafBatch& leaves) {
  const std::uint32_t slot = records(bucket).find(series, 0);
  if (slot != kNone && !bucket.is_interim) note(series, bucket.records.number);
  if (slot == kNone && !is_empty_zero(bucket, series)) return pass(bucket, series);
  const auto judged = judge(bucket, series, slot);
  const auto actions = add_leaf(bucket, leaf_of(bucket, series, kNone), slot, judged, leaves);
  learn(bucket, series, judged, actions.skip_model_update);
}

// A series is there from its first event on; what was before it is not known to be nothing.
auto SeriesDetector::is_empty_zero(const ClosingBucket& bucket, std::uint32_t series) const noexcept -> bool {
  if (!plan().function->empty_is_zero || table().is_free(series)) return false;
  const SeriesFacts& facts = table().facts(series);
  return !facts.is_new() && facts.first_bucket < bucket.records.number;
}

auto SeriesDetector::sample(const ClosingBucket& bucket, const MeasuredFeature& feature, std::uint32_t slot,
                            const SeriesModel& model) const -> std::optional<JudgedValue> {
  JudgedValue judged{.feature = &feature, .model = &model, .sample = {}, .value = 0.0};
  if (slot == kNone) {
    judged.sample = {.time = bucket.middle(), .value = -feature.origin, .count = 0.0};
  } else {
    const auto value = bucket_value(feature, records(bucket).values(), slot);
    if (!value) return std::nullopt;
    judged.value = *value;
    judged.sample = sample_of(feature, *value, records(bucket).values().sums(slot), bucket.start);
  }
  if (bucket.completeness < 1.0 && feature.is_total) {
    const double mode = model.expected(feature.series, judged.sample.time) + feature.origin;
    judged.value = completed(judged.value, mode, bucket.completeness);
    judged.sample.value = judged.value - feature.origin;
    if (judged.value != 0.0) judged.sample.count = 1.0;
  }
  return judged;
}

void SeriesDetector::learn(const ClosingBucket& bucket, std::uint32_t series, const JudgedFeatures& judged, bool skip) {
  if (bucket.is_interim) return;
  for (std::size_t i = 0; i < features_.size(); ++i) {
    auto& learner = model(series, i);
    const auto& seen = judged[i];
    if (seen && !skip) learner.learn(features_[i].series, seen->value.sample, seen->assessment, 1, shape(series, i));
    else learner.pass(features_[i].series, bucket.middle());
  }
}

void SeriesDetector::pass(const ClosingBucket& bucket, std::uint32_t series) {
  if (bucket.is_interim || table().is_free(series) || table().facts(series).is_new()) return;
  for (std::size_t i = 0; i < features_.size(); ++i) model(series, i).pass(features_[i].series, bucket.middle());
}

// A value counts as the geometric mean of how unlikely it is by itself and beside its companion's. Values of
// influencers were gathered before that was known, and for all.
void SeriesDetector::compare(Companions& companions, const ClosingBucket& bucket, std::span<Leaf> leaves) {
  companions.resize(table().end());
  std::vector<double> deviates(table().end(), kMissing);
  for (const Leaf& leaf : leaves) deviates[leaf.series] = leaf.assessment.score;
  for (Leaf& leaf : leaves) {
    const auto found = companions.compare(leaf.series, deviates, table(), features_.front().series.side);
    if (found) {
      leaf.log_probability = 0.5 * (leaf.log_probability + found->log_probability);
      leaf.companion = table().facts(found->companion).by;
    }
    if (!(leaf.log_probability < kLogInsignificant)) leaf.influences = 0;
  }
  if (bucket.is_interim) return;
  for (const Leaf& leaf : leaves) {
    if (!leaf.is_learned) deviates[leaf.series] = kMissing;
  }
  companions.learn(deviates, table());
}

// -- a population

void SeriesDetector::close_populations(const ClosingBucket& bucket, LeafBatch& leaves) {
  const auto slots = slots_by_series(bucket);
  in_parallel(bucket, leaves,
              [&](std::uint32_t series, LeafBatch& part) { close_population(bucket, series, slots[series], part); });
}

// All members are judged by what the model knew before the bucket.
void SeriesDetector::close_population(const ClosingBucket& bucket, std::uint32_t series,
                                      const std::vector<std::uint32_t>& slots, LeafBatch& leaves) {
  if (slots.empty()) return pass(bucket, series);
  if (!bucket.is_interim) note(series, bucket.records.number);
  std::vector<JudgedFeatures> learned;
  for (const std::uint32_t slot : slots) {
    auto judged = judge(bucket, series, slot);
    const auto actions = add_leaf(bucket, leaf_of(bucket, series, records(bucket).member(slot)), slot, judged, leaves);
    if (!actions.skip_model_update) learned.push_back(judged);
  }
  if (bucket.is_interim) return;
  if (learned.empty()) return pass(bucket, series);
  const double weight = 1.0 / static_cast<double>(learned.size());
  for (const auto& judged : learned) {
    for (std::size_t i = 0; i < features_.size(); ++i) {
      const auto& seen = judged[i];
      if (seen) model(series, i).learn(features_[i].series, seen->value.sample, seen->assessment, weight);
    }
  }
}

// -- both

auto SeriesDetector::judge(const ClosingBucket& bucket, std::uint32_t series, std::uint32_t slot) -> JudgedFeatures {
  JudgedFeatures judged;
  for (std::size_t i = 0; i < features_.size(); ++i) {
    const SeriesModel& knowing = model(series, i);
    const auto value = sample(bucket, features_[i], slot, knowing);
    if (value) judged[i] = Judged{*value, knowing.assess(features_[i].series, value->sample, shape(series, i))};
  }
  return judged;
}

// No leaf where no model knows enough yet: nothing is said of it, and rules about what is typical do not match.
auto SeriesDetector::add_leaf(const ClosingBucket& bucket, Leaf leaf, std::uint32_t slot, const JudgedFeatures& judged,
                              LeafBatch& leaves) const -> RuleActions {
  add_plot(bucket, leaf, judged, leaves);
  const Judged* most_unusual = nullptr;
  std::vector<double> log_probabilities;
  for (const auto& feature : judged) {
    if (!feature) continue;
    const bool is_informative = feature->value.model->informative();
    if (is_informative) log_probabilities.push_back(feature->assessment.log_probability);
    if (most_unusual == nullptr ||
        (is_informative && feature->assessment.log_probability < most_unusual->assessment.log_probability)) {
      most_unusual = &*feature;
    }
  }
  if (most_unusual == nullptr) return bucket.calendar;
  leaf.feature = most_unusual->value.feature->feature;
  leaf.assessment = most_unusual->assessment;
  leaf.actual = most_unusual->value.value;
  leaf.typical = typical_of(*most_unusual->value.feature, leaf.assessment);
  const auto actions = actions_for(bucket, leaf, !log_probabilities.empty());
  if (log_probabilities.empty()) return actions;
  leaf.log_probability = combined(log_probabilities);
  leaf.skip_result |= actions.skip_result;
  leaf.is_learned = !actions.skip_model_update;
  if (leaf.log_probability < kLogInsignificant || companions_) {
    add_influences(bucket, most_unusual->value, slot, leaf, leaves.influences);
  }
  leaves.leaves.push_back(leaf);
  return actions;
}

void SeriesDetector::add_plot(const ClosingBucket& bucket, const Leaf& leaf, const JudgedFeatures& judged,
                              LeafBatch& leaves) const {
  if (!is_plotted(bucket, leaf)) return;
  for (const auto& feature : judged) {
    if (!feature) continue;
    const double origin = feature->value.feature->origin;
    const double shift = feature->value.model->informative() ? origin : kMissing;
    const auto& seen = feature->assessment;
    leaves.plot.push_back({leaf.detector, leaf.partition, leaf.over, leaf.by, feature->value.feature->feature,
                           seen.lower + shift, seen.median + shift, seen.upper + shift, feature->value.value});
  }
}

}  // namespace adcore

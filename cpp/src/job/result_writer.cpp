#include "adcore/job/result_writer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <numeric>
#include <utility>

#include "adcore/job/feature_names.hpp"
#include "adcore/score/raw_score.hpp"

namespace adcore {

namespace {

constexpr double kLogNearSmallest = 0.18232155679395462;  // ln 1.2

auto size_of(const Codes& column) noexcept -> std::uint32_t { return static_cast<std::uint32_t>(column.size()); }

auto probability_of(double log_probability) noexcept -> double {
  return log_probability > kLogLeast ? std::exp(log_probability) : std::numeric_limits<double>::min();
}

}  // namespace

ResultWriter::ResultWriter(const ClosingBucket& bucket, const LeafBatch& batch, const ResultTree& tree,
                           const BucketScores& scores, JobResults& results)
    : bucket_(bucket),
      batch_(batch),
      tree_(tree),
      scores_(scores),
      results_(results),
      row_(static_cast<std::uint32_t>(results.buckets.timestamp.size())),
      first_record_(size_of(results.records.bucket)),
      first_influencer_(size_of(results.influencers.bucket)),
      first_bucket_influencer_(size_of(results.bucket_influencers.bucket)) {}

void ResultWriter::write(std::span<const std::uint32_t> events) {
  write_records();
  write_influencers();
  write_bucket_influencers();
  write_bucket(events);
  write_plot();
}

void ResultWriter::write_scored(ScoredColumns& columns, const Scored& scored) {
  columns.log_probability.push_back(scored.log_probability);
  columns.level.push_back(static_cast<std::uint8_t>(scored.key.level));
  columns.class_id.push_back(scored.key.class_id);
  columns.scope_id.push_back(scored.key.scope_id);
}

// -- records

// Below which ln p each record is written: those unlikely enough by themselves; where only several together are, in the
// bucket or for a value of an influencer, those near the most unlikely of them.
auto ResultWriter::largest_written() const -> std::vector<double> {
  const auto& records = tree_.records();
  std::vector<double> largest(records.size(), kLogReported);
  const auto keep_nearest = [&](const std::vector<std::uint32_t>& members) {
    double least = 0.0;
    for (const std::uint32_t i : members) least = std::min(least, records[i].unlikeliness());
    for (const std::uint32_t i : members) largest[i] = std::max(largest[i], least + kLogNearSmallest);
  };
  if (tree_.bucket().raw_score > 0.0) keep_nearest(all_records());
  std::map<std::pair<std::uint32_t, std::string_view>, std::vector<std::uint32_t>> influenced;
  for (const std::uint32_t i : all_records()) {
    for (const auto& part : records[i].influences) influenced[{part.influencer, part.value}].push_back(i);
  }
  for (const auto& node : tree_.influencers()) {
    if (node.raw_score > 0.0) keep_nearest(influenced[{node.influencer, node.value}]);
  }
  return largest;
}

auto ResultWriter::all_records() const -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> all(tree_.records().size());
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

auto ResultWriter::written_records() const -> std::vector<std::uint32_t> {
  const auto& records = tree_.records();
  const auto largest = largest_written();
  auto order = all_records();
  std::erase_if(order, [&](std::uint32_t i) { return !(records[i].unlikeliness() < largest[i]); });
  const auto is_rarer = [&](std::uint32_t a, std::uint32_t b) {
    return records[a].log_probability != records[b].log_probability
               ? records[a].log_probability < records[b].log_probability
               : a < b;
  };
  std::sort(order.begin(), order.end(), is_rarer);
  if (order.size() > kMostRecords) order.resize(kMostRecords);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return records[a].detector < records[b].detector; });
  return order;
}

void ResultWriter::write_records() {
  for (const std::uint32_t i : written_records()) write_record(i);
}

void ResultWriter::write_record(std::uint32_t node) {
  const RecordNode& record = tree_.records()[node];
  const Leaf& leaf = batch_.leaves[record.leaves.front()];
  const bool is_population = bucket_.plan.detectors[record.detector].is_population();
  const Scored scored = scores_.record(node);
  auto& columns = results_.records;
  columns.bucket.push_back(row_);
  columns.timestamp.push_back(bucket_.start);
  columns.is_interim.push_back(bucket_.is_interim ? 1 : 0);
  columns.detector_index.push_back(record.detector);
  columns.record_score.push_back(scored.score);
  columns.initial_record_score.push_back(scored.score);
  columns.multi_bucket_impact.push_back(is_population ? kMissing : leaf.assessment.multi_bucket_impact);
  columns.first_cause.push_back(size_of(results_.causes.influences));
  if (is_population) write_causes(record);
  columns.causes.push_back(size_of(results_.causes.influences) - columns.first_cause.back());
  write_leaf(columns.leaf, leaf, record.log_probability, !is_population);
  write_influences(columns.leaf, record.influences);
  write_explanation(leaf, !is_population);
  write_scored(columns.scored, scored);
}

// The most unlikely attributes of the same kind.
void ResultWriter::write_causes(const RecordNode& record) {
  const Leaf& first = batch_.leaves[record.leaves.front()];
  const double largest = std::max(first.log_probability + std::log(1.1), kLogInsignificant);
  std::size_t written = 0;
  for (const std::uint32_t i : record.leaves) {
    const Leaf& leaf = batch_.leaves[i];
    if (written == kMostCauses || leaf.log_probability > largest) break;
    if (leaf.feature != first.feature) continue;
    write_leaf(results_.causes, leaf, leaf.log_probability, true);
    write_influences(results_.causes, std::span(batch_.influences).subspan(leaf.first_influence, leaf.influences));
    ++written;
  }
}

void ResultWriter::write_leaf(LeafColumns& columns, const Leaf& leaf, double log_probability, bool has_values) {
  const DetectorPlan& plan = bucket_.plan.detectors[leaf.detector];
  columns.probability.push_back(probability_of(log_probability));
  columns.function_description.push_back(code(description_of(plan, leaf.feature)));
  columns.by_field_value.push_back(has_values ? code(plan.by, leaf.by) : kNone);
  columns.correlated_by_field_value.push_back(code(plan.by, leaf.companion));
  columns.over_field_value.push_back(code(plan.over, leaf.over));
  columns.partition_field_value.push_back(code(plan.partition, leaf.partition));
  columns.typical.push_back(has_values ? leaf.typical : kMissing);
  columns.actual.push_back(has_values ? leaf.actual : kMissing);
  columns.typical_longitude.push_back(has_values ? leaf.typical_longitude : kMissing);
  columns.actual_longitude.push_back(has_values ? leaf.actual_longitude : kMissing);
}

void ResultWriter::write_influences(LeafColumns& columns, std::span<const LeafInfluence> influences) {
  auto& table = results_.influences;
  columns.first_influence.push_back(size_of(table.influencer_field_name));
  columns.influences.push_back(static_cast<std::uint32_t>(influences.size()));
  for (const auto& influence : influences) {
    table.influencer_field_name.push_back(code(bucket_.config.influencers[influence.influencer]));
    table.influencer_field_value.push_back(code(influence.value));
    table.influence.push_back(influence.influence);
  }
}

void ResultWriter::write_explanation(const Leaf& leaf, bool is_explained) {
  auto& columns = results_.records.explanation;
  const SeriesAssessment& seen = leaf.assessment;
  const bool has_values = is_explained && !is_rare(bucket_.plan.detectors[leaf.detector].measure());
  const auto impact = [](double log_probability) -> std::int32_t {
    if (std::isnan(log_probability)) return 0;
    return static_cast<std::int32_t>(std::lround(-std::max(log_probability, kLogLeast) / std::numbers::ln10));
  };
  const bool has_sides = has_values && std::isnan(leaf.actual_longitude);  // a place is not above another
  columns.anomaly_type.push_back(static_cast<std::int8_t>(!has_sides ? 0 : seen.above ? 1 : -1));
  columns.anomaly_length.push_back(has_values ? seen.anomaly_length : 0);
  columns.single_bucket_impact.push_back(has_values ? impact(seen.log_single) : 0);
  columns.record_multi_bucket_impact.push_back(has_values ? impact(seen.log_multi) : 0);
  columns.shape_impact.push_back(has_values ? impact(seen.log_shape) : 0);
  columns.anomaly_characteristics_impact.push_back(has_values ? seen.characteristics_impact : 0);
  const double shift = has_values ? leaf.typical - seen.typical : kMissing;
  columns.lower_confidence_bound.push_back(seen.lower + shift);
  columns.typical_value.push_back(seen.median + shift);
  columns.upper_confidence_bound.push_back(seen.upper + shift);
  columns.high_variance_penalty.push_back(has_values && seen.high_variance ? 1 : 0);
  columns.incomplete_bucket_penalty.push_back(has_values && seen.incomplete_bucket ? 1 : 0);
  columns.multimodal_distribution.push_back(has_values && seen.multimodal ? 1 : 0);
  columns.by_field_first_occurrence.push_back(is_explained && leaf.is_first_occurrence ? 1 : 0);
  columns.by_field_relative_rarity.push_back(is_explained ? leaf.relative_rarity : kMissing);
}

// -- influencers

void ResultWriter::write_influencers() {
  auto& columns = results_.influencers;
  for (std::size_t i = 0; i < tree_.influencers().size(); ++i) {
    const auto& node = tree_.influencers()[i];
    if (!(node.raw_score > 0.0)) continue;
    const Scored scored = scores_.influencer(i);
    columns.bucket.push_back(row_);
    columns.timestamp.push_back(bucket_.start);
    columns.influencer_field_name.push_back(code(bucket_.config.influencers[node.influencer]));
    columns.influencer_field_value.push_back(code(node.value));
    columns.influencer_score.push_back(scored.score);
    columns.initial_influencer_score.push_back(scored.score);
    columns.probability.push_back(probability_of(node.log_probability));
    columns.is_interim.push_back(bucket_.is_interim ? 1 : 0);
    write_scored(columns.scored, scored);
  }
}

void ResultWriter::write_bucket_influencers() {
  std::vector<Summary> summaries;
  for (std::size_t i = 0; i < tree_.influencer_fields().size(); ++i) {
    if (!(tree_.influencer_fields()[i].raw_score > 0.0)) continue;
    summaries.push_back({bucket_.config.influencers[i], scores_.influencer_field(i)});
  }
  if (size_of(results_.records.bucket) > first_record_) summaries.push_back({"bucket_time", scores_.bucket()});
  std::stable_sort(summaries.begin(), summaries.end(),
                   [](const auto& a, const auto& b) { return a.scored.score > b.scored.score; });
  for (const auto& summary : summaries) write_bucket_influencer(summary);
}

void ResultWriter::write_bucket_influencer(const Summary& summary) {
  auto& columns = results_.bucket_influencers;
  columns.bucket.push_back(row_);
  columns.timestamp.push_back(bucket_.start);
  columns.influencer_field_name.push_back(code(summary.name));
  columns.anomaly_score.push_back(summary.scored.score);
  columns.initial_anomaly_score.push_back(summary.scored.score);
  columns.raw_anomaly_score.push_back(raw_score(summary.scored.log_probability));
  columns.probability.push_back(probability_of(summary.scored.log_probability));
  columns.is_interim.push_back(bucket_.is_interim ? 1 : 0);
  write_scored(columns.scored, summary.scored);
}

// -- the bucket, and what is plotted

void ResultWriter::write_bucket(std::span<const std::uint32_t> events) {
  auto& columns = results_.buckets;
  const auto& scores = results_.bucket_influencers.anomaly_score;
  const auto summaries = size_of(results_.bucket_influencers.bucket) - first_bucket_influencer_;
  const double scored = summaries == 0 ? 0.0 : scores[first_bucket_influencer_];
  columns.timestamp.push_back(bucket_.start);
  columns.anomaly_score.push_back(scored);
  columns.initial_anomaly_score.push_back(scored);
  columns.event_count.push_back(bucket_.records.event_count);
  columns.is_interim.push_back(bucket_.is_interim ? 1 : 0);
  columns.first_bucket_influencer.push_back(first_bucket_influencer_);
  columns.bucket_influencers.push_back(summaries);
  columns.first_record.push_back(first_record_);
  columns.records.push_back(size_of(results_.records.bucket) - first_record_);
  columns.first_influencer.push_back(first_influencer_);
  columns.influencers.push_back(size_of(results_.influencers.bucket) - first_influencer_);
  auto& event = results_.scheduled_events.event;
  columns.first_event.push_back(size_of(event));
  columns.events.push_back(static_cast<std::uint32_t>(events.size()));
  event.insert(event.end(), events.begin(), events.end());
}

void ResultWriter::write_plot() {
  auto& columns = results_.model_plot;
  for (const auto& point : batch_.plot) {
    const DetectorPlan& plan = bucket_.plan.detectors[point.detector];
    columns.timestamp.push_back(bucket_.start);
    columns.detector_index.push_back(point.detector);
    columns.partition_field_value.push_back(code(plan.partition, point.partition));
    columns.over_field_value.push_back(code(plan.over, point.over));
    columns.by_field_value.push_back(code(plan.by, point.by));
    columns.model_feature.push_back(code(model_feature_of(plan, point.feature)));
    columns.model_lower.push_back(point.lower);
    columns.model_median.push_back(point.median);
    columns.model_upper.push_back(point.upper);
    columns.actual.push_back(point.actual);
  }
}

}  // namespace adcore

#include "adcore/job/place_detector.hpp"

#include <cmath>

#include "adcore/job/influence.hpp"
#include "adcore/job/model_codec.hpp"
#include "adcore/score/raw_score.hpp"

namespace adcore {

auto ClockFace::value(const RecordSums& sums, std::int64_t start) const noexcept -> std::optional<Value> {
  const double seconds = (static_cast<double>(start) + sums.time / sums.events) / kMsPerSecond;
  const auto period = static_cast<double>(config_.period);
  if (!std::isfinite(seconds)) return std::nullopt;
  return seconds - period * std::floor(seconds / period);
}

void ClockFace::assess(const Model& model, std::int64_t start, Value value, Leaf& leaf) const {
  const auto seen = model.assess(config_, start, value);
  leaf.log_probability = seen.log_probability;
  leaf.actual = value;
  leaf.typical = seen.typical;
  leaf.assessment = {.log_probability = seen.log_probability,
                     .log_single = seen.log_probability,
                     .log_multi = kMissing,
                     .typical = seen.typical,
                     .lower = seen.lower,
                     .median = seen.typical,
                     .upper = seen.upper,
                     .multimodal = seen.multimodal,
                     .above = seen.above};
}

auto Globe::value(const RecordSums& sums, std::int64_t /*start*/) const noexcept -> std::optional<Value> {
  const Position position{sums.sum / sums.events, sums.first / sums.events};
  const bool is_on_earth = std::abs(position.latitude) <= 90.0 && std::isfinite(position.longitude);
  return is_on_earth ? std::optional(position) : std::nullopt;
}

void Globe::assess(const Model& model, std::int64_t /*start*/, Value value, Leaf& leaf) const {
  const auto seen = model.assess(value);
  leaf.log_probability = seen.log_probability;
  leaf.actual = value.latitude;
  leaf.actual_longitude = value.longitude;
  leaf.typical = seen.typical.latitude;
  leaf.typical_longitude = seen.typical.longitude;
  leaf.assessment = {.log_probability = seen.log_probability,
                     .log_single = seen.log_probability,
                     .log_multi = kMissing,
                     .typical = seen.typical.latitude,
                     .lower = kMissing,
                     .median = kMissing,
                     .upper = kMissing,
                     .multimodal = seen.multimodal};
}

template <class Space>
PlaceDetector<Space>::PlaceDetector(const JobConfig& config, const FieldPlan& plan, std::uint32_t index)
    : Detector(config, plan, index, sizeof(typename Space::Model)), space_(plan.detectors[index], config.bucket_span) {}

template <class Space>
void PlaceDetector<Space>::close(const ClosingBucket& bucket, LeafBatch& leaves) {
  models_.resize(table().end());
  const auto slots = slots_by_series(bucket);
  for (std::uint32_t series = 0; series < slots.size(); ++series) close_series(bucket, series, slots[series], leaves);
}

template <class Space>
void PlaceDetector<Space>::close_series(const ClosingBucket& bucket, std::uint32_t series,
                                        const std::vector<std::uint32_t>& slots, LeafBatch& leaves) {
  std::vector<Value> values;
  for (const std::uint32_t slot : slots) {
    const auto value = judge(bucket, series, slot, leaves);
    if (value) values.push_back(*value);
  }
  if (bucket.is_interim) return;
  if (!slots.empty()) note(series, bucket.records.number);
  learn(bucket, series, values);
}

template <class Space>
auto PlaceDetector<Space>::judge(const ClosingBucket& bucket, std::uint32_t series, std::uint32_t slot,
                                 LeafBatch& leaves) const -> std::optional<Value> {
  const auto value = space_.value(records(bucket).values().sums(slot), bucket.start);
  if (!value) return std::nullopt;
  Leaf leaf = leaf_of(bucket, series, plan().is_population() ? records(bucket).member(slot) : kNone);
  const bool is_informative = models_[series].informative();
  space_.assess(models_[series], bucket.start, *value, leaf);
  if (!is_informative) leaf.log_probability = 0.0;
  const auto actions = actions_for(bucket, leaf, is_informative);
  leaf.skip_result |= actions.skip_result;
  if (is_informative) add_leaf(bucket, leaf, slot, leaves);
  if (is_plotted(bucket, leaf)) {
    leaves.plot.push_back({leaf.detector, leaf.partition, leaf.over, leaf.by, leaf.feature, leaf.assessment.lower,
                           leaf.assessment.median, leaf.assessment.upper, leaf.actual});
  }
  return actions.skip_model_update ? std::nullopt : value;
}

template <class Space>
void PlaceDetector<Space>::add_leaf(const ClosingBucket& bucket, Leaf& leaf, std::uint32_t slot,
                                    LeafBatch& leaves) const {
  if (leaf.log_probability < kLogInsignificant) add_influences(bucket, JudgedValue(), slot, leaf, leaves.influences);
  leaves.leaves.push_back(leaf);
}

template <class Space>
void PlaceDetector<Space>::learn(const ClosingBucket& bucket, std::uint32_t series, const std::vector<Value>& values) {
  if (values.empty()) return space_.pass(models_[series], bucket.start);
  const double weight = 1.0 / static_cast<double>(values.size());
  for (const auto& value : values) space_.learn(models_[series], bucket.start, value, weight);
}

template <class Space>
void PlaceDetector<Space>::forget(std::uint32_t series) {
  if (series < models_.size()) models_[series] = {};
}

template <class Space>
void PlaceDetector<Space>::write_models(ByteWriter& writer) const {
  write_models_to(writer, models_);
}

template <class Space>
void PlaceDetector<Space>::read_models(ByteReader& reader) {
  read_models_from(reader, table().end(), models_, [](const auto& model, std::size_t) { model.check(); });
}

template class PlaceDetector<ClockFace>;
template class PlaceDetector<Globe>;

}  // namespace adcore

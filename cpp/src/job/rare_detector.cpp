#include "adcore/job/rare_detector.hpp"

#include <type_traits>
#include <utility>

#include "adcore/job/influence.hpp"
#include "adcore/score/raw_score.hpp"

namespace adcore {

namespace {

// Nodes of a map and what they hold.
template <class Model>
constexpr std::uint64_t kValueBytes = std::is_same_v<Model, RareModel> ? 80 : 48 + sizeof(PeopleCounter);

auto values_of(const BucketSeries& records, const std::vector<std::uint32_t>& slots) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> values;
  for (const std::uint32_t slot : slots) values.push_back(records.series(slot));
  return values;
}

}  // namespace

template <class Model>
RareDetector<Model>::RareDetector(const JobConfig& config, const FieldPlan& plan, std::uint32_t index)
    : Detector(config, plan, index, kValueBytes<Model>) {}

template <class Model>
void RareDetector<Model>::close(const ClosingBucket& bucket, LeafBatch& leaves) {
  std::map<std::uint32_t, Slots> by_partition;
  const BucketSeries& gathered = records(bucket);
  for (std::uint32_t slot = 0; slot < gathered.size(); ++slot) {
    by_partition[table().facts(gathered.series(slot)).partition].push_back(slot);
  }
  for (const auto& [partition, slots] : by_partition) models_.try_emplace(partition, bucket.config.bucket_span);
  for (auto& [partition, model] : models_) close_partition(bucket, model, by_partition[partition], leaves);
}

template <class Model>
void RareDetector<Model>::close_partition(const ClosingBucket& bucket, Model& model, const Slots& slots,
                                          LeafBatch& leaves) {
  const auto seen = assess(bucket, model, slots);
  Slots learned;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (add_leaf(bucket, slots[i], seen[i], model.informative(), leaves)) learned.push_back(slots[i]);
  }
  if (!bucket.is_interim) learn(bucket, model, learned);
}

template <class Model>
auto RareDetector<Model>::assess(const ClosingBucket& bucket, const Model& model, const Slots& slots) const
    -> std::vector<RareAssessment> {
  std::vector<RareAssessment> seen(slots.size());
  if constexpr (std::is_same_v<Model, RareModel>) {
    model.assess(bucket.start, values_of(records(bucket), slots), seen);
  } else {
    model.assess(shows_of(bucket, slots), plan().measure() == Measure::freq_rare, seen);
  }
  return seen;
}

// People are known by what they are called, however long they were away.
template <class Model>
auto RareDetector<Model>::shows_of(const ClosingBucket& bucket, const Slots& slots) const -> std::vector<RareShow> {
  const BucketSeries& gathered = records(bucket);
  std::vector<RareShow> shows;
  for (const std::uint32_t slot : slots) {
    shows.push_back({hash_text(bucket.text(plan().over, gathered.member(slot))), gathered.series(slot),
                     gathered.values().sums(slot).events});
  }
  return shows;
}

template <class Model>
void RareDetector<Model>::learn(const ClosingBucket& bucket, Model& model, const Slots& slots) {
  for (const std::uint32_t slot : slots) note(records(bucket).series(slot), bucket.records.number);
  if constexpr (std::is_same_v<Model, RareModel>) {
    model.learn(bucket.start, values_of(records(bucket), slots));
  } else {
    model.learn(bucket.start, shows_of(bucket, slots));
  }
}

template <class Model>
auto RareDetector<Model>::add_leaf(const ClosingBucket& bucket, std::uint32_t slot, const RareAssessment& seen,
                                   bool is_informative, LeafBatch& leaves) const -> bool {
  const BucketSeries& gathered = records(bucket);
  Leaf leaf = leaf_of(bucket, gathered.series(slot), plan().is_population() ? gathered.member(slot) : kNone);
  leaf.log_probability = seen.log_probability;
  leaf.actual = plan().measure() == Measure::freq_rare ? gathered.values().sums(slot).events : 1.0;
  leaf.typical = seen.expected;
  leaf.is_first_occurrence = seen.first_occurrence;
  leaf.relative_rarity = seen.relative_rarity;
  leaf.assessment.log_probability = leaf.assessment.log_single = seen.log_probability;
  leaf.assessment.log_multi = kMissing;
  const auto actions = actions_for(bucket, leaf, is_informative);
  leaf.skip_result |= actions.skip_result;
  if (is_informative) {
    if (leaf.log_probability < kLogInsignificant) add_influences(bucket, JudgedValue(), slot, leaf, leaves.influences);
    leaves.leaves.push_back(leaf);
  }
  return !actions.skip_model_update;
}

template <class Model>
void RareDetector<Model>::forget(std::uint32_t series) {
  const auto found = models_.find(table().facts(series).partition);
  if (found != models_.end()) found->second.forget(series);
}

// A partition that is gone leaves with all that was rare in it.
template <class Model>
void RareDetector<Model>::renumber_partitions(const std::vector<std::uint32_t>& codes) {
  std::map<std::uint32_t, Model> models;
  for (auto& [partition, model] : models_) {
    const std::uint32_t code = partition < codes.size() ? codes[partition] : kNone;
    if (code != kNone) models.emplace(code, std::move(model));
  }
  models_ = std::move(models);
}

template <class Model>
void RareDetector<Model>::write_models(ByteWriter& writer) const {
  writer.put_count(models_.size());
  for (const auto& [partition, model] : models_) {
    writer.put(partition);
    model.write(writer);
  }
}

template <class Model>
void RareDetector<Model>::read_models(ByteReader& reader) {
  const auto count = reader.get_count(reader.remaining());
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto partition = reader.get<std::uint32_t>();
    const auto [place, is_new] = models_.try_emplace(partition, config().bucket_span);
    if (!is_new) throw_snapshot("a partition has two models");
    place->second.read(reader);
  }
}

template class RareDetector<RareModel>;
template class RareDetector<RarePopulation>;

}  // namespace adcore

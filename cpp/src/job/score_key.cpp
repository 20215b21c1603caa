#include "adcore/job/score_key.hpp"

#include <initializer_list>

#include "adcore/base/random.hpp"
#include "adcore/column/interner.hpp"

namespace adcore {

namespace {

auto hash_of(std::initializer_list<std::string_view> texts) noexcept -> std::uint64_t {
  std::uint64_t hash = 0;
  for (const auto text : texts) hash = derive_seed(hash, hash_text(text));
  return hash;
}

}  // namespace

auto bucket_key() noexcept -> ScoreKey { return {ScoreLevel::root, 0, 0}; }

auto bucket_influencer_key(std::string_view field) noexcept -> ScoreKey {
  return {ScoreLevel::bucket_influencer, hash_of({field}), 0};
}

auto influencer_key(std::string_view field) noexcept -> ScoreKey {
  return {ScoreLevel::influencer, hash_of({field}), 0};
}

auto record_key(const ClosingBucket& bucket, const RecordNode& record) -> ScoreKey {
  const DetectorSettings& settings = bucket.config.detectors[record.detector];
  const DetectorPlan& plan = bucket.plan.detectors[record.detector];
  const bool is_population = plan.is_population();
  const std::string& person = is_population ? settings.over_field_name : settings.by_field_name;
  const std::uint64_t class_id =
      hash_of({settings.partition_field_name, person, settings.function, settings.field_name});
  if (is_population) return {ScoreLevel::leaf, class_id, 0};
  return {ScoreLevel::leaf, class_id,
          hash_of({settings.partition_field_name, bucket.text(plan.partition, record.partition), person,
                   bucket.text(plan.by, record.by)})};
}

}  // namespace adcore

#include "adcore/job/bucket_scores.hpp"

namespace adcore {

BucketScores::BucketScores(const ClosingBucket& bucket, const ResultTree& tree) {
  add(bucket_key(), tree.bucket().log_probability);
  for (std::size_t i = 0; i < tree.influencer_fields().size(); ++i) {
    add(bucket_influencer_key(bucket.config.influencers[i]), tree.influencer_fields()[i].log_probability);
  }
  first_influencer_ = level_.size();
  for (const auto& node : tree.influencers()) {
    add(influencer_key(bucket.config.influencers[node.influencer]), node.log_probability);
  }
  first_record_ = level_.size();
  for (const auto& record : tree.records()) {
    add(record_key(bucket, record), record.log_probability);
  }
  add_zeros(bucket, tree);
  score_.resize(level_.size());
}

// An influencer without any value in the bucket had nothing unusual: that is a score too.
void BucketScores::add_zeros(const ClosingBucket& bucket, const ResultTree& tree) {
  std::vector<bool> is_seen(bucket.config.influencers.size());
  for (const auto& node : tree.influencers()) is_seen[node.influencer] = true;
  for (std::size_t i = 0; i < is_seen.size(); ++i) {
    if (!is_seen[i]) add(influencer_key(bucket.config.influencers[i]), 0.0);
  }
}

void BucketScores::add(const ScoreKey& key, double log_probability) {
  level_.push_back(static_cast<std::uint8_t>(key.level));
  class_id_.push_back(key.class_id);
  scope_id_.push_back(key.scope_id);
  log_probability_.push_back(log_probability);
}

auto BucketScores::teach(std::int64_t bucket_start, NormalizerSet& normalizers) const -> bool {
  return normalizers.update(bucket_start, rows());
}

void BucketScores::score(const NormalizerSet& normalizers) { normalizers.score(rows(), score_); }

}  // namespace adcore

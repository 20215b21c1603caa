#include "adcore/job/scoring.hpp"

#include "adcore/job/bucket_scores.hpp"
#include "adcore/job/result_writer.hpp"

namespace adcore {

Scoring::Scoring(const JobConfig& config)
    : equalizer_(config.detectors.size(), config.bucket_span), normalizers_(config.bucket_span) {}

auto Scoring::write(const ClosingBucket& bucket, LeafBatch& batch, std::span<const std::uint32_t> events,
                    JobResults& results) -> bool {
  equalise(bucket, batch);
  const ResultTree tree(bucket, batch);
  BucketScores scores(bucket, tree);
  const bool is_big_change = !bucket.is_interim && scores.teach(bucket.start, normalizers_);
  scores.score(normalizers_);
  ResultWriter(bucket, batch, tree, scores, results).write(events);
  return is_big_change;
}

void Scoring::equalise(const ClosingBucket& bucket, LeafBatch& batch) {
  if (!bucket.is_interim) {
    equalizer_.pass_to(bucket.start);
    for (const auto& leaf : batch.leaves) equalizer_.learn(leaf.detector, leaf.log_probability);
  }
  for (auto& leaf : batch.leaves) leaf.log_probability = equalizer_.corrected(leaf.detector, leaf.log_probability);
}

void Scoring::write(ByteWriter& writer) const {
  equalizer_.write(writer);
  writer.put_bytes(normalizers_.to_bytes());
}

void Scoring::read(ByteReader& reader) {
  equalizer_.read(reader);
  normalizers_ = NormalizerSet::from_bytes(reader.get_bytes());
}

}  // namespace adcore

#include "adcore/job/scoring.hpp"

#include <cstddef>
#include <vector>

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

// All are corrected before any is learned: a first great anomaly must not be measured by itself.
void Scoring::equalise(const ClosingBucket& bucket, LeafBatch& batch) {
  if (!bucket.is_interim) equalizer_.pass_to(bucket.start);
  std::vector<double> given;
  given.reserve(batch.leaves.size());
  for (auto& leaf : batch.leaves) {
    given.push_back(leaf.log_probability);
    leaf.log_probability = equalizer_.corrected(leaf.detector, leaf.log_probability);
  }
  if (bucket.is_interim) return;
  for (std::size_t i = 0; i < given.size(); ++i) equalizer_.learn(batch.leaves[i].detector, given[i]);
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

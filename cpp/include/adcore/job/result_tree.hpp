// ResultTree: the leaves of a bucket, put together to what people look at.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "adcore/job/closing_bucket.hpp"
#include "adcore/job/leaf.hpp"

namespace adcore {

/// What becomes a record: a leaf, or in a population all leaves of one member.
struct RecordNode {
  std::uint32_t detector;
  std::uint32_t partition;
  std::uint32_t over;
  std::uint32_t by;  // of an individual leaf; in a population that of the most unlikely one
  double log_probability;
  double smallest_leaf;                   // ln p of the most unlikely leaf
  std::vector<std::uint32_t> leaves;      // the most unlikely first
  std::vector<LeafInfluence> influences;  // the largest of all leaves, by influencer and then by falling influence

  [[nodiscard]] auto unlikeliness() const noexcept -> double { return std::min(log_probability, smallest_leaf); }
};

/// What one value of an influencer has to do with.
struct InfluencerNode {
  std::uint32_t influencer;
  std::string_view value;
  double log_probability;
  double raw_score;
};

/// What all values of one influencer, or all records, come to.
struct SummaryNode {
  double log_probability = 0.0;
  double raw_score = 0.0;
};

/// leaf -> record -> (detector, partition) -> bucket, and beside it leaf -> influencer value -> influencer. Leaves
/// whose results are skipped are in none.
class ResultTree {
 public:
  ResultTree(const ClosingBucket& bucket, const LeafBatch& batch);

  [[nodiscard]] auto records() const noexcept -> const std::vector<RecordNode>& { return records_; }
  [[nodiscard]] auto influencers() const noexcept -> const std::vector<InfluencerNode>& { return influencers_; }
  /// By place in the configuration.
  [[nodiscard]] auto influencer_fields() const noexcept -> const std::vector<SummaryNode>& { return fields_; }
  [[nodiscard]] auto bucket() const noexcept -> const SummaryNode& { return bucket_; }

 private:
  void add_records();
  [[nodiscard]] auto record_of(std::span<const std::uint32_t> leaves) const -> RecordNode;
  void add_bucket();
  void add_influencers();
  void add_fields();

  const ClosingBucket& closing_;
  const LeafBatch& batch_;
  std::vector<RecordNode> records_;
  std::vector<InfluencerNode> influencers_;
  std::vector<SummaryNode> fields_;
  SummaryNode bucket_;
};

}  // namespace adcore

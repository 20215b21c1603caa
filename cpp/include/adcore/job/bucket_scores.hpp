// BucketScores: the scores of everything in the tree of one bucket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "adcore/job/result_tree.hpp"
#include "adcore/job/score_key.hpp"
#include "adcore/score/normalizer_set.hpp"

namespace adcore {

/// A result's scale, and where it is on it.
struct Scored {
  ScoreKey key;
  double log_probability;
  double score;
};

class BucketScores {
 public:
  BucketScores(const ClosingBucket& bucket, const ResultTree& tree);

  /// The bucket is final: the scales learn it. True if scores given before should be made anew.
  auto teach(std::int64_t bucket_start, NormalizerSet& normalizers) const -> bool;
  void score(const NormalizerSet& normalizers);

  [[nodiscard]] auto bucket() const noexcept -> Scored { return at(0); }
  [[nodiscard]] auto influencer_field(std::size_t place) const noexcept -> Scored { return at(1 + place); }
  [[nodiscard]] auto influencer(std::size_t node) const noexcept -> Scored { return at(first_influencer_ + node); }
  [[nodiscard]] auto record(std::size_t node) const noexcept -> Scored { return at(first_record_ + node); }

 private:
  void add(const ScoreKey& key, double log_probability);
  void add_zeros(const ClosingBucket& bucket, const ResultTree& tree);
  [[nodiscard]] auto rows() const noexcept -> ScoreRows { return {level_, class_id_, scope_id_, log_probability_}; }
  [[nodiscard]] auto at(std::size_t row) const noexcept -> Scored {
    return {{static_cast<ScoreLevel>(level_[row]), class_id_[row], scope_id_[row]}, log_probability_[row], score_[row]};
  }

  std::vector<std::uint8_t> level_;
  std::vector<std::uint64_t> class_id_;
  std::vector<std::uint64_t> scope_id_;
  std::vector<double> log_probability_;
  std::vector<double> score_;
  std::size_t first_influencer_ = 0;
  std::size_t first_record_ = 0;
};

}  // namespace adcore

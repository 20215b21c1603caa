// ResultWriter: what of a bucket's tree is written, and how.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "adcore/job/bucket_scores.hpp"
#include "adcore/job/result_tree.hpp"
#include "adcore/job/results.hpp"

namespace adcore {

/// One for each bucket; appends to the tables.
class ResultWriter {
 public:
  static constexpr std::size_t kMostRecords = 500;
  static constexpr std::size_t kMostCauses = 10;

  ResultWriter(const ClosingBucket& bucket, const LeafBatch& batch, const ResultTree& tree, const BucketScores& scores,
               JobResults& results);

  void write(std::span<const std::uint32_t> events);

 private:
  // -- records
  [[nodiscard]] auto all_records() const -> std::vector<std::uint32_t>;
  [[nodiscard]] auto largest_written() const -> std::vector<double>;
  [[nodiscard]] auto written_records() const -> std::vector<std::uint32_t>;
  void write_records();
  void write_record(std::uint32_t node);
  void write_causes(const RecordNode& record);
  void write_leaf(LeafColumns& columns, const Leaf& leaf, double log_probability, bool has_values);
  void write_influences(LeafColumns& columns, std::span<const LeafInfluence> influences);
  void write_explanation(const Leaf& leaf, bool is_explained);

  // -- influencers
  void write_influencers();
  void write_bucket_influencers();
  struct Summary {
    std::string_view name;
    Scored scored;
  };
  void write_bucket_influencer(const Summary& summary);

  void write_bucket(std::span<const std::uint32_t> events);
  void write_plot();

  static void write_scored(ScoredColumns& columns, const Scored& scored);
  auto code(std::string_view text) -> std::uint32_t { return results_.texts.intern(text); }
  auto code(std::uint32_t column, std::uint32_t value) -> std::uint32_t {
    return value == kNone ? kNone : code(bucket_.text(column, value));
  }

  const ClosingBucket& bucket_;
  const LeafBatch& batch_;
  const ResultTree& tree_;
  const BucketScores& scores_;
  JobResults& results_;
  std::uint32_t row_;  // of the bucket
  std::uint32_t first_record_;
  std::uint32_t first_influencer_;
  std::uint32_t first_bucket_influencer_;
};

}  // namespace adcore

// Detector: one detector of a job: what it gathers of records, and what it makes of a bucket.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "adcore/job/closing_bucket.hpp"
#include "adcore/job/frequent_values.hpp"
#include "adcore/job/leaf.hpp"
#include "adcore/job/renumbering.hpp"
#include "adcore/job/results.hpp"
#include "adcore/job/series_table.hpp"

namespace adcore {

class Detector {
 public:
  /// `index`: its place in the configuration, which is borrowed with the plan.
  Detector(const JobConfig& config, const FieldPlan& plan, std::uint32_t index, std::uint64_t series_bytes);
  virtual ~Detector() = default;
  Detector(const Detector&) = delete;
  auto operator=(const Detector&) -> Detector& = delete;

  /// Adds a record to its series in a bucket, as far as there is memory for it.
  void gather(const RecordRow& row, JobBucket& bucket, std::vector<KeptValues>& kept, MemoryBudget& budget);

  /// Judges the series of a bucket and, if it is final, learns them.
  virtual void close(const ClosingBucket& bucket, LeafBatch& leaves) = 0;
  /// Before a final bucket is judged: sets the clocks of the series by `planned` ms, and by the rules that begin to
  /// hold.
  void shift_clocks(const ClosingBucket& bucket, std::int64_t planned);
  /// A final bucket has these members of the population.
  void note_members(const JobBucket& bucket);
  /// Drops the series whose last records came before bucket `number`.
  void prune(std::int64_t number, MemoryBudget& budget);
  /// Kept values have other codes now; those that are gone had no series any more.
  void renumber(const Renumbering& to);
  /// Throws InvalidState where the function has no forecast.
  virtual void forecast(std::int64_t from, std::size_t buckets, const std::vector<KeptValues>& kept,
                        ForecastTable& table) const;

  [[nodiscard]] auto table() const noexcept -> const SeriesTable& { return table_; }

  void write(ByteWriter& writer) const;
  void read(ByteReader& reader, std::vector<KeptValues>& kept);

 protected:
  [[nodiscard]] auto config() const noexcept -> const JobConfig& { return config_; }
  [[nodiscard]] auto settings() const noexcept -> const DetectorSettings& { return config_.detectors[index_]; }
  [[nodiscard]] auto plan() const noexcept -> const DetectorPlan& { return plan_; }
  [[nodiscard]] auto index() const noexcept -> std::uint32_t { return index_; }
  [[nodiscard]] auto records(const ClosingBucket& bucket) const noexcept -> const BucketSeries& {
    return bucket.records.detectors[index_];
  }
  /// The slots of the bucket's records by series: one each, or one per member of a population.
  [[nodiscard]] auto slots_by_series(const ClosingBucket& bucket) const -> std::vector<std::vector<std::uint32_t>>;
  void note(std::uint32_t series, std::int64_t bucket) noexcept { table_.note(series, bucket); }

  /// A leaf of a series; `over` is kNone in an individual one. Its result is skipped where it is too frequent.
  [[nodiscard]] auto leaf_of(const ClosingBucket& bucket, std::uint32_t series, std::uint32_t over) const noexcept
      -> Leaf;
  /// What rules and calendar events say of a leaf that has its values.
  [[nodiscard]] auto actions_for(const ClosingBucket& bucket, const Leaf& leaf, bool has_typical) const -> RuleActions;
  [[nodiscard]] auto is_plotted(const ClosingBucket& bucket, const Leaf& leaf) const -> bool;

 private:
  [[nodiscard]] auto key_of(std::uint32_t column, bool may_be_null, const RecordRow& row, std::int64_t bucket,
                            std::vector<KeptValues>& kept, MemoryBudget& budget) const -> std::uint32_t;
  void note_series(std::vector<KeptValues>& kept) const;
  [[nodiscard]] auto excludes(ExcludeFrequent field) const noexcept -> bool {
    return settings().exclude_frequent == ExcludeFrequent::all || settings().exclude_frequent == field;
  }
  [[nodiscard]] auto value_of(const ClosingBucket& bucket, const Leaf& leaf, const std::string& field) const
      -> std::string_view;
  [[nodiscard]] auto rule_matches(const ClosingBucket& bucket, const Leaf& leaf, const CustomRule& rule,
                                  const RuleSubject& subject) const -> bool;
  [[nodiscard]] auto is_in_scope(const ClosingBucket& bucket, const Leaf& leaf, const CustomRule& rule) const -> bool;
  /// Nothing where models have no clock.
  virtual void shift_clock(std::uint32_t /*series*/, std::int64_t /*by*/) {}
  /// The series was dropped: its models are forgotten.
  virtual void forget(std::uint32_t series) = 0;
  /// Nothing where models are numbered by series.
  virtual void renumber_partitions(const std::vector<std::uint32_t>& /*codes*/) {}
  virtual void write_models(ByteWriter& writer) const = 0;
  /// For table().end() series.
  virtual void read_models(ByteReader& reader) = 0;

  const JobConfig& config_;
  const DetectorPlan& plan_;
  std::uint32_t index_;
  SeriesTable table_;
  FrequentValues members_;  // over values; only where frequent ones are left out
};

[[nodiscard]] auto make_detector(const JobConfig& config, const FieldPlan& plan, std::uint32_t index)
    -> std::unique_ptr<Detector>;

}  // namespace adcore

// JobEngine: records in; buckets, records, influencers and scores out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "adcore/job/columns.hpp"
#include "adcore/job/config.hpp"
#include "adcore/job/data_counts.hpp"
#include "adcore/job/detector.hpp"
#include "adcore/job/field_plan.hpp"
#include "adcore/job/job_window.hpp"
#include "adcore/job/kept_values.hpp"
#include "adcore/job/memory_budget.hpp"
#include "adcore/job/results.hpp"
#include "adcore/job/scoring.hpp"
#include "adcore/series/series_model.hpp"

namespace adcore {

class RowReader;

/// What is decided is decided row by row: results do not depend on how rows are cut into batches, nor on the number of
/// threads, bit for bit. One thread at a time.
///
///     JobEngine engine(config);
///     while (read(batch)) { engine.process(batch); consume(engine.take_results()); }
///     engine.interim(std::nullopt, std::nullopt);
///     consume(engine.take_results());
class JobEngine {
 public:
  /// Throws InvalidArgument if the configuration is out of range.
  explicit JobEngine(const JobConfig& config);
  JobEngine(const JobEngine&) = delete;
  auto operator=(const JobEngine&) -> JobEngine& = delete;

  /// Throws InvalidArgument if columns differ in length or number, or a code has no label.
  void check(const JobBatch& batch) const;
  /// Checks all, then takes the rows.
  void process(const JobBatch& batch);
  /// Makes every bucket final that ends by `time` (ms); nothing before the first record. Throws InvalidArgument if that
  /// is more than JobWindow::kMostBuckets ahead.
  void advance_time(std::int64_t time);
  /// Goes on with the bucket that starts at `time`, or first after it; what is open before is dropped.
  void skip_time(std::int64_t time);
  /// Forgets the records of the open buckets that overlap [start, end), so that they can come again. They stay counted.
  void reset(std::int64_t start, std::int64_t end);
  /// Results of the open buckets that start in [start, end) as they are now. Nothing is learned; none before the first
  /// final bucket.
  void interim(std::optional<std::int64_t> start, std::optional<std::int64_t> end);
  /// All results since the last call.
  [[nodiscard]] auto take_results() -> JobResults;

  /// The end of the last final bucket, or before there is one the start of the first open one; unset before the first
  /// record.
  [[nodiscard]] auto last_finalized_bucket_end() const noexcept -> std::optional<std::int64_t>;
  [[nodiscard]] auto latest_bucket_start() const noexcept -> std::optional<std::int64_t>;
  [[nodiscard]] auto config() const noexcept -> const JobConfig& { return config_; }
  [[nodiscard]] auto plan() const noexcept -> const FieldPlan& { return plan_; }
  [[nodiscard]] auto counts() const noexcept -> const DataCounts& { return counts_; }
  [[nodiscard]] auto memory() const noexcept -> const MemoryBudget& { return budget_; }
  /// Values of the field of the kind that has the most, the empty one with them, as long as they are kept.
  struct FieldCounts {
    std::uint64_t by = 0;
    std::uint64_t over = 0;
    std::uint64_t partition = 0;
  };
  [[nodiscard]] auto field_counts() const -> FieldCounts;

  /// The start of the bucket that moved the scales of the scores so much that older scores should be made anew; unset
  /// if there was none since the last call.
  [[nodiscard]] auto take_renormalisation() noexcept -> std::optional<std::int64_t>;
  [[nodiscard]] auto scoring() const noexcept -> const Scoring& { return scoring_; }

  void set_custom_rules(std::size_t detector, std::vector<CustomRule> rules);
  void set_calendar(std::vector<CalendarEvent> events) { calendar_ = std::move(events); }
  void set_model_memory_limit(std::uint64_t bytes);
  void set_model_plot(bool enabled, std::vector<std::string> terms);

  /// For `duration` ms from the end of the last final bucket. Throws InvalidState where the job can have no forecast.
  [[nodiscard]] auto forecast(std::int64_t duration) const -> ForecastTable;

  [[nodiscard]] auto to_bytes() const -> std::vector<std::byte>;
  /// Throws SnapshotError on anything that to_bytes() did not write.
  [[nodiscard]] static auto from_bytes(std::span<const std::byte> bytes) -> std::unique_ptr<JobEngine>;

 private:
  void take_row(RowReader& reader, std::int64_t timestamp, std::size_t row);
  void close_between(std::int64_t first, std::int64_t last);
  void close(const JobBucket& bucket);
  void judge(const JobBucket& bucket, bool is_interim);
  void set_clocks(const ClosingBucket& bucket);
  [[nodiscard]] auto event_series() const noexcept -> SeriesConfig;
  void learn_event_count(const JobBucket& bucket);
  [[nodiscard]] auto completeness_of(const JobBucket& bucket) const -> double;
  [[nodiscard]] auto events_in(std::int64_t number) const -> std::vector<std::uint32_t>;
  void prune(std::int64_t number);
  void drop_values(std::int64_t before);
  void read(ByteReader& reader);
  void note_members();

  JobConfig config_;
  FieldPlan plan_;
  std::vector<KeptValues> kept_;    // by key column
  std::uint64_t renumberings_ = 0;  // of kept values, since the engine is there
  MemoryBudget budget_;
  JobWindow window_;
  std::vector<std::unique_ptr<Detector>> detectors_;
  std::vector<CalendarEvent> calendar_;
  DataCounts counts_;
  SeriesModel event_model_;  // events per bucket: how complete is an open one
  Scoring scoring_;
  std::optional<std::int64_t> renormalisation_;
  JobResults results_;
};

}  // namespace adcore

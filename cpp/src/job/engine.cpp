#include "adcore/job/engine.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "adcore/base/error.hpp"
#include "adcore/job/row_reader.hpp"

namespace adcore {

namespace {

auto validated(const JobConfig& config) -> const JobConfig& {
  config.validate();
  return config;
}

}  // namespace

JobEngine::JobEngine(const JobConfig& config)
    : config_(validated(config)),
      plan_(config_),
      kept_(plan_.keys.size()),
      budget_(config_.model_memory_limit),
      window_(config_.bucket_span, config_.latency),
      scoring_(config_) {
  for (std::uint32_t i = 0; i < config_.detectors.size(); ++i) {
    detectors_.push_back(make_detector(config_, plan_, i));
  }
}

void JobEngine::check(const JobBatch& batch) const { check_batch(plan_, batch); }

void JobEngine::process(const JobBatch& batch) {
  RowReader reader(plan_, batch, kept_, budget_);
  for (std::size_t row = 0; row < batch.timestamps.size(); ++row) {
    const std::int64_t timestamp = batch.timestamps[row];
    const bool was_set = window_.is_set();
    const std::int64_t before = window_.first_open();
    switch (window_.place(timestamp)) {
      case JobWindow::Place::invalid: ++counts_.invalid_date_count; break;
      case JobWindow::Place::out_of_order: ++counts_.out_of_order_timestamp_count; break;
      case JobWindow::Place::open:
        if (was_set && window_.first_open() != before) {
          const auto renumberings = renumberings_;
          close_between(before, window_.first_open());
          if (renumberings_ != renumberings) reader.forget_codes();
        }
        take_row(reader, timestamp, row);
    }
  }
}

void JobEngine::take_row(RowReader& reader, std::int64_t timestamp, std::size_t row) {
  const std::int64_t number = window_.number_of(timestamp);
  JobBucket& bucket = window_.bucket(number, plan_);
  RecordRow& record = reader.read(row, bucket);
  counts_.note_record(timestamp, plan_.fields.size(), reader.missing_fields());
  if (!(record.events > 0.0)) return;
  bucket.event_count += record.events;
  record.offset = static_cast<double>(timestamp - window_.start_of(number));
  for (const auto& detector : detectors_) detector->gather(record, bucket, kept_, budget_);
}

void JobEngine::advance_time(std::int64_t time) {
  if (!window_.has_records()) return;
  const std::int64_t before = window_.first_open();
  const std::int64_t latest = window_.start_of(window_.latest());
  if (time > latest) throw_invalid_argument("time", std::to_string(time), "at most " + std::to_string(latest) + " ms");
  if (time <= window_.start_of(before)) return;
  window_.move_to(window_.number_of(time));
  close_between(before, window_.first_open());
}

void JobEngine::skip_time(std::int64_t time) {
  if (time < -JobWindow::kLatestTime || time > JobWindow::kLatestTime) {
    throw_invalid_argument("time", std::to_string(time), "-2^50 to 2^50 ms");
  }
  window_.move_to(window_.number_of(time + window_.span() - 1));
  while (const auto dropped = window_.take_final()) budget_.release(dropped->held_bytes());
}

void JobEngine::reset(std::int64_t start, std::int64_t end) {
  const auto in_range = [](std::int64_t time) {
    return std::clamp(time, -JobWindow::kLatestTime, JobWindow::kLatestTime);
  };
  const std::int64_t last = window_.number_of(in_range(end) - 1);
  budget_.release(window_.empty(window_.number_of(in_range(start)), last + 1));
}

auto JobEngine::take_results() -> JobResults { return std::exchange(results_, JobResults()); }

auto JobEngine::last_finalized_bucket_end() const noexcept -> std::optional<std::int64_t> {
  return window_.has_records() ? std::optional(window_.start_of(window_.first_open())) : std::nullopt;
}

auto JobEngine::latest_bucket_start() const noexcept -> std::optional<std::int64_t> {
  return window_.has_records() ? std::optional(window_.start_of(window_.newest())) : std::nullopt;
}

auto JobEngine::field_counts() const -> FieldCounts {
  FieldCounts counts;
  for (const auto& detector : plan_.detectors) {
    const auto values = [&](std::uint32_t column) { return column == kNone ? 1 : kept_[column].size() + 1; };
    counts.by = std::max<std::uint64_t>(counts.by, values(detector.by));
    counts.over = std::max<std::uint64_t>(counts.over, detector.over == kNone ? 0 : values(detector.over));
    counts.partition = std::max<std::uint64_t>(counts.partition, values(detector.partition));
  }
  return counts;
}

auto JobEngine::take_renormalisation() noexcept -> std::optional<std::int64_t> {
  return std::exchange(renormalisation_, std::nullopt);
}

void JobEngine::set_custom_rules(std::size_t detector, std::vector<CustomRule> rules) {
  if (detector >= config_.detectors.size()) {
    throw_invalid_argument("detector_index", std::to_string(detector),
                           "below the number of detectors, " + std::to_string(config_.detectors.size()));
  }
  config_.detectors[detector].custom_rules = std::move(rules);
}

void JobEngine::set_model_memory_limit(std::uint64_t bytes) {
  check_memory_limit(bytes);
  config_.model_memory_limit = bytes;
  budget_.set_limit(bytes);
}

void JobEngine::set_model_plot(bool enabled, std::vector<std::string> terms) {
  config_.model_plot = enabled;
  config_.model_plot_terms = std::move(terms);
}

auto JobEngine::forecast(std::int64_t duration) const -> ForecastTable {
  if (duration <= 0 || duration > kLongestJobSpan) {
    throw_invalid_argument("duration", std::to_string(duration), "1 ms to 1000 years");
  }
  const auto from = last_finalized_bucket_end();
  if (!from) throw_invalid_state("there is no forecast before the first record");
  const auto buckets = static_cast<std::size_t>((duration + config_.bucket_span - 1) / config_.bucket_span);
  ForecastTable table;
  for (const auto& detector : detectors_) detector->forecast(*from, buckets, kept_, table);
  return table;
}

}  // namespace adcore

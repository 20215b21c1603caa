// Buckets that become final, or are looked at before they are.
#include <algorithm>
#include <cmath>

#include "adcore/job/engine.hpp"

namespace adcore {

namespace {

// Idle series are looked for this often in the window they may idle.
constexpr std::int64_t kPrunesPerWindow = 20;
// With the memory nearly used up they may idle for a quarter of it.
constexpr std::int64_t kTightWindows = 4;

}  // namespace

// Buckets before the first that ever had a record are nobody's.
void JobEngine::close_between(std::int64_t first, std::int64_t last) {
  JobBucket empty(first, 0, plan_);
  for (std::int64_t number = first; number < last; ++number) {
    if (window_.find(number) == nullptr) {
      if (counts_.bucket_count == 0) continue;
      empty.number = number;
      close(empty);
    } else {
      const auto bucket = window_.take_final();
      close(*bucket);
      budget_.release(bucket->held_bytes());
    }
  }
}

void JobEngine::close(const JobBucket& bucket) {
  judge(bucket, false);
  counts_.note_bucket(window_.start_of(bucket.number), bucket.event_count);
  for (const auto& detector : detectors_) detector->note_members(bucket);
  learn_event_count(bucket);
  budget_.close_bucket();
  prune(bucket.number);
}

void JobEngine::judge(const JobBucket& bucket, bool is_interim) {
  const auto events = events_in(bucket.number);
  RuleActions calendar;
  for (const std::uint32_t event : events) calendar.add(calendar_[event].actions);
  const ClosingBucket closing{.config = config_,
                              .plan = plan_,
                              .kept = kept_,
                              .records = bucket,
                              .start = window_.start_of(bucket.number),
                              .is_interim = is_interim,
                              .completeness = is_interim ? completeness_of(bucket) : 1.0,
                              .calendar = calendar};
  if (!is_interim) set_clocks(closing);
  LeafBatch leaves;
  for (const auto& detector : detectors_) detector->close(closing, leaves);
  if (scoring_.write(closing, leaves, events, results_)) renormalisation_ = closing.start;
}

// Before the bucket is judged, so that it is measured by the new clock already.
void JobEngine::set_clocks(const ClosingBucket& bucket) {
  std::int64_t planned = 0;
  for (const auto& event : calendar_) {
    const bool starts = event.start_time >= bucket.start && event.start_time < bucket.start + window_.span();
    if (starts) planned += floor_mod(event.force_time_shift, kMsPerWeek);
  }
  if (planned != 0) event_model_.shift_clock(planned);
  for (const auto& detector : detectors_) detector->shift_clocks(bucket, planned);
}

auto JobEngine::event_series() const noexcept -> SeriesConfig {
  return {.bucket_span = config_.bucket_span, .kind = SeriesKind::count, .side = Side::both, .pooled = false};
}

void JobEngine::learn_event_count(const JobBucket& bucket) {
  const auto series = event_series();
  const SeriesSample sample{.time = window_.start_of(bucket.number) + config_.bucket_span / 2,
                            .value = std::isfinite(bucket.event_count) ? bucket.event_count : 0.0,
                            .count = bucket.event_count > 0.0 ? 1.0 : 0.0};
  event_model_.learn(series, sample, event_model_.assess(series, sample));
}

auto JobEngine::completeness_of(const JobBucket& bucket) const -> double {
  const std::int64_t middle = window_.start_of(bucket.number) + config_.bucket_span / 2;
  const double expected = event_model_.expected(event_series(), middle);
  return expected > 0.0 ? std::clamp(bucket.event_count / expected, 0.0, 1.0) : 1.0;
}

void JobEngine::interim(std::optional<std::int64_t> start, std::optional<std::int64_t> end) {
  if (counts_.bucket_count == 0) return;
  const std::int64_t last =
      std::min(window_.newest(), window_.first_open() + config_.latency / config_.bucket_span + 1);
  for (std::int64_t number = window_.first_open(); number <= last; ++number) {
    const std::int64_t at = window_.start_of(number);
    if ((start && at + window_.span() <= *start) || (end && at >= *end)) continue;
    const JobBucket* const bucket = window_.find(number);
    if (bucket != nullptr) judge(*bucket, true);
    else judge(JobBucket(number, 0, plan_), true);
  }
}

// An event covers the buckets that overlap it.
auto JobEngine::events_in(std::int64_t number) const -> std::vector<std::uint32_t> {
  const std::int64_t start = window_.start_of(number);
  std::vector<std::uint32_t> active;
  for (std::uint32_t i = 0; i < calendar_.size(); ++i) {
    if (calendar_[i].start_time < start + window_.span() && calendar_[i].end_time > start) active.push_back(i);
  }
  return active;
}

void JobEngine::prune(std::int64_t number) {
  const std::int64_t whole = config_.prune_window() / config_.bucket_span;
  const std::int64_t window = std::max<std::int64_t>(budget_.is_tight() ? whole / kTightWindows : whole, 2);
  if (number % std::max<std::int64_t>(window / kPrunesPerWindow, 1) != 0) return;
  for (const auto& detector : detectors_) detector->prune(number - window + 1, budget_);
  drop_values(number - window + 1);
}

// Open buckets are younger: no value of theirs goes.
void JobEngine::drop_values(std::int64_t before) {
  Renumbering to;
  bool is_renumbered = false;
  for (auto& values : kept_) {
    to.codes.push_back(values.drop_before(before, budget_));
    is_renumbered |= !to.codes.back().empty();
  }
  if (!is_renumbered) return;
  ++renumberings_;
  for (const auto& detector : detectors_) detector->renumber(to);
  window_.for_each([&](JobBucket& bucket) {
    for (std::size_t i = 0; i < detectors_.size(); ++i) {
      const std::uint32_t over = plan_.detectors[i].over;
      if (to.concerns(over)) bucket.detectors[i].renumber_members(to.codes[over]);
    }
  });
}

}  // namespace adcore

#include "adcore/job/job_window.hpp"

#include <algorithm>
#include <utility>

#include "adcore/series/bucket_time.hpp"

namespace adcore {

namespace {

constexpr std::int64_t kSecond = 1'000;

// Records are ordered by the second.
auto floor_to_second(std::int64_t timestamp) noexcept -> std::int64_t {
  return timestamp - floor_mod(timestamp, kSecond);
}

}  // namespace

JobWindow::JobWindow(std::int64_t bucket_span, std::int64_t latency)
    : clock_(BucketConfig{.bucket_span = bucket_span, .features = {}}), latency_(latency) {}

auto JobWindow::place(std::int64_t timestamp) noexcept -> Place {
  if (timestamp < -kLatestTime || timestamp > kLatestTime) return Place::invalid;
  const std::int64_t number = number_of(timestamp);
  if (newest_ == kUnset) {
    const std::int64_t first = number_of(start_of(number) - latency_);
    if (first_open_ == kUnset) first_open_ = first;
    if (number < first_open_) return Place::out_of_order;
    newest_ = number;
  }
  if (number > latest()) return Place::invalid;
  const bool is_behind = number < newest_ && floor_to_second(timestamp) < start_of(newest_) - latency_;
  if (number < first_open_ || is_behind) return Place::out_of_order;
  if (number > newest_) {
    newest_ = number;
    move_to(number_of(start_of(number) - latency_));
  }
  return Place::open;
}

auto JobWindow::latest() const noexcept -> std::int64_t {
  return std::min(std::max(newest_, first_open_) + kMostBuckets, number_of(kLatestTime));
}

void JobWindow::move_to(std::int64_t number) noexcept { first_open_ = std::max(first_open_, number); }

auto JobWindow::bucket(std::int64_t number, const FieldPlan& plan) -> JobBucket& {
  if (latest_used_ != nullptr && latest_used_->number == number) return *latest_used_;
  auto& place = open_[number];
  if (!place) place = std::make_unique<JobBucket>(number, ++opened_, plan);
  latest_used_ = place.get();
  return *place;
}

auto JobWindow::find(std::int64_t number) const noexcept -> const JobBucket* {
  const auto found = open_.find(number);
  return found == open_.end() ? nullptr : found->second.get();
}

auto JobWindow::empty(std::int64_t first, std::int64_t end) -> std::uint64_t {
  std::uint64_t bytes = 0;
  auto place = open_.lower_bound(std::max(first, first_open_));
  while (place != open_.end() && place->first < end) {
    bytes += place->second->held_bytes();
    place = open_.erase(place);
  }
  latest_used_ = nullptr;
  return bytes;
}

auto JobWindow::take_final() -> std::unique_ptr<JobBucket> {
  if (open_.empty() || open_.begin()->first >= first_open_) return nullptr;
  auto taken = std::move(open_.begin()->second);
  open_.erase(open_.begin());
  latest_used_ = nullptr;
  return taken;
}

void JobWindow::write(ByteWriter& writer) const {
  writer.put(first_open_);
  writer.put(newest_);
  writer.put(opened_);
  writer.put_count(open_.size());
  for (const auto& [number, bucket] : open_) {
    writer.put(number);
    writer.put(bucket->serial);
    bucket->write(writer);
  }
}

void JobWindow::read(ByteReader& reader, const FieldPlan& plan, const std::vector<std::size_t>& series,
                     const std::vector<std::size_t>& members) {
  const std::int64_t most = (kLatestTime + latency_) / clock_.span() + 1;
  const auto is_number = [most](std::int64_t number) {
    return number == kUnset || (number >= -most && number <= most);
  };
  first_open_ = reader.get<std::int64_t>();
  newest_ = reader.get<std::int64_t>();
  opened_ = reader.get<std::uint64_t>();
  const std::int64_t widest = latency_ / clock_.span() + 1;
  const bool is_known = is_number(first_open_) && is_number(newest_);
  if (!is_known || (newest_ != kUnset && (first_open_ == kUnset || newest_ - first_open_ > widest))) {
    throw_snapshot("the window of a job is out of range");
  }
  const auto buckets = reader.get_count(static_cast<std::uint64_t>(widest) + 1);
  for (std::uint64_t i = 0; i < buckets; ++i) {
    const auto number = reader.get<std::int64_t>();
    const auto serial = reader.get<std::uint64_t>();
    if (number < first_open_ || number > newest_ || open_.contains(number) || serial == 0 || serial > opened_) {
      throw_snapshot("an open bucket is out of place");
    }
    open_[number] = std::make_unique<JobBucket>(number, serial, plan);
    open_[number]->read(reader, series, members);
  }
}

}  // namespace adcore

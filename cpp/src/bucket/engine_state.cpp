// The state bytes of a BucketEngine. Nothing in them is trusted: every number that steers a loop, an index or a sum of
// times is checked.
#include <algorithm>

#include "adcore/base/error.hpp"
#include "adcore/bucket/engine.hpp"

namespace adcore {

auto BucketEngine::is_possible(std::int64_t number) const noexcept -> bool {
  const std::int64_t least = clock_.number_of(-kMaximumTimestamp - config_.window_delay);
  return number >= least && number <= clock_.number_of(kMaximumTimestamp) + 1;
}

void BucketEngine::write(ByteWriter& writer) const {
  for (const auto count :
       {counts_.total_rows, counts_.late_rows, counts_.invalid_rows, counts_.dropped_rows, counts_.skipped_vectors}) {
    writer.put(count);
  }
  writer.put(watermark_);
  writer.put(first_open_);
  writer.put_all(finished_.bucket_start);
  writer.put_all(finished_.entity);
  writer.put_all(finished_.values);
  writer.put_all(finished_.count);
  gaps_.write(writer);
  writer.put_count(open_.size());
  for (const auto& [number, bucket] : open_) bucket->write(writer);
}

void BucketEngine::read(ByteReader& reader) {
  for (auto* count : {&counts_.total_rows, &counts_.late_rows, &counts_.invalid_rows, &counts_.dropped_rows,
                      &counts_.skipped_vectors}) {
    *count = reader.get<std::uint64_t>();
  }
  watermark_ = reader.get<std::int64_t>();
  if (watermark_ != kUnset && !BucketClock::is_valid(watermark_)) throw_snapshot("the watermark is out of range");
  first_open_ = reader.get<std::int64_t>();
  if (first_open_ != kUnset && !is_possible(first_open_)) throw_snapshot("the first open bucket is out of range");
  if (config_.watermark_from_rows && (first_open_ == kUnset) != (watermark_ == kUnset)) {
    throw_snapshot("the watermark and the first open bucket do not fit");
  }
  if (first_open_ != kUnset) {
    next_close_ = clock_.start_of(first_open_) + clock_.span() + config_.window_delay;
    if (watermark_ >= next_close_) throw_snapshot("a bucket is open that the watermark has finished");
  }
  read_finished(reader);
  const std::int64_t oldest = clock_.number_of(-kMaximumTimestamp);
  gaps_.read(reader, config_.maximum_entities, oldest, first_open_ == kUnset ? oldest - 1 : first_open_ - 1);
  read_open(reader);
}

void BucketEngine::read_finished(ByteReader& reader) {
  const std::uint64_t most = reader.remaining();
  finished_.bucket_start = reader.get_all<std::int64_t>(most);
  finished_.entity = reader.get_all<std::uint32_t>(most);
  finished_.values = reader.get_all<double>(most);
  finished_.count = reader.get_all<std::int64_t>(most);
  const std::size_t rows = finished_.size();
  if (finished_.entity.size() != rows || finished_.count.size() != rows ||
      finished_.values.size() != rows * finished_.features) {
    throw_snapshot("the finished columns differ in length");
  }
}

void BucketEngine::read_open(ByteReader& reader) {
  const auto buckets = reader.get_count(reader.remaining());
  for (std::uint64_t i = 0; i < buckets; ++i) {
    OpenBucket read(plan_);
    read.read(reader, config_.maximum_entities);
    const auto* newest = open_.newest();
    const bool is_next = read.number() >= first_open_ && (newest == nullptr || read.number() > newest->number());
    if (!is_next || !is_possible(read.number())) throw_snapshot("an open bucket is out of range or out of order");
    open_vectors_ += read.size();
    open_.open(read.number(), 0) = std::move(read);
  }
}

}  // namespace adcore

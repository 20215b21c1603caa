#include "adcore/bucket/engine.hpp"

#include <algorithm>
#include <string>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

auto validated(const BucketConfig& config) -> const BucketConfig& {
  config.validate();
  return config;
}

// Places; smaller tables stay in the second-level cache, where a look-up is no slower than asking ahead for it.
constexpr std::size_t kLargeTable = 100'000;

void check_rows(const char* name, std::size_t rows, std::size_t expected) {
  if (rows != expected) {
    throw_invalid_argument(name, std::to_string(rows) + " rows", std::to_string(expected) + " rows, as timestamps has");
  }
}

}  // namespace

BucketEngine::BucketEngine(const BucketConfig& config)
    : config_(validated(config)),
      plan_(config_),
      clock_(config_),
      open_(plan_),
      gaps_(config_.maximum_gap),
      writer_(plan_),
      sink_(plan_.record_size()) {
  finished_.features = config_.features.size();
}

void BucketEngine::check(const BucketBatch& batch) const {
  const std::size_t rows = batch.timestamps.size();
  if (batch.values.size() != config_.value_columns) {
    throw_invalid_argument("values", std::to_string(batch.values.size()) + " columns",
                           std::to_string(config_.value_columns) + " columns");
  }
  if (!batch.entities.empty()) check_rows("entities", batch.entities.size(), rows);
  for (const auto& column : batch.values) check_rows("values", column.size, rows);
}

void BucketEngine::add(const BucketBatch& batch) {
  check(batch);
  batch_ = &batch;
  const std::size_t rows = batch.timestamps.size();
  counts_.total_rows += rows;
  for (std::size_t first = 0; first < rows; first += kBlock) {
    block_start_ = settled_ = resolved_ = first;
    resolve(batch, std::min(rows, first + kBlock));
    settle();
  }
  batch_ = nullptr;
}

// Asks for the slots of the whole block at once. The bucket may change on the way; most often it does not.
// Not a function of its own for the compiler, to which one that only prefetches has no effect: GCC drops the calls.
ADCORE_INLINE void BucketEngine::prefetch_slots(const BucketBatch& batch, std::size_t last) const {
  if (current_ == nullptr || batch.entities.empty()) return;
  const SlotTable::View slots = current_->slots().view();
  if (slots.size < kLargeTable) return;
  for (const std::uint32_t entity : batch.entities.subspan(block_start_, last - block_start_)) slots.prefetch(entity);
}

void BucketEngine::resolve(const BucketBatch& batch, std::size_t last) {
  prefetch_slots(batch, last);
  resolve_known(batch, last);
  while (resolved_ < last) {
    resolve_other(batch.timestamps[resolved_], batch.entities.empty() ? 0 : batch.entities[resolved_]);
    resolve_known(batch, last);
  }
}

// The rows up to the next one that leaves the bucket or is the first of its entity in it: nothing is opened, moved or
// counted, so that the loop has all it needs in registers.
void BucketEngine::resolve_known(const BucketBatch& batch, std::size_t last) {
  if (current_ == nullptr) return;
  const SlotTable::View slots = current_->slots().view();
  double* const records = current_->record(0);
  const std::size_t record_size = plan_.record_size();
  const bool has_sketches = plan_.has_sketches();
  static constexpr std::array<std::uint32_t, kBlock> kOneEntity{};
  const std::uint32_t* entities = batch.entities.empty() ? kOneEntity.data() : batch.entities.data() + block_start_;
  std::int64_t latest = kUnset;
  std::size_t row = resolved_;
  for (; row < last; ++row) {
    const std::int64_t timestamp = batch.timestamps[row];
    if (!is_in_current(timestamp)) break;
    latest = std::max(latest, timestamp);
    const std::size_t i = row - block_start_;
    const std::uint32_t slot = slots.find(entities[i]);
    if (slot == SlotTable::kNone) break;
    records_[i] = records + slot * record_size;
    __builtin_prefetch(records_[i], 1);
    __builtin_prefetch(records_[i] + record_size - 1, 1);
    if (has_sketches) buckets_[i] = current_, slots_[i] = slot;
  }
  if (config_.watermark_from_rows) watermark_ = std::max(watermark_, latest);
  resolved_ = row;
}

void BucketEngine::resolve_other(std::int64_t timestamp, std::uint32_t entity) {
  std::uint32_t slot = SlotTable::kNone;
  if (is_in_current(timestamp) || enter_bucket(timestamp, entity)) {
    slot = current_->slots().find(entity);
    if (slot == SlotTable::kNone) slot = add_entity(entity);
  }
  const std::size_t i = resolved_ - block_start_;
  records_[i] = slot == SlotTable::kNone ? sink_.data() : current_->record(slot);
  buckets_[i] = slot == SlotTable::kNone ? nullptr : current_;
  slots_[i] = slot;
  ++resolved_;
}

// False: the row goes nowhere, and was counted.
auto BucketEngine::enter_bucket(std::int64_t timestamp, std::uint32_t entity) -> bool {
  if (!BucketClock::is_valid(timestamp)) {
    ++counts_.invalid_rows;
    return false;
  }
  if (config_.watermark_from_rows) {
    if (timestamp >= next_close_) settle();
    move_watermark(timestamp);
  }
  const std::int64_t number = clock_.number_of(timestamp);
  if (number < first_open_) {
    ++counts_.late_rows;
    return false;
  }
  OpenBucket* bucket = open_.find(number);
  if (bucket == nullptr) {
    if (!may_open_vector(entity)) return false;
    bucket = &open_.open(number, entities_);
  }
  point_at(bucket);
  return true;
}

void BucketEngine::point_at(OpenBucket* bucket) noexcept {
  current_ = bucket;
  fast_length_ = 0;
  if (bucket == nullptr) return;
  fast_start_ = clock_.start_of(bucket->number());
  fast_length_ = static_cast<std::uint64_t>(clock_.span());
  // A row that finishes a bucket must not take the short way.
  if (config_.watermark_from_rows && next_close_ - fast_start_ < clock_.span()) {
    fast_length_ = static_cast<std::uint64_t>(next_close_ - fast_start_);
  }
}

// Counts the row if not.
auto BucketEngine::may_open_vector(std::uint32_t entity) noexcept -> bool {
  if (entity == kNoCode) {
    ++counts_.invalid_rows;
  } else if (entity >= config_.maximum_entities || open_vectors_ >= config_.maximum_open_vectors) {
    ++counts_.dropped_rows;
  } else {
    return true;
  }
  return false;
}

auto BucketEngine::add_entity(std::uint32_t entity) -> std::uint32_t {
  if (!may_open_vector(entity)) return SlotTable::kNone;
  if (!current_->has_room()) {
    settle();
    current_->make_room();
  }
  const std::uint32_t slot = current_->add(entity);
  ++open_vectors_;
  entities_ = std::max(entities_, entity + 1);
  return slot;
}

auto BucketEngine::block_values(std::uint32_t column, double* scratch) const -> const double* {
  const ColumnView& view = batch_->values[column];
  if (view.is_dense()) return view.values + settled_;
  for (std::size_t row = settled_; row < resolved_; ++row) scratch[row - settled_] = view[row];
  return scratch;
}

void BucketEngine::settle() {
  const std::size_t first = settled_ - block_start_;
  const std::size_t rows = resolved_ - settled_;
  if (rows == 0) return;
  double* const* records = records_.data() + first;
  if (plan_.moments.empty()) count_rows(records, rows);
  for (std::size_t m = 0; m < plan_.moments.size(); ++m) {
    const auto& plan = plan_.moments[m];
    const auto kernel = m == 0 ? counting_moment_kernel(plan.moments) : moment_kernel(plan.moments);
    kernel(records, block_values(plan.column, scratch_.data()), rows, plan.offset);
  }
  for (const auto& plan : plan_.weighted) {
    const double* weights = block_values(plan.weight_column, weight_scratch_.data());
    add_weighted(records, block_values(plan.column, scratch_.data()), weights, rows, plan.offset);
  }
  if (plan_.has_sketches()) settle_sketches(first, first + rows);
  settled_ = resolved_;
}

void BucketEngine::settle_sketches(std::size_t first, std::size_t last) {
  const auto add = [&](std::uint32_t column, auto sketch_of) {
    const double* values = block_values(column, scratch_.data());
    for (std::size_t i = first; i < last; ++i) {
      const double value = values[i - first];
      if (buckets_[i] != nullptr && value == value) sketch_of(*buckets_[i], slots_[i]).add(value);
    }
  };
  for (std::size_t s = 0; s < plan_.quantile_columns.size(); ++s) {
    add(plan_.quantile_columns[s],
        [s](OpenBucket& bucket, std::uint32_t slot) -> auto& { return bucket.quantiles(slot, s); });
  }
  for (std::size_t s = 0; s < plan_.distinct_columns.size(); ++s) {
    add(plan_.distinct_columns[s],
        [s](OpenBucket& bucket, std::uint32_t slot) -> auto& { return bucket.distinct(slot, s); });
  }
}

void BucketEngine::move_watermark(std::int64_t timestamp) {
  if (timestamp <= watermark_) return;
  watermark_ = timestamp;
  if (timestamp >= next_close_) close_before(clock_.number_of(timestamp - config_.window_delay));
}

void BucketEngine::close_before(std::int64_t number) {
  for (auto* bucket = open_.oldest(); bucket != nullptr && bucket->number() < number; bucket = open_.oldest()) {
    fill_gap(bucket->number());
    finish_oldest();
  }
  fill_gap(number);
  next_close_ = clock_.start_of(number) + clock_.span() + config_.window_delay;
  point_at(nullptr);
}

void BucketEngine::append_table(const OpenBucket& bucket, const std::vector<SlotTable::Entry>& entries) {
  writer_.append(bucket, clock_.start_of(bucket.number()), entries, finished_);
}

void BucketEngine::finish_oldest() {
  const OpenBucket& bucket = *open_.oldest();
  bucket.slots().sorted_entries(entries_);
  if (config_.emit_empty) gaps_.fill(bucket.number(), entries_);
  append_table(bucket, entries_);
  open_vectors_ -= bucket.size();
  first_open_ = bucket.number() + 1;
  open_.close_oldest();
}

// Makes the empty vectors of the buckets from first_open_ to before `number`, none of which is open.
void BucketEngine::fill_gap(std::int64_t number) {
  if (config_.emit_empty && gaps_.silent_from() != GapFiller::kNever) {
    OpenBucket empty(plan_);
    std::uint64_t room = config_.maximum_open_vectors;
    for (std::int64_t gap = first_open_; gap < std::min(number, gaps_.silent_from()); ++gap) {
      empty.reset(gap, 0, 0);
      entries_.clear();
      gaps_.fill(gap, entries_);
      const std::uint64_t made = std::min<std::uint64_t>(room, entries_.size());
      counts_.skipped_vectors += entries_.size() - made;
      entries_.resize(made);
      append_table(empty, entries_);
      room -= made;
    }
  }
  first_open_ = number;
}

void BucketEngine::advance(std::int64_t timestamp) {
  if (!BucketClock::is_valid(timestamp)) {
    throw_invalid_argument("timestamp", std::to_string(timestamp), "-2^62 to 2^62 ms");
  }
  move_watermark(timestamp);
}

auto BucketEngine::take_finished() -> BucketTable {
  BucketTable taken;
  taken.features = finished_.features;
  std::swap(taken, finished_);
  return taken;
}

auto BucketEngine::flush() -> BucketTable {
  if (const auto* newest = open_.newest(); newest != nullptr) close_before(newest->number() + 1);
  return take_finished();
}

auto BucketEngine::peek_open() const -> BucketTable {
  BucketTable table;
  table.features = finished_.features;
  TableWriter writer(plan_);
  std::vector<SlotTable::Entry> entries;
  for (const auto& [number, bucket] : open_) {
    bucket->slots().sorted_entries(entries);
    writer.append(*bucket, clock_.start_of(number), entries, table);
  }
  return table;
}

auto BucketEngine::memory_bytes() const noexcept -> std::size_t {
  const std::size_t finished =
      finished_.bucket_start.capacity() * sizeof(std::int64_t) + finished_.entity.capacity() * sizeof(std::uint32_t) +
      finished_.values.capacity() * sizeof(double) + finished_.count.capacity() * sizeof(std::int64_t);
  return sizeof(*this) - sizeof(open_) + open_.memory_bytes() + gaps_.memory_bytes() + finished +
         entries_.capacity() * sizeof(SlotTable::Entry) + sink_.capacity() * sizeof(double);
}

}  // namespace adcore

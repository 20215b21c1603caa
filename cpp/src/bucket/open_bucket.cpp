#include "adcore/bucket/open_bucket.hpp"

#include <algorithm>
#include <utility>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

// Buckets are reused; one that once was this many times larger than expected gives its memory back.
constexpr std::size_t kMostSlack = 4;
constexpr std::size_t kSmallestRoom = 4;  // records
constexpr double kMostRows = 0x1p53;

}  // namespace

void OpenBucket::reset(std::int64_t number, std::size_t expected, std::size_t entities) {
  number_ = number;
  slots_.reset(expected, entities);
  quantiles_.clear();
  distinct_.clear();
  const std::size_t room = std::max(expected, kSmallestRoom);
  if (room_ < room || room_ > kMostSlack * room) set_room(room);
}

// Keeps as many records as there are slots.
void OpenBucket::set_room(std::size_t records) {
  auto moved = std::make_unique_for_overwrite<double[]>(records * plan_->record_size());
  std::copy_n(records_.get(), slots_.size() * plan_->record_size(), moved.get());
  records_ = std::move(moved);
  room_ = records;
}

void OpenBucket::make_room() { set_room(room_ + room_ / 2 + kSmallestRoom); }

auto OpenBucket::add(std::uint32_t entity) -> std::uint32_t {
  const std::uint32_t slot = slots_.add(entity);
  double* values = record(slot);
  for (const double value : plan_->empty_record) *values++ = value;
  if (plan_->has_sketches()) {
    quantiles_.resize(slots_.size() * plan_->quantile_columns.size());
    distinct_.resize(slots_.size() * plan_->distinct_columns.size());
  }
  return slot;
}

auto OpenBucket::memory_bytes() const noexcept -> std::size_t {
  std::size_t sum = sizeof(*this) + slots_.memory_bytes() + room_ * plan_->record_size() * sizeof(double);
  for (const auto& sketch : quantiles_) sum += sketch.memory_bytes();
  for (const auto& counter : distinct_) sum += counter.memory_bytes();
  return sum + (quantiles_.capacity() - quantiles_.size()) * sizeof(QuantileSketch) +
         (distinct_.capacity() - distinct_.size()) * sizeof(DistinctCounter);
}

// Ordered by entity, so that equal states have equal bytes whatever order the entities came in.
void OpenBucket::write(ByteWriter& writer) const {
  std::vector<SlotTable::Entry> entries;
  slots_.sorted_entries(entries);
  writer.put(number_);
  writer.put_count(entries.size());
  for (const auto [entity, slot] : entries) {
    writer.put(entity);
    const double* values = record(slot);
    for (std::size_t i = 0; i < plan_->record_size(); ++i) writer.put(values[i]);
    for (std::size_t i = 0; i < plan_->quantile_columns.size(); ++i) quantiles(slot, i).write(writer);
    for (std::size_t i = 0; i < plan_->distinct_columns.size(); ++i) distinct(slot, i).write(writer);
  }
}

void OpenBucket::read_record(ByteReader& reader, std::uint32_t entity) {
  if (!has_room()) make_room();
  const std::uint32_t slot = add(entity);
  double* values = record(slot);
  for (std::size_t i = 0; i < plan_->record_size(); ++i) values[i] = reader.get<double>();
  if (!(values[0] >= 1.0 && values[0] <= kMostRows)) throw_snapshot("a record has an impossible number of rows");
  for (std::size_t i = 0; i < plan_->quantile_columns.size(); ++i) quantiles(slot, i) = QuantileSketch::read(reader);
  for (std::size_t i = 0; i < plan_->distinct_columns.size(); ++i) distinct(slot, i) = DistinctCounter::read(reader);
}

void OpenBucket::read(ByteReader& reader, std::uint32_t entities) {
  reset(reader.get<std::int64_t>(), 0, 0);
  const auto count = reader.get_count(entities);
  std::uint64_t least = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto entity = reader.get<std::uint32_t>();
    if (entity < least || entity >= entities) throw_snapshot("the entities of a bucket are not ordered, or too many");
    read_record(reader, entity);
    least = std::uint64_t{entity} + 1;
  }
}

}  // namespace adcore

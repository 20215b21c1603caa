#include "adcore/entity/eviction_queue.hpp"

#include <utility>

namespace adcore {

namespace {

struct Rank {
  double priority;
  std::uint64_t id;
  friend auto operator<(const Rank& a, const Rank& b) noexcept -> bool {
    return a.priority < b.priority || (a.priority == b.priority && a.id < b.id);
  }
};

auto rank_of(const EntityRecords& records, double priority, std::uint32_t number) noexcept -> Rank {
  return {priority, records[number].id};
}

}  // namespace

void EvictionQueue::rise(const EntityRecords& records, std::size_t at) noexcept {
  const Entry moving = heap_[at];
  const Rank rank = rank_of(records, moving.priority, moving.number);
  while (at > 0) {
    const std::size_t parent = (at - 1) / 2;
    if (!(rank < rank_of(records, heap_[parent].priority, heap_[parent].number))) break;
    heap_[at] = heap_[parent];
    at = parent;
  }
  heap_[at] = moving;
}

void EvictionQueue::sink(const EntityRecords& records, std::size_t at) noexcept {
  const Entry moving = heap_[at];
  const Rank rank = rank_of(records, moving.priority, moving.number);
  for (std::size_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
    const auto rank_at = [&](std::size_t i) { return rank_of(records, heap_[i].priority, heap_[i].number); };
    if (child + 1 < heap_.size() && rank_at(child + 1) < rank_at(child)) ++child;
    if (!(rank_at(child) < rank)) break;
    heap_[at] = heap_[child];
    at = child;
  }
  heap_[at] = moving;
}

void EvictionQueue::push(const EntityRecords& records, std::uint32_t number) {
  heap_.push_back({records[number].priority, number});
  rise(records, heap_.size() - 1);
}

void EvictionQueue::remove_top(const EntityRecords& records) noexcept {
  heap_.front() = heap_.back();
  heap_.pop_back();
  if (!heap_.empty()) sink(records, 0);
}

auto EvictionQueue::peek(const EntityRecords& records, std::uint32_t round) -> std::uint32_t {
  while (!heap_.empty()) {
    Entry& top = heap_.front();
    const EntityRecord& record = records[top.number];
    if (record.round == round) {
      aside_.push_back(top);
      remove_top(records);
    } else if (record.priority != top.priority) {
      top.priority = record.priority;
      sink(records, 0);
    } else {
      return top.number;
    }
  }
  return EntityRecords::kNone;
}

auto EvictionQueue::pop(const EntityRecords& records, std::uint32_t round) -> std::uint32_t {
  const std::uint32_t number = peek(records, round);
  if (number != EntityRecords::kNone) remove_top(records);
  return number;
}

void EvictionQueue::end_round(const EntityRecords& records) {
  for (const Entry& entry : aside_) push(records, entry.number);
  aside_.clear();
}

void EvictionQueue::rebuild(const EntityRecords& records) {
  heap_.clear();
  aside_.clear();
  for (std::uint32_t number = 0; number < records.made(); ++number) {
    const EntityState state = records[number].state;
    if (state == EntityState::starting || state == EntityState::ready) push(records, number);
  }
}

void EvictionQueue::reserve(std::size_t models) {
  heap_.reserve(models);
  aside_.reserve(models);
}

auto EvictionQueue::growth_bytes(std::size_t models) const noexcept -> std::size_t {
  return models <= heap_.capacity() ? 0 : 2 * models * sizeof(Entry);
}

auto EvictionQueue::memory_bytes() const noexcept -> std::size_t {
  return (heap_.capacity() + aside_.capacity()) * sizeof(Entry);
}

}  // namespace adcore

// The memory of an entity cache: what it takes, and how it is given back.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "adcore/base/error.hpp"
#include "adcore/entity/entity_cache.hpp"

namespace adcore {

namespace {

/// What waits to be taken may be this part of the budget at most.
constexpr std::size_t kMostSpillPart = 8;

}  // namespace

// -- bytes

auto EntityCache::spill_bytes_for(std::size_t budget) const noexcept -> std::size_t {
  if (!config_.spill) return 0;
  return std::max(workers_[0].checkpoint_bytes(), std::min(config_.spill_bytes, budget / kMostSpillPart));
}

auto EntityCache::memory_bytes() const noexcept -> std::size_t {
  std::size_t workers = workers_.capacity() * sizeof(ModelWorker);
  for (const ModelWorker& worker : workers_) workers += worker.memory_bytes();
  return sizeof *this + workers + records_.memory_bytes() + blocks_.memory_bytes() + queue_.memory_bytes() +
         doorkeeper_.memory_bytes() + evicted_.memory_bytes() +
         (plan_.capacity() + awaited_.capacity()) * sizeof(std::uint32_t);
}

auto EntityCache::committed_bytes() const noexcept -> std::size_t {
  const std::size_t entries = config_.spill ? spill_bytes_ / workers_[0].layout().state_bytes + 1 : 0;
  const std::size_t waiting = spill_bytes_ + entries * 2 * sizeof(std::uint64_t);
  return memory_bytes() - evicted_.memory_bytes() + waiting;
}

auto EntityCache::fits(std::size_t more) const noexcept -> bool {
  const std::size_t held = committed_bytes();
  return held <= config_.byte_budget && more <= config_.byte_budget - held;
}

auto EntityCache::make_room(std::size_t bytes) -> bool {
  while (!fits(bytes)) {
    if (!give_back_chunk()) return false;
  }
  return true;
}

auto EntityCache::chunk_growth() const noexcept -> std::size_t {
  return blocks_.growth_bytes() + queue_.growth_bytes(blocks_.blocks() + blocks_.blocks_per_chunk());
}

auto EntityCache::try_add_chunk() -> bool {
  if (!fits(chunk_growth())) return false;
  const std::size_t models = blocks_.blocks() + blocks_.blocks_per_chunk();
  if (queue_.growth_bytes(models) > 0) queue_.reserve(models + models / 8);
  blocks_.add_chunk();
  return true;
}

auto EntityCache::dedicated_chunks() const noexcept -> std::size_t {
  const std::size_t per_chunk = blocks_.blocks_per_chunk();
  return (std::max<std::size_t>(config_.dedicated_models, 1) + per_chunk - 1) / per_chunk;
}

// Models of the round at hand stay, in memory at least.
auto EntityCache::give_back_chunk() -> bool {
  const std::size_t per_chunk = blocks_.blocks_per_chunk();
  if (blocks_.blocks() / per_chunk <= dedicated_chunks()) return false;
  while (blocks_.free_blocks() < per_chunk) {
    const std::uint32_t victim = can_spill() ? queue_.pop(records_, in_round_ ? round_ : kNoRound) : kNone;
    if (victim == kNone) return false;
    evict(victim);
  }
  blocks_.remove_chunk([&](std::uint32_t owner, std::uint32_t block) { records_[owner].block = block; });
  return true;
}

void EntityCache::set_byte_budget(std::size_t bytes) {
  give_up_round();
  const std::size_t before = std::exchange(spill_bytes_, spill_bytes_for(bytes));
  const std::size_t per_chunk = blocks_.blocks_per_chunk();
  const std::size_t shared = config_.spill ? blocks_.blocks() - dedicated_chunks() * per_chunk : 0;
  const std::size_t least = committed_bytes() - shared * blocks_.block_bytes();
  if (least > bytes) {
    spill_bytes_ = before;
    throw_invalid_argument("byte_budget", std::to_string(bytes),
                           "the models that have to stay and the tables need " + std::to_string(least));
  }
  config_.byte_budget = bytes;
  static_cast<void>(make_room(0));  // what cannot leave yet leaves with the next rounds
}

// -- leaving memory

auto EntityCache::can_spill() const noexcept -> bool {
  return config_.spill && evicted_.bytes.size() + workers_[0].checkpoint_bytes() <= spill_bytes_;
}

void EntityCache::evict(std::uint32_t number) {
  EntityRecord& record = records_[number];
  if (record.changed && config_.spill) {
    if (evicted_.bytes.capacity() < spill_bytes_) {
      const std::size_t entries = spill_bytes_ / workers_[0].layout().state_bytes + 1;
      evicted_.ids.reserve(entries);
      evicted_.ends.reserve(entries);
      evicted_.bytes.reserve(spill_bytes_);
    }
    evicted_.append(record.id, workers_[0].checkpoint(blocks_.address(record.block), record.id));
  }
  blocks_.release(std::exchange(record.block, kNoBlock));
  record.changed = false;
  records_.set_state(number, EntityState::inactive);
  ++counters_.evicted;
}

auto EntityCache::take_evicted() -> Checkpoints { return std::exchange(evicted_, {}); }

auto EntityCache::evict_unused(std::int64_t timestamp) -> std::size_t {
  give_up_round();
  std::size_t count = 0;
  for (std::uint32_t number = 0; number < records_.made(); ++number) {
    const EntityRecord& record = records_[number];
    if (record.block == kNoBlock || record.state == EntityState::unused || record.seen >= timestamp) continue;
    if (config_.spill && !can_spill()) break;
    evict(number);
    ++count;
  }
  if (count > 0) queue_.rebuild(records_);
  return count;
}

// Forgets about an eighth of the inactive entities, those of the lowest priorities: a sample says where that is.
void EntityCache::forget_inactive() {
  std::array<double, 1024> sample{};
  std::size_t taken = 0;
  const std::uint32_t step = records_.made() / static_cast<std::uint32_t>(sample.size()) + 1;
  for (std::uint32_t number = 0; number < records_.made() && taken < sample.size(); number += step) {
    if (records_[number].state == EntityState::inactive) sample[taken++] = records_[number].priority;
  }
  const auto cut = sample.begin() + static_cast<std::ptrdiff_t>(taken / 8);
  std::nth_element(sample.begin(), cut, sample.begin() + static_cast<std::ptrdiff_t>(taken));
  const double lowest = taken == 0 ? HUGE_VAL : *cut;
  std::size_t excess = records_.count(EntityState::inactive) / 8 + 1;
  for (std::uint32_t number = 0; number < records_.made() && excess > 0; ++number) {
    if (records_[number].state != EntityState::inactive || records_[number].priority > lowest) continue;
    records_.erase(number);
    ++counters_.forgotten;
    --excess;
  }
}

}  // namespace adcore

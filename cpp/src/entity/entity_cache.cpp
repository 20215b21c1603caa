// Who is in a round: admission, and the memory for it.
#include "adcore/entity/entity_cache.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "adcore/base/error.hpp"
#include "adcore/forest/config.hpp"

namespace adcore {

namespace {

/// A chunk is this part of the budget at most.
constexpr std::size_t kChunksPerBudget = 64;
/// Inactive entities beyond the limit before some are forgotten: that looks at all of them.
constexpr std::size_t kFewEntities = 1024;
/// Rows ahead whose records are asked for while one is placed.
constexpr std::size_t kSlotsAhead = 16;
constexpr std::size_t kRecordsAhead = 8;

auto validated(const EntityCacheConfig& config) -> const EntityCacheConfig& {
  config.validate();
  return config;
}

auto blocks_per_chunk(const EntityCacheConfig& config, std::size_t block_bytes) noexcept -> std::size_t {
  const std::size_t bytes = std::min(config.byte_budget / kChunksPerBudget, config.chunk_bytes);
  return std::clamp<std::size_t>(bytes / block_bytes, 1, 65'536);
}

}  // namespace

EntityCache::EntityCache(const EntityCacheConfig& config)
    : config_(validated(config)),
      workers_(1, ModelWorker(config.model)),
      blocks_(workers_[0].layout().block_bytes, blocks_per_chunk(config, workers_[0].layout().block_bytes)),
      doorkeeper_(config.admission == Admission::doorkeeper ? config.doorkeeper_entities : 0,
                  config.doorkeeper_intervals) {
  spill_bytes_ = spill_bytes_for(config.byte_budget);
  while (blocks_.blocks() < std::max<std::size_t>(config_.dedicated_models, 1)) {
    if (try_add_chunk()) continue;
    throw_invalid_argument("byte_budget", std::to_string(config.byte_budget),
                           std::to_string(std::max<std::size_t>(config.dedicated_models, 1)) + " dedicated models of " +
                               std::to_string(model_bytes()) + " bytes and the tables need at least " +
                               std::to_string(committed_bytes() + chunk_growth()));
  }
}

// -- a round

void EntityCache::check(const EntityRows& rows) const {
  const std::size_t width = config_.model.forest.input_dimensions;
  const std::size_t count = rows.ids.size();
  if (rows.values.size() != count * width) {
    throw_invalid_argument(
        "values of length", std::to_string(rows.values.size()),
        "there must be " + std::to_string(width) + " for each of " + std::to_string(count) + " rows");
  }
  if (rows.timestamps.size() != 1 && rows.timestamps.size() != count) {
    throw_invalid_argument("timestamps of length", std::to_string(rows.timestamps.size()),
                           "there must be one for all, or one per row, " + std::to_string(count));
  }
  for (std::size_t i = 0; i < rows.values.size(); ++i) {
    if (std::abs(rows.values[i]) > kMaximumMagnitude) {
      throw_invalid_argument("values[" + std::to_string(i / width) + "][" + std::to_string(i % width) + "]",
                             rows.values[i], "values must lie between -1e30 and 1e30; NaN means missing");
    }
  }
}

void EntityCache::give_up_round() {
  for (const std::uint32_t number : awaited_) {
    if (!in_round_) break;
    blocks_.release(std::exchange(records_[number].block, kNoBlock));
    records_.set_state(number, EntityState::inactive);
  }
  awaited_.clear();
  plan_.clear();
  queue_.end_round(records_);
  rows_interleave_ = false;
  in_round_ = false;
}

auto EntityCache::begin(const EntityRows& rows) -> Round {
  check(rows);
  give_up_round();
  Round round;
  in_round_ = true;
  if (rows.ids.empty()) return round;
  if (!clock_) clock_.emplace(rows.timestamp(0), config_.interval);
  ++round_;
  static_cast<void>(make_room(0));  // the budget may be smaller by now
  const std::size_t count = rows.ids.size();
  for (std::size_t row = 0; row < count; ++row) {
    if (row + kSlotsAhead < count) records_.prefetch_slot(rows.ids[row + kSlotsAhead]);
    if (row + kRecordsAhead < count) records_.prefetch_record(rows.ids[row + kRecordsAhead]);
    if (!reserve_row() || place(rows.ids[row], rows.timestamp(row)) == Placing::round_is_full) break;
  }
  if (plan_.empty()) {
    give_up_round();
    throw_invalid_state("the evicted models must be taken before another round begins");
  }
  round.rows = plan_.size();
  for (const std::uint32_t number : awaited_) round.missing.push_back(records_[number].id);
  return round;
}

// Room for one more row in the plan, and in the list of those awaited.
auto EntityCache::reserve_row() -> bool {
  if (plan_.size() < plan_.capacity()) return true;
  const std::size_t rows = plan_.size() + plan_.size() / 2 + 64;
  if (!make_room(2 * rows * sizeof(std::uint32_t)) && !plan_.empty()) return false;
  plan_.reserve(rows);
  awaited_.reserve(rows);
  return true;
}

auto EntityCache::place(std::uint64_t id, std::int64_t timestamp) -> Placing {
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): rows have started it
  doorkeeper_.advance(clock_->interval_at(timestamp));
  std::uint32_t number = records_.find(id);
  const bool active = number != kNone && records_[number].block != kNoBlock;
  if (!active && !doorkeeper_.pass(id)) {
    if (number != kNone) records_[number].priority = hit(number, timestamp);
    plan_.push_back(kNone);
    return Placing::refused;
  }
  if (number == kNone) number = make_record(id);
  if (number == kNone && !plan_.empty()) return Placing::round_is_full;
  if (number == kNone) {
    plan_.push_back(kNone);
    return Placing::refused;
  }
  const double priority = hit(number, timestamp);
  const Placing placing = records_[number].block != kNoBlock ? Placing::placed : admit(number, priority);
  if (placing == Placing::round_is_full) return placing;
  records_[number].priority = priority;
  records_[number].seen = timestamp;
  if (placing == Placing::placed) join_round(number);
  else plan_.push_back(kNone);
  return placing;
}

auto EntityCache::hit(std::uint32_t number, std::int64_t timestamp) const noexcept -> double {
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): rows have started it
  return PriorityClock::hit(records_[number].priority, clock_->increment_at(timestamp));
}

auto EntityCache::make_record(std::uint64_t id) -> std::uint32_t {
  if (records_.count(EntityState::inactive) > config_.inactive_entities + kFewEntities) forget_inactive();
  if (!make_room(records_.growth_bytes())) {
    if (records_.count(EntityState::inactive) == 0) return kNone;
    forget_inactive();
    if (!make_room(records_.growth_bytes())) return kNone;
  }
  return records_.insert(id);
}

auto EntityCache::is_worth(std::uint32_t number, double priority, std::uint32_t victim) const noexcept -> bool {
  if (config_.admission == Admission::all) return true;
  const EntityRecord& other = records_[victim];
  return priority > other.priority || (priority == other.priority && records_[number].id > other.id);
}

auto EntityCache::admit(std::uint32_t number, double priority) -> Placing {
  if (blocks_.free_blocks() == 0 && !try_add_chunk()) {
    const std::uint32_t victim = config_.spill ? queue_.peek(records_, round_) : kNone;
    if (victim != kNone && !is_worth(number, priority, victim)) return Placing::refused;
    if (victim == kNone && config_.spill && !plan_.empty()) return Placing::round_is_full;
    if (victim == kNone) return Placing::refused;
    if (!can_spill()) return Placing::round_is_full;
    evict(queue_.pop(records_, round_));
  }
  EntityRecord& record = records_[number];
  record.block = blocks_.take(number);
  records_.set_state(number, EntityState::awaited);
  awaited_.push_back(number);
  return Placing::placed;
}

void EntityCache::join_round(std::uint32_t number) {
  EntityRecord& record = records_[number];
  const bool again = record.round == round_;
  if (again && plan_.back() != number) rows_interleave_ = true;
  record.round = round_;
  plan_.push_back(number);
}

// -- asking

auto EntityCache::contains(std::uint64_t id) const noexcept -> bool {
  const std::uint32_t number = records_.find(id);
  if (number == kNone) return false;
  const EntityState state = records_[number].state;
  return state == EntityState::starting || state == EntityState::ready;
}

auto EntityCache::priority(std::uint64_t id) const noexcept -> std::optional<double> {
  const std::uint32_t number = records_.find(id);
  if (number == kNone) return std::nullopt;
  return records_[number].priority;
}

auto EntityCache::lowest_priority(std::int64_t timestamp) -> std::optional<double> {
  const std::size_t active = records_.count(EntityState::starting) + records_.count(EntityState::ready);
  if (active <= config_.dedicated_models || !clock_) return std::nullopt;
  const std::uint32_t lowest = queue_.peek(records_, in_round_ ? round_ : kNoRound);
  if (lowest == kNone) return std::nullopt;
  return records_[lowest].priority - clock_->increment_at(timestamp);
}

auto EntityCache::model(std::uint64_t id) -> ThresholdedForest {
  if (!contains(id)) throw_invalid_argument("entity", std::to_string(id), "its model is not in memory");
  return workers_[0].model(blocks_.address(records_[records_.find(id)].block), id);
}

auto EntityCache::profile() const -> EntityProfile {
  EntityProfile profile = counters_;
  profile.entities = records_.size();
  profile.inactive = records_.count(EntityState::inactive);
  profile.awaited = records_.count(EntityState::awaited);
  profile.starting = records_.count(EntityState::starting);
  profile.ready = records_.count(EntityState::ready);
  profile.active = profile.entities - profile.inactive;
  profile.dedicated = std::min(profile.active, config_.dedicated_models);
  profile.shared = profile.active - profile.dedicated;
  for (std::uint32_t number = 0; number < records_.made(); ++number) {
    profile.changed += records_[number].changed ? 1 : 0;
  }
  profile.byte_budget = config_.byte_budget;
  profile.memory_bytes = memory_bytes();
  profile.model_bytes = model_bytes();
  return profile;
}

}  // namespace adcore

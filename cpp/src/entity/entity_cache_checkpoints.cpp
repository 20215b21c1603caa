// Models out of memory as checkpoints and back, many at a time.
#include <algorithm>
#include <string>
#include <utility>

#include "adcore/base/error.hpp"
#include "adcore/base/parallel.hpp"
#include "adcore/entity/entity_cache.hpp"

namespace adcore {

namespace {

void check_ends(std::span<const std::uint64_t> ids, std::span<const std::uint64_t> ends,
                std::span<const std::byte> bytes) {
  if (ids.size() != ends.size()) {
    throw_invalid_argument("ends of length", std::to_string(ends.size()),
                           "there must be one per entity, " + std::to_string(ids.size()));
  }
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (ends[i] < before || ends[i] > bytes.size()) {
      throw_invalid_argument("ends[" + std::to_string(i) + "]", std::to_string(ends[i]),
                             "ends must not fall, and lie within the " + std::to_string(bytes.size()) + " bytes");
    }
    before = ends[i];
  }
}

}  // namespace

// The entities of a call are `starting` from the first check on, so that none can come twice; where something is wrong
// they are awaited again.
void EntityCache::restore(std::span<const std::uint64_t> ids, std::span<const std::uint64_t> ends,
                          std::span<const std::byte> bytes, std::size_t threads) {
  check_ends(ids, ends, bytes);
  std::vector<std::uint32_t> numbers;
  std::vector<std::uint8_t> ready(ids.size());
  const auto give_back = [&] {
    for (const std::uint32_t number : numbers) records_.set_state(number, EntityState::awaited);
  };
  for (const std::uint64_t id : ids) {
    const std::uint32_t number = records_.find(id);
    if (!in_round_ || number == kNone || records_[number].state != EntityState::awaited) {
      give_back();
      throw_invalid_argument("entity", std::to_string(id), "the round at hand does not wait for its checkpoint");
    }
    records_.set_state(number, EntityState::starting);
    numbers.push_back(number);
  }
  threads = ensure_workers(threads);
  try {
    parallel_ranges(threads, threads, [&](std::size_t thread, std::size_t) {
      for (std::size_t i = ids.size() * thread / threads; i < ids.size() * (thread + 1) / threads; ++i) {
        const std::size_t first = i == 0 ? 0 : ends[i - 1];
        ready[i] = restore_model(workers_[thread], bytes.subspan(first, ends[i] - first), numbers[i]) ? 1 : 0;
      }
    });
  } catch (...) {
    give_back();
    throw;
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ready[i] != 0) records_.set_state(numbers[i], EntityState::ready);
  }
  counters_.restored += ids.size();
}

auto EntityCache::restore_model(ModelWorker& worker, std::span<const std::byte> bytes, std::uint32_t number) -> bool {
  const EntityRecord& record = records_[number];
  try {
    return worker.restore(bytes, record.id, blocks_.address(record.block));
  } catch (const SnapshotError& error) {
    throw SnapshotError("entity " + std::to_string(record.id) + ": " + error.what());
  }
}

auto EntityCache::next_changed(std::size_t models) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> numbers;
  const std::uint32_t made = records_.made();
  for (std::uint32_t looked = 0; looked < made && numbers.size() < models; ++looked) {
    ++cursor_;  // of kNone it makes 0
    if (cursor_ >= made) cursor_ = 0;
    if (cursor_ == 0) ++counters_.passes;
    if (records_[cursor_].changed) numbers.push_back(cursor_);
  }
  return numbers;
}

auto EntityCache::take_checkpoints(std::size_t models, std::size_t threads) -> Checkpoints {
  give_up_round();
  const auto numbers = next_changed(models);
  Checkpoints all;
  std::vector<Checkpoints> parts(std::clamp<std::size_t>(threads, 1, numbers.size() + 1));
  parallel_ranges(parts.size(), parts.size(), [&](std::size_t part, std::size_t) {
    const std::size_t first = numbers.size() * part / parts.size();
    const std::size_t last = numbers.size() * (part + 1) / parts.size();
    parts[part].bytes.reserve((last - first) * workers_[0].checkpoint_bytes());
    for (std::size_t i = first; i < last; ++i) {
      const EntityRecord& record = records_[numbers[i]];
      parts[part].append(record.id, workers_[0].checkpoint(blocks_.address(record.block), record.id));
    }
  });
  for (const std::uint32_t number : numbers) records_[number].changed = false;
  counters_.checkpointed += numbers.size();
  if (parts.size() == 1) return std::move(parts[0]);
  std::size_t bytes = 0;
  for (const Checkpoints& part : parts) bytes += part.bytes.size();
  all.bytes.reserve(bytes);
  for (Checkpoints& part : parts) {
    all.append_all(part);
    part = {};
  }
  return all;
}

void EntityCache::mark_changed(std::span<const std::uint64_t> ids) {
  for (const std::uint64_t id : ids) {
    const std::uint32_t number = records_.find(id);
    if (number != kNone && records_[number].block != kNoBlock) records_[number].changed = true;
  }
}

}  // namespace adcore

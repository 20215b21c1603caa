// The work of a round, spread over threads.
#include <algorithm>
#include <atomic>
#include <utility>

#include "adcore/base/error.hpp"
#include "adcore/base/parallel.hpp"
#include "adcore/entity/entity_cache.hpp"

namespace adcore {

namespace {

/// Rows a thread takes at a time.
constexpr std::size_t kRowsAtOnce = 256;

}  // namespace

struct EntityCache::Task {
  const EntityRows& rows;
  const EntityResults& results;
  std::size_t width;
};

/// The rows of the records whose number leaves this rest are a thread's own.
struct EntityCache::Share {
  std::size_t rest = 0;
  std::size_t of = 1;
  [[nodiscard]] auto owns(std::uint32_t number) const noexcept -> bool { return of == 1 || number % of == rest; }
};

/// What a thread found, to be merged in the end.
struct EntityCache::Tally {
  ModelWorker* worker = nullptr;
  EntityAnomalies anomalies;
  std::vector<std::uint32_t> ready;  // models that give scores now and did not before
  std::uint64_t refused = 0;
  std::uint64_t most_updates = 0;
};

auto EntityCache::ensure_workers(std::size_t threads) -> std::size_t {
  threads = std::clamp<std::size_t>(threads, 1, plan_.size() / kRowsAtOnce + 1);
  while (workers_.size() < threads) {
    // Fewer threads give the same results.
    if (!fits(workers_[0].memory_bytes() + 2 * (workers_.size() + 1) * sizeof(ModelWorker))) break;
    workers_.reserve(workers_.size() + 1);
    workers_.emplace_back(config_.model);
  }
  return std::min(threads, workers_.size());
}

auto EntityCache::process(const EntityRows& rows, const EntityResults& results, std::size_t threads)
    -> EntityAnomalies {
  if (!in_round_) throw_invalid_state("a round must be begun before it can be processed");
  check(rows);
  const std::size_t count = plan_.size();
  if (rows.ids.size() != count || results.score.size() != count || results.grade.size() != count ||
      results.confidence.size() != count || results.threshold.size() != count || results.status.size() != count ||
      results.correction.size() != count) {
    throw_invalid_argument("rows", std::to_string(rows.ids.size()),
                           "the round was begun with " + std::to_string(count) + " rows, results are as many");
  }
  threads = ensure_workers(threads);
  std::vector<Tally> tallies(threads);
  std::atomic<std::size_t> next = 0;
  const Task task{rows, results, config_.model.forest.input_dimensions};
  parallel_ranges(threads, threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t thread = first; thread < last; ++thread) {
      tallies[thread].worker = &workers_[thread];
      tallies[thread].anomalies.columns.input_dimensions = task.width;
      run_thread(task, thread, threads, next, tallies[thread]);
    }
  });
  return finish_round(tallies);
}

void EntityCache::run_thread(const Task& task, std::size_t thread, std::size_t threads, std::atomic<std::size_t>& next,
                             Tally& tally) {
  const std::size_t count = plan_.size();
  if (rows_interleave_) return run_rows(task, 0, count, {thread, threads}, tally);
  // The rows of one entity lie together: who takes its first row takes them all.
  for (;;) {
    std::size_t first = next.fetch_add(kRowsAtOnce, std::memory_order_relaxed);
    if (first >= count) return;
    std::size_t last = std::min(first + kRowsAtOnce, count);
    while (first > 0 && first < count && plan_[first] != kNone && plan_[first] == plan_[first - 1]) ++first;
    while (last < count && plan_[last] != kNone && plan_[last] == plan_[last - 1]) ++last;
    if (first < last) run_rows(task, first, last, {}, tally);
  }
}

void EntityCache::run_rows(const Task& task, std::size_t first, std::size_t last, Share share, Tally& tally) {
  ModelWorker& worker = *tally.worker;
  std::uint32_t loaded = kNone;
  const auto put_away = [&] {
    if (loaded == kNone) return;
    EntityRecord& record = records_[loaded];
    worker.store(blocks_.address(record.block));
    record.changed = true;
    tally.most_updates = std::max(tally.most_updates, worker.total_updates());
    if (worker.is_ready() && record.state != EntityState::ready) tally.ready.push_back(loaded);
  };
  for (std::size_t row = first; row < last; ++row) {
    const std::uint32_t number = plan_[row];
    if (number == kNone) {
      if (share.rest == 0) refuse_row(task.results, row);
      tally.refused += share.rest == 0 ? 1 : 0;
      continue;
    }
    if (!share.owns(number)) continue;
    if (number != loaded) {
      put_away();
      loaded = number;
      const EntityRecord& record = records_[number];
      // Still awaited after its first rows of the round, but changed.
      if (record.state == EntityState::awaited && !record.changed) worker.start(blocks_.address(record.block));
      worker.load(blocks_.address(record.block), record.id);
    }
    if (row + 1 < last && plan_[row + 1] != number && plan_[row + 1] != kNone && share.owns(plan_[row + 1])) {
      worker.prefetch(blocks_.address(records_[plan_[row + 1]].block));
    }
    run_row(task, row, tally);
  }
  put_away();
}

void EntityCache::run_row(const Task& task, std::size_t row, Tally& tally) {
  Detection detection;
  tally.worker->process(task.rows.values.subspan(row * task.width, task.width), task.rows.timestamp(row), detection);
  const EntityResults& results = task.results;
  results.score[row] = detection.score;
  results.grade[row] = detection.grade;
  results.confidence[row] = detection.confidence;
  results.threshold[row] = detection.threshold;
  results.status[row] = static_cast<std::uint8_t>(detection.status);
  results.correction[row] = static_cast<std::uint8_t>(detection.correction);
  if (detection.grade > 0) {
    tally.anomalies.row.push_back(row);
    tally.anomalies.columns.append(detection);
  }
}

void EntityCache::refuse_row(const EntityResults& results, std::size_t row) noexcept {
  results.score[row] = results.grade[row] = results.confidence[row] = results.threshold[row] = 0;
  results.status[row] = static_cast<std::uint8_t>(EntityStatus::no_model);
  results.correction[row] = static_cast<std::uint8_t>(Correction::none);
}

void EntityCache::keep_restored() {
  if (!in_round_) throw_invalid_state("a round must be begun before it can end");
  const auto kept = std::partition(awaited_.begin(), awaited_.end(), [&](std::uint32_t number) {
    return records_[number].state == EntityState::awaited;
  });
  for (auto at = kept; at != awaited_.end(); ++at) queue_.push(records_, *at);
  awaited_.erase(kept, awaited_.end());
  give_up_round();
}

// Those that no checkpoint was given for have started anew.
void EntityCache::settle_awaited() {
  for (const std::uint32_t number : awaited_) {
    if (records_[number].state == EntityState::awaited) {
      records_.set_state(number, EntityState::starting);
      ++counters_.started;
    }
    queue_.push(records_, number);
  }
}

auto EntityCache::finish_round(std::vector<Tally>& tallies) -> EntityAnomalies {
  settle_awaited();
  std::uint64_t refused = 0;
  for (const Tally& tally : tallies) {
    for (const std::uint32_t number : tally.ready) records_.set_state(number, EntityState::ready);
    refused += tally.refused;
    counters_.most_updates = std::max(counters_.most_updates, tally.most_updates);
  }
  counters_.rows += plan_.size();
  counters_.refused += refused;
  counters_.misses += awaited_.size();
  counters_.hits += plan_.size() - refused - awaited_.size();
  awaited_.clear();
  give_up_round();  // what is left of it
  return in_order(tallies);
}

auto EntityCache::in_order(std::vector<Tally>& tallies) -> EntityAnomalies {
  struct Place {
    std::uint64_t row;
    std::uint32_t tally;
    std::uint32_t at;
  };
  std::vector<Place> places;
  for (std::uint32_t t = 0; t < tallies.size(); ++t) {
    const auto& rows = tallies[t].anomalies.row;
    for (std::uint32_t at = 0; at < rows.size(); ++at) places.push_back({rows[at], t, at});
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.row < b.row; });
  EntityAnomalies all;
  all.columns.input_dimensions = config_.model.forest.input_dimensions;
  all.columns.reserve(places.size());
  all.row.reserve(places.size());
  for (const Place& place : places) {
    all.row.push_back(place.row);
    all.columns.append_from(tallies[place.tally].anomalies.columns, place.at);
  }
  return all;
}

}  // namespace adcore

// What goes into an entity cache and what comes out, as columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/detect/results.hpp"

namespace adcore {

/// What happened to a row: a RowStatus, or no_model.
enum class EntityStatus : std::uint8_t {
  warming_up,  ///< learned, but the model gives no score yet
  scored,
  skipped,   ///< late (LatePolicy::skip)
  no_model,  ///< the entity was not admitted: nothing was scored or learned
};

/// n rows; the rows of one entity in the order of time.
struct EntityRows {
  std::span<const std::uint64_t> ids;        // [n]
  std::span<const double> values;            // [n * input_dimensions], NaN means missing
  std::span<const std::int64_t> timestamps;  // [n], or one for all

  [[nodiscard]] auto timestamp(std::size_t row) const noexcept -> std::int64_t {
    return timestamps.size() == 1 ? timestamps[0] : timestamps[row];
  }
};

/// Where the results of n rows are written. Each [n].
struct EntityResults {
  std::span<double> score;
  std::span<double> grade;
  std::span<double> confidence;
  std::span<double> threshold;
  std::span<std::uint8_t> status;      // EntityStatus
  std::span<std::uint8_t> correction;  // Correction
};

/// The rows with a grade above 0, with all that is known about them.
struct EntityAnomalies {
  std::vector<std::uint64_t> row;  // position in the round
  ThresholdedColumns columns;
};

/// Checkpoints of models, end to end.
struct Checkpoints {
  std::vector<std::uint64_t> ids;
  std::vector<std::uint64_t> ends;  // where each one ends in `bytes`
  std::vector<std::byte> bytes;

  void append(std::uint64_t id, std::span<const std::byte> checkpoint);
  void append_all(const Checkpoints& more);
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
};

/// Entities and memory, all counted at one moment from one source.
struct EntityProfile {
  // entities = inactive + active; active = awaited + starting + ready = dedicated + shared
  std::size_t entities = 0;
  std::size_t inactive = 0;
  std::size_t active = 0;  // with memory for a model
  std::size_t awaited = 0;
  std::size_t starting = 0;
  std::size_t ready = 0;
  std::size_t dedicated = 0;
  std::size_t shared = 0;
  std::size_t changed = 0;  // active models that differ from their last checkpoint
  // bytes
  std::size_t byte_budget = 0;
  std::size_t memory_bytes = 0;
  std::size_t model_bytes = 0;  // of one model
  // since the cache was made; a row is a hit (a model was in memory), a miss (there is one now), or refused
  std::uint64_t rows = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t refused = 0;
  // models
  std::uint64_t started = 0;
  std::uint64_t restored = 0;
  std::uint64_t evicted = 0;
  std::uint64_t checkpointed = 0;  // by take_checkpoints()
  std::uint64_t passes = 0;        // begun by take_checkpoints(): what had changed before one is taken in it
  std::uint64_t forgotten = 0;     // inactive entities
  std::uint64_t most_updates = 0;  // rows learnt by the model that is furthest, in memory or not
};

}  // namespace adcore

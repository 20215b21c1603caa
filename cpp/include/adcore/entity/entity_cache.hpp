// One model per entity, as many in memory as the budget allows.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "adcore/entity/block_store.hpp"
#include "adcore/entity/config.hpp"
#include "adcore/entity/doorkeeper.hpp"
#include "adcore/entity/eviction_queue.hpp"
#include "adcore/entity/model_worker.hpp"
#include "adcore/entity/priority.hpp"
#include "adcore/entity/records.hpp"
#include "adcore/entity/results.hpp"

namespace adcore {

/// Rows are processed in rounds. begin() takes as many of them as can have their models in memory at once and says
/// whose are not there; the caller takes what was evicted (take_evicted) and writes it, reads the checkpoints of those
/// missing, hands them in (restore), and process() computes. An entity without a checkpoint starts anew.
/// Results depend on the rows of an entity alone: not on the budget, on rounds, on checkpoints or on threads, as long
/// as every entity is admitted.
class EntityCache {
 public:
  /// Throws InvalidArgument if the configuration is out of range, or the budget has no room for the dedicated models
  /// beside the tables.
  explicit EntityCache(const EntityCacheConfig& config);

  struct Round {
    std::size_t rows = 0;                // from the first one on
    std::vector<std::uint64_t> missing;  // entities whose model is not in memory, or is new
  };
  /// Plans a round of the first of `rows`, at least one. A round that was begun before and not processed is given up.
  /// Throws InvalidArgument, with nothing changed, when a size or a value is not allowed.
  [[nodiscard]] auto begin(const EntityRows& rows) -> Round;
  /// Checkpoints of missing entities, in any number of calls. `ends` says where each one ends in `bytes`.
  /// Throws InvalidArgument for an entity that is not missing, SnapshotError for bytes that are not its checkpoint; the
  /// round can go on: the entities of such a call are missing still.
  void restore(std::span<const std::uint64_t> ids, std::span<const std::uint64_t> ends,
               std::span<const std::byte> bytes, std::size_t threads = 1);
  /// Scores and learns the rows of the round, which must be those it was begun with.
  auto process(const EntityRows& rows, const EntityResults& results, std::size_t threads = 1) -> EntityAnomalies;
  /// Ends the round without its rows: models that were restored stay in memory.
  void keep_restored();

  /// The models that had to leave memory and had changed since they were last written.
  [[nodiscard]] auto take_evicted() -> Checkpoints;
  /// At most `models` models that changed since they were last written, in turn: calls that take a sixtieth of all
  /// write each model every sixty calls.
  [[nodiscard]] auto take_checkpoints(std::size_t models, std::size_t threads = 1) -> Checkpoints;
  /// Models whose checkpoints could not be written, or are gone: they count as changed.
  void mark_changed(std::span<const std::uint64_t> ids);
  /// Models without a row since `timestamp` leave memory, at most as many as spill_bytes allow; returns how many.
  auto evict_unused(std::int64_t timestamp) -> std::size_t;

  /// Throws InvalidArgument if the dedicated models and the tables need more.
  void set_byte_budget(std::size_t bytes);
  /// The priority that the cheapest shared model has at this time, to be compared between caches; nothing if all models
  /// are dedicated.
  [[nodiscard]] auto lowest_priority(std::int64_t timestamp) -> std::optional<double>;

  [[nodiscard]] auto config() const noexcept -> const EntityCacheConfig& { return config_; }
  [[nodiscard]] auto contains(std::uint64_t id) const noexcept -> bool;
  [[nodiscard]] auto priority(std::uint64_t id) const noexcept -> std::optional<double>;
  /// A copy of the model of an entity. Throws InvalidArgument if it is not in memory.
  [[nodiscard]] auto model(std::uint64_t id) -> ThresholdedForest;
  [[nodiscard]] auto profile() const -> EntityProfile;
  /// Heap and object bytes held now.
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  /// Bytes of one model.
  [[nodiscard]] auto model_bytes() const noexcept -> std::size_t { return blocks_.block_bytes(); }

 private:
  static constexpr std::uint32_t kNone = EntityRecords::kNone;
  static constexpr std::uint32_t kNoRound = 0;

  enum class Placing : std::uint8_t { placed, refused, round_is_full };
  struct Task;
  struct Share;
  struct Tally;

  void check(const EntityRows& rows) const;
  void give_up_round();
  [[nodiscard]] auto reserve_row() -> bool;
  // -- who is in the round
  [[nodiscard]] auto place(std::uint64_t id, std::int64_t timestamp) -> Placing;
  [[nodiscard]] auto make_record(std::uint64_t id) -> std::uint32_t;
  [[nodiscard]] auto admit(std::uint32_t number, double priority) -> Placing;
  [[nodiscard]] auto is_worth(std::uint32_t number, double priority, std::uint32_t victim) const noexcept -> bool;
  void join_round(std::uint32_t number);
  [[nodiscard]] auto hit(std::uint32_t number, std::int64_t timestamp) const noexcept -> double;
  // -- memory
  /// What is held, with room for all that may wait to be taken.
  [[nodiscard]] auto committed_bytes() const noexcept -> std::size_t;
  [[nodiscard]] auto spill_bytes_for(std::size_t budget) const noexcept -> std::size_t;
  [[nodiscard]] auto fits(std::size_t more) const noexcept -> bool;
  [[nodiscard]] auto make_room(std::size_t bytes) -> bool;
  [[nodiscard]] auto chunk_growth() const noexcept -> std::size_t;
  [[nodiscard]] auto try_add_chunk() -> bool;
  [[nodiscard]] auto give_back_chunk() -> bool;
  [[nodiscard]] auto can_spill() const noexcept -> bool;
  void evict(std::uint32_t number);
  void forget_inactive();
  [[nodiscard]] auto dedicated_chunks() const noexcept -> std::size_t;
  // -- work
  [[nodiscard]] auto ensure_workers(std::size_t threads) -> std::size_t;
  void run_thread(const Task& task, std::size_t thread, std::size_t threads, std::atomic<std::size_t>& next,
                  Tally& tally);
  void run_rows(const Task& task, std::size_t first, std::size_t last, Share share, Tally& tally);
  static void run_row(const Task& task, std::size_t row, Tally& tally);
  static void refuse_row(const EntityResults& results, std::size_t row) noexcept;
  void settle_awaited();
  [[nodiscard]] auto finish_round(std::vector<Tally>& tallies) -> EntityAnomalies;
  [[nodiscard]] auto in_order(std::vector<Tally>& tallies) -> EntityAnomalies;
  [[nodiscard]] auto restore_model(ModelWorker& worker, std::span<const std::byte> bytes, std::uint32_t number) -> bool;
  [[nodiscard]] auto next_changed(std::size_t models) -> std::vector<std::uint32_t>;

  EntityCacheConfig config_;
  std::size_t spill_bytes_;           // as configured, within reason for the budget
  std::vector<ModelWorker> workers_;  // one per thread
  EntityRecords records_;
  BlockStore blocks_;
  EvictionQueue queue_;
  Doorkeeper doorkeeper_;
  std::optional<PriorityClock> clock_;  // from the first row on
  Checkpoints evicted_;
  std::uint32_t round_ = 0;
  bool in_round_ = false;
  std::vector<std::uint32_t> plan_;              // per row of the round: the record, or kNone
  std::vector<std::uint32_t> awaited_;           // records that came into memory for the round
  bool rows_interleave_ = false;                 // some entity has rows that are not next to each other
  std::uint32_t cursor_ = EntityRecords::kNone;  // of take_checkpoints(): the last record it looked at
  EntityProfile counters_;                       // the counters alone
};

}  // namespace adcore

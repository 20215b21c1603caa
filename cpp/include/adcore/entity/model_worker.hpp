// One thresholded forest that takes the place of any entity's: packed models in, results and packed models out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/detect/thresholded_forest.hpp"
#include "adcore/entity/model_layout.hpp"
#include "adcore/forest/compact_forest.hpp"

namespace adcore {

/// The results of a model in a block are those of a ThresholdedForest of its own, seeded with model_seed(id).
/// One thread uses one worker.
class ModelWorker {
 public:
  explicit ModelWorker(const ThresholdedForestConfig& config);

  [[nodiscard]] auto layout() const noexcept -> const ModelLayout& { return layout_; }
  [[nodiscard]] auto model_seed(std::uint64_t id) const noexcept -> std::uint64_t;

  /// Makes the block a model without rows.
  void start(std::byte* block) const noexcept;
  void load(std::byte* block, std::uint64_t id);
  /// A row of the model loaded, known to be allowed. The detection must be fresh.
  void process(std::span<const double> row, std::int64_t timestamp, Detection& detection) {
    model_.process_into(row, timestamp, detection);
  }
  [[nodiscard]] auto is_ready() const noexcept -> bool { return model_.is_ready(); }
  [[nodiscard]] auto total_updates() const noexcept -> std::uint64_t { return model_.total_updates(); }
  /// Back to the block it was loaded from.
  void store(std::byte* block);
  void prefetch(const std::byte* block) const noexcept;

  /// A framed, checksummed snapshot of a packed model.
  [[nodiscard]] auto checkpoint(const std::byte* block, std::uint64_t id) const -> std::vector<std::byte>;
  /// Most bytes of a checkpoint.
  [[nodiscard]] auto checkpoint_bytes() const noexcept -> std::size_t;
  /// The block becomes the model of a checkpoint, and whether it gives scores is returned. Throws SnapshotError for
  /// what is not a checkpoint of this entity by a cache of such models; the block is undefined then.
  auto restore(std::span<const std::byte> bytes, std::uint64_t id, std::byte* block) -> bool;
  /// The packed model as a forest of its own.
  [[nodiscard]] auto model(std::byte* block, std::uint64_t id) -> ThresholdedForest;

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;

 private:
  struct Counts {
    std::uint32_t sample = 0;
    std::uint32_t held = 0;
  };
  [[nodiscard]] static auto counts(const std::byte* block) noexcept -> Counts;
  [[nodiscard]] auto packed_sample(std::byte* block, std::size_t size) const noexcept -> PackedSample;
  [[nodiscard]] auto body(const std::byte* block) const -> std::vector<std::byte>;
  void unpack_body(std::span<const std::byte> bytes, std::byte* block) const;
  void check(std::byte* block) const;
  template <class Fields>
  void fields(Fields& f);
  // make_forest() made it so.
  [[nodiscard]] auto forest() noexcept -> CompactForest& { return static_cast<CompactForest&>(model_.forest()); }
  [[nodiscard]] auto forest() const noexcept -> const CompactForest& {
    return static_cast<const CompactForest&>(model_.forest());
  }

  ThresholdedForest model_;
  ModelLayout layout_;
  std::uint64_t seed_;
  std::vector<std::byte> fresh_;  // the state of a model without rows
};

}  // namespace adcore

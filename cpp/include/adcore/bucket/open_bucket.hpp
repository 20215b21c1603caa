// OpenBucket: the records of all entities seen in one bucket that still takes rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "adcore/bucket/distinct_counter.hpp"
#include "adcore/bucket/quantile_sketch.hpp"
#include "adcore/bucket/record_plan.hpp"
#include "adcore/bucket/slot_table.hpp"

namespace adcore {

/// Records lie end to end in the order in which their entities came, so that memory follows the entities present and
/// not the entities known. A record moves only in make_room(): pointers to records hold until then.
class OpenBucket {
 public:
  explicit OpenBucket(const RecordPlan& plan) : plan_(&plan) {}

  /// Empties the bucket and makes it bucket `number`, expecting about `expected` entities below `entities`.
  void reset(std::int64_t number, std::size_t expected, std::size_t entities);

  [[nodiscard]] auto number() const noexcept -> std::int64_t { return number_; }
  /// Entities in the bucket.
  [[nodiscard]] auto size() const noexcept -> std::size_t { return slots_.size(); }
  [[nodiscard]] auto slots() const noexcept -> const SlotTable& { return slots_; }

  [[nodiscard]] auto has_room() const noexcept -> bool { return slots_.size() < room_; }
  void make_room();
  /// The slot of a new, empty record. Needs has_room().
  auto add(std::uint32_t entity) -> std::uint32_t;

  [[nodiscard]] auto record(std::uint32_t slot) noexcept -> double* {
    return records_.get() + slot * plan_->record_size();
  }
  [[nodiscard]] auto record(std::uint32_t slot) const noexcept -> const double* {
    return records_.get() + slot * plan_->record_size();
  }
  [[nodiscard]] auto quantiles(std::uint32_t slot, std::size_t sketch) noexcept -> QuantileSketch& {
    return quantiles_[slot * plan_->quantile_columns.size() + sketch];
  }
  [[nodiscard]] auto quantiles(std::uint32_t slot, std::size_t sketch) const noexcept -> const QuantileSketch& {
    return quantiles_[slot * plan_->quantile_columns.size() + sketch];
  }
  [[nodiscard]] auto distinct(std::uint32_t slot, std::size_t sketch) noexcept -> DistinctCounter& {
    return distinct_[slot * plan_->distinct_columns.size() + sketch];
  }
  [[nodiscard]] auto distinct(std::uint32_t slot, std::size_t sketch) const noexcept -> const DistinctCounter& {
    return distinct_[slot * plan_->distinct_columns.size() + sketch];
  }

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  void write(ByteWriter& writer) const;
  /// Replaces the contents by what write() wrote; entities must be below `entities`.
  void read(ByteReader& reader, std::uint32_t entities);

 private:
  void set_room(std::size_t records);
  void read_record(ByteReader& reader, std::uint32_t entity);

  const RecordPlan* plan_;
  std::int64_t number_ = 0;
  SlotTable slots_;
  std::unique_ptr<double[]> records_;  // no vector: it would clear, and check at every record, what add() fills anyway
  std::size_t room_ = 0;               // records
  std::vector<QuantileSketch> quantiles_;
  std::vector<DistinctCounter> distinct_;
};

}  // namespace adcore

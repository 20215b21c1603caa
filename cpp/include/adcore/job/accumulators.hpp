// Accumulators: what is gathered of the records of one bucket, per series.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "adcore/bucket/distinct_counter.hpp"
#include "adcore/bucket/quantile_sketch.hpp"
#include "adcore/column/interner.hpp"
#include "adcore/job/field_plan.hpp"
#include "adcore/job/memory_budget.hpp"
#include "adcore/job/record_row.hpp"

namespace adcore {

/// Sums over records, each weighted with the events it stands for.
struct RecordSums {
  double events = 0.0;
  double time = 0.0;  // of events * ms since the start of the bucket
  double sum = 0.0;   // compensated (Neumaier): the sum is sum + error
  double error = 0.0;
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -std::numeric_limits<double>::infinity();
  double origin = 0.0;   // the first value: deviations from it are small where values are large
  double first = 0.0;    // of events * deviations; of lat_long events * longitude
  double squares = 0.0;  // of events * squared deviations

  [[nodiscard]] auto total() const noexcept -> double;
  [[nodiscard]] auto mean() const noexcept -> double { return total() / events; }
  /// Of the population, >= 0.
  [[nodiscard]] auto variance() const noexcept -> double;
};

/// One slot per series, or per influencer value of a series.
class Accumulators {
 public:
  explicit Accumulators(const DetectorPlan& plan);

  /// The slot of the next series.
  auto add_slot() -> std::uint32_t;
  /// Adds a record that has what the detector reads. What sketches grow by is held in the budget.
  void add(std::uint32_t slot, const RecordRow& row, MemoryBudget& budget);

  [[nodiscard]] auto sums(std::uint32_t slot) const noexcept -> const RecordSums& { return sums_[slot]; }
  [[nodiscard]] auto distinct(std::uint32_t slot) const noexcept -> double { return distinct_[slot].count(); }
  [[nodiscard]] auto median(std::uint32_t slot) const -> double;
  [[nodiscard]] auto information(std::uint32_t slot) const -> double;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return sums_.size(); }
  /// What a slot is counted as before its sketches grow.
  [[nodiscard]] auto slot_bytes() const noexcept -> std::uint64_t;
  /// What the sketches have grown by.
  [[nodiscard]] auto grown_bytes() const noexcept -> std::uint64_t { return grown_; }

  void write(ByteWriter& writer) const;
  void read(ByteReader& reader);

 private:
  void add_moments(RecordSums& sums, double value, double events) noexcept;
  template <class Sketch, class Add>
  void grow(Sketch& sketch, MemoryBudget& budget, const Add& add);

  DetectorPlan plan_;
  std::vector<RecordSums> sums_;
  std::vector<DistinctCounter> distinct_;
  std::vector<QuantileSketch> quantiles_;
  std::vector<Interner> texts_;
  std::uint64_t grown_ = 0;
};

/// Whether the record has what a detector reads.
[[nodiscard]] auto has_values(const DetectorPlan& plan, const RecordRow& row) noexcept -> bool;

}  // namespace adcore

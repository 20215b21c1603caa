// PlaceDetector: a detector of where things happen: on earth, or on the circle of a day or a week.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "adcore/job/detector.hpp"
#include "adcore/series/circular_model.hpp"
#include "adcore/series/position_model.hpp"

namespace adcore {

/// Seconds of a day or a week.
class ClockFace {
 public:
  using Model = CircularModel;
  using Value = double;

  ClockFace(const DetectorPlan& plan, std::int64_t bucket_span)
      : config_{.bucket_span = bucket_span,
                .period = plan.measure() == Measure::time_of_day ? kSecondsPerDay : kSecondsPerWeek} {}

  [[nodiscard]] auto value(const RecordSums& sums, std::int64_t start) const noexcept -> std::optional<Value>;
  void assess(const Model& model, std::int64_t start, Value value, Leaf& leaf) const;
  void learn(Model& model, std::int64_t start, Value value, double weight) const {
    model.learn(config_, start, value, weight);
  }
  void pass(Model& model, std::int64_t start) const { model.pass(config_, start); }

 private:
  CircularConfig config_;
};

/// Latitude and longitude.
class Globe {
 public:
  using Model = PositionModel;
  using Value = Position;

  Globe(const DetectorPlan& /*plan*/, std::int64_t bucket_span) : bucket_span_(bucket_span) {}

  [[nodiscard]] auto value(const RecordSums& sums, std::int64_t start) const noexcept -> std::optional<Value>;
  void assess(const Model& model, std::int64_t start, Value value, Leaf& leaf) const;
  void learn(Model& model, std::int64_t start, Value value, double weight) const {
    model.learn(bucket_span_, start, value, weight);
  }
  void pass(Model& model, std::int64_t start) const { model.pass(bucket_span_, start); }

 private:
  std::int64_t bucket_span_;
};

/// One model per series; in a population the places of all its members go to one model.
template <class Space>
class PlaceDetector final : public Detector {
 public:
  PlaceDetector(const JobConfig& config, const FieldPlan& plan, std::uint32_t index);

  void close(const ClosingBucket& bucket, LeafBatch& leaves) override;

 private:
  using Value = typename Space::Value;

  void close_series(const ClosingBucket& bucket, std::uint32_t series, const std::vector<std::uint32_t>& slots,
                    LeafBatch& leaves);
  /// What is to be learned of a slot.
  [[nodiscard]] auto judge(const ClosingBucket& bucket, std::uint32_t series, std::uint32_t slot,
                           LeafBatch& leaves) const -> std::optional<Value>;
  void add_leaf(const ClosingBucket& bucket, Leaf& leaf, std::uint32_t slot, LeafBatch& leaves) const;
  void learn(const ClosingBucket& bucket, std::uint32_t series, const std::vector<Value>& values);

  void forget(std::uint32_t series) override;
  void write_models(ByteWriter& writer) const override;
  void read_models(ByteReader& reader) override;

  Space space_;
  std::deque<typename Space::Model> models_;  // by series
};

extern template class PlaceDetector<ClockFace>;
extern template class PlaceDetector<Globe>;

}  // namespace adcore

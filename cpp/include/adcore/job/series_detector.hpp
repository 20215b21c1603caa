// SeriesDetector: a detector whose series have values that go up and down.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "adcore/job/companions.hpp"
#include "adcore/job/detector.hpp"
#include "adcore/job/influence.hpp"
#include "adcore/series/window_shape.hpp"

namespace adcore {

/// One model per series and number. In a population the values of all its members go to one model.
class SeriesDetector : public Detector {
 public:
  SeriesDetector(const JobConfig& config, const FieldPlan& plan, std::uint32_t index);

  void close(const ClosingBucket& bucket, LeafBatch& leaves) override;
  void forecast(std::int64_t from, std::size_t buckets, const std::vector<KeptValues>& kept,
                ForecastTable& table) const override;

 private:
  static constexpr std::size_t kMostFeatures = 3;

  struct Judged {
    JudgedValue value;
    SeriesAssessment assessment;
  };
  using JudgedFeatures = std::array<std::optional<Judged>, kMostFeatures>;

  // -- an individual series
  void close_individual(const ClosingBucket& bucket, std::uint32_t series, LeafBatch& leaves);
  [[nodiscard]] auto is_empty_zero(const ClosingBucket& bucket, std::uint32_t series) const noexcept -> bool;
  [[nodiscard]] auto sample(const ClosingBucket& bucket, const MeasuredFeature& feature, std::uint32_t slot,
                            const SeriesModel& model) const -> std::optional<JudgedValue>;
  void learn(const ClosingBucket& bucket, std::uint32_t series, const JudgedFeatures& judged, bool skip);
  void pass(const ClosingBucket& bucket, std::uint32_t series);

  void compare(Companions& companions, const ClosingBucket& bucket, std::span<Leaf> leaves);

  // -- a population
  void close_population(const ClosingBucket& bucket, std::uint32_t series, const std::vector<std::uint32_t>& slots,
                        LeafBatch& leaves);
  void close_populations(const ClosingBucket& bucket, LeafBatch& leaves);

  // -- both
  template <class Close>
  void in_parallel(const ClosingBucket& bucket, LeafBatch& leaves, const Close& close);
  [[nodiscard]] auto judge(const ClosingBucket& bucket, std::uint32_t series, std::uint32_t slot) -> JudgedFeatures;
  auto add_leaf(const ClosingBucket& bucket, Leaf leaf, std::uint32_t slot, const JudgedFeatures& judged,
                LeafBatch& leaves) const -> RuleActions;
  void add_plot(const ClosingBucket& bucket, const Leaf& leaf, const JudgedFeatures& judged, LeafBatch& leaves) const;
  [[nodiscard]] auto model(std::uint32_t series, std::size_t feature) noexcept -> SeriesModel& {
    return models_[series * features_.size() + feature];
  }

  /// Null where the order of buckets is not looked at.
  [[nodiscard]] auto shape(std::uint32_t series, std::size_t feature) noexcept -> WindowShape* {
    return shapes_.empty() ? nullptr : &shapes_[series * features_.size() + feature];
  }

  /// Not in the first bucket of a series, before it was closed.
  [[nodiscard]] auto has_models(std::uint32_t series) const noexcept -> bool {
    return models_.size() >= (series + std::size_t{1}) * features_.size();
  }

  void shift_clock(std::uint32_t series, std::int64_t by) override;
  void forget(std::uint32_t series) override;
  void write_models(ByteWriter& writer) const override;
  void read_models(ByteReader& reader) override;

  std::vector<MeasuredFeature> features_;
  bool has_shapes_;
  std::optional<Companions> companions_;  // where by values are correlated
  std::deque<SeriesModel> models_;        // by series, then by feature; a deque, so that growing copies nothing
  std::deque<WindowShape> shapes_;        // as the models; none where the order of buckets is not looked at
};

}  // namespace adcore

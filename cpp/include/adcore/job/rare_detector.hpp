// RareDetector: a detector of values that few buckets, or few people, have.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "adcore/job/detector.hpp"
#include "adcore/series/rare_model.hpp"
#include "adcore/series/rare_population.hpp"

namespace adcore {

/// One model per partition; its values are the series.
template <class Model>
class RareDetector final : public Detector {
 public:
  RareDetector(const JobConfig& config, const FieldPlan& plan, std::uint32_t index);

  void close(const ClosingBucket& bucket, LeafBatch& leaves) override;

 private:
  using Slots = std::vector<std::uint32_t>;

  void close_partition(const ClosingBucket& bucket, Model& model, const Slots& slots, LeafBatch& leaves);
  [[nodiscard]] auto assess(const ClosingBucket& bucket, const Model& model, const Slots& slots) const
      -> std::vector<RareAssessment>;
  void learn(const ClosingBucket& bucket, Model& model, const Slots& slots);
  /// Whether the slot is to be learned.
  auto add_leaf(const ClosingBucket& bucket, std::uint32_t slot, const RareAssessment& seen, bool is_informative,
                LeafBatch& leaves) const -> bool;

  void forget(std::uint32_t series) override;
  void renumber_partitions(const std::vector<std::uint32_t>& codes) override;
  [[nodiscard]] auto shows_of(const ClosingBucket& bucket, const Slots& slots) const -> std::vector<RareShow>;
  void write_models(ByteWriter& writer) const override;
  void read_models(ByteReader& reader) override;

  std::map<std::uint32_t, Model> models_;  // by partition
};

extern template class RareDetector<RareModel>;
extern template class RareDetector<RarePopulation>;

}  // namespace adcore

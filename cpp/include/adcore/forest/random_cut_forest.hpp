// A forest with its trees in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "adcore/forest/forest.hpp"
#include "adcore/forest/point_store.hpp"
#include "adcore/forest/sampler.hpp"
#include "adcore/forest/shingler.hpp"
#include "adcore/forest/tree_kernels.hpp"

namespace adcore {

class RandomCutForest final : public Forest {
 public:
  explicit RandomCutForest(const ForestConfig& config);

  [[nodiscard]] auto config() const noexcept -> const ForestConfig& override { return config_; }
  [[nodiscard]] auto total_updates() const noexcept -> std::uint64_t override { return shingler_.rows(); }
  [[nodiscard]] auto is_ready() const noexcept -> bool override;
  [[nodiscard]] auto shingle() const noexcept -> std::span<const float> override { return shingler_.point(); }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t override;
  void shingled_point(std::span<const float> row, std::span<float> point) const override;

  [[nodiscard]] auto score(std::span<const float> point) const -> double override;
  [[nodiscard]] auto displacement(std::span<const float> point) const -> double override;
  [[nodiscard]] auto attribution(std::span<const float> point) const -> Attribution override;
  [[nodiscard]] auto density(std::span<const float> point) const -> Density override;
  [[nodiscard]] auto near_neighbors(std::span<const float> point, double radius) const
      -> std::vector<Neighbor> override;
  [[nodiscard]] auto impute(std::span<const float> point, std::span<const std::uint32_t> missing,
                            double centrality) const -> Imputation override;
  [[nodiscard]] auto extrapolate(std::size_t horizon, double centrality) const -> Extrapolation override;

  void update(std::span<const float> row, bool sample) override;
  void process(std::span<const float> rows, std::span<double> scores, std::size_t threads) override;
  void set_time_decay(double time_decay) override;
  void set_bounding_box_cache_fraction(double fraction) override;
  void prefetch_places() const noexcept override;
  void prefetch() const noexcept override;
  void process_in_turn(std::span<const float> row, double& score) override;

  [[nodiscard]] auto to_bytes() const -> std::vector<std::byte> override;
  [[nodiscard]] static auto from_bytes(std::span<const std::byte> bytes) -> std::unique_ptr<RandomCutForest>;
  [[nodiscard]] auto clone() const -> std::unique_ptr<Forest> override;

 private:
  friend class RandomCutForestCodec;

  struct Member {
    RandomCutTree tree;
    Sampler sampler;
  };
  /// Rows that are in the store but not yet in the trees.
  struct Block {
    std::size_t rows = 0;
    std::size_t ready_from = 0;        // the first row that gets a score
    std::vector<float> queries;        // [rows][padded dimensions]
    std::vector<PointIndex> points;    // [rows]
    std::vector<DecayClock> clocks;    // [rows], as of each row
    std::vector<std::uint64_t> times;  // [rows], 0 where the row completes no point to be sampled
  };

  [[nodiscard]] auto padded_dimensions() const noexcept -> std::size_t;
  [[nodiscard]] auto sampled(const Member& member) const noexcept -> SampledTree;
  [[nodiscard]] auto sampled_trees() const -> std::vector<SampledTree>;
  [[nodiscard]] auto padded(std::span<const float> point) const -> std::vector<float>;
  void score_trees(const float* query, float* scores) const;
  /// Calls question(roots), no roots while the forest is not ready.
  template <class Ask>
  [[nodiscard]] auto ask(std::span<const float> point, const Ask& question) const;

  [[nodiscard]] auto rows_until_rebase(std::size_t most) const noexcept -> std::size_t;
  void rebase_keys();
  [[nodiscard]] auto live_points() const -> std::vector<PointIndex>;
  void make_room(std::size_t rows);
  void load(std::span<const float> rows, bool sample, Block& block);
  void offer(Member& member, const Block& block, std::size_t row);
  /// Does what was decided; both ways may be null: of the point to evict, and of the row.
  void learn(Member& member, const Block& block, std::size_t row, const Sampler::Decision& decision, const Way* leaving,
             Way* way);
  [[nodiscard]] auto asks_for_store() const noexcept -> bool;
  [[nodiscard]] auto decide_on_row() -> std::vector<Sampler::Decision>;
  [[nodiscard]] auto ways_of(std::span<const Sampler::Decision> decisions) const -> std::vector<Way>;
  void score_and_learn_together();
  void score_and_learn(Member& member, const Block& block, std::size_t first_scored, std::span<float> scores);
  void learn_row();
  void process_block(std::span<const float> rows, std::span<double> scores, std::size_t threads);

  ForestConfig config_;
  DecayClock clock_;
  Shingler shingler_;
  PointStore store_;
  std::vector<Member> members_;
  std::uint64_t points_ = 0;  // offered to the samplers so far
  const TreeKernels* kernels_;
  Block block_;                 // scratch
  std::vector<float> by_tree_;  // scratch
};

}  // namespace adcore

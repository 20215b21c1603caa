// A forest without trees: one sample, and cuts drawn along the way of each query.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "adcore/forest/compact_sample.hpp"
#include "adcore/forest/forest.hpp"
#include "adcore/forest/sampler.hpp"
#include "adcore/forest/shingler.hpp"
#include "adcore/forest/subtree.hpp"

namespace adcore {

struct CompactKernel;

/// Trees that make a compact forest's scores as good at telling anomalies as those of a resident forest; more make them
/// steadier. A multiple of 8 wastes nothing. Measured in docs/compact_forest.md.
inline constexpr std::size_t kCompactTrees = 8;

/// The sample of a forest as it is put away: its points by slot.
struct PackedSample {
  std::size_t size = 0;
  std::size_t stride = 0;          // at least size
  std::uint16_t* codes = nullptr;  // [dimensions][stride]
  float* keys = nullptr;           // [size]
};

/// All trees share one time-decayed sample, and tree j is no more than the number j: its cuts follow from the seed and
/// the points, and are drawn where a query passes. Scores have the expectation of a random cut forest's over that
/// sample. bounding_box_cache_fraction has no effect: there are no boxes.
class CompactForest final : public Forest {
 public:
  explicit CompactForest(const ForestConfig& config);

  [[nodiscard]] auto config() const noexcept -> const ForestConfig& override { return config_; }
  [[nodiscard]] auto total_updates() const noexcept -> std::uint64_t override { return shingler_.rows(); }
  [[nodiscard]] auto is_ready() const noexcept -> bool override;
  [[nodiscard]] auto shingle() const noexcept -> std::span<const float> override { return shingler_.point(); }
  void shingled_point(std::span<const float> row, std::span<float> point) const override;
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t override;

  [[nodiscard]] auto score(std::span<const float> point) const -> double override;
  [[nodiscard]] auto displacement(std::span<const float> point) const -> double override;
  /// Worked out over trees of its own and scaled to the score, so that it sums to it.
  [[nodiscard]] auto attribution(std::span<const float> point) const -> Attribution override;
  [[nodiscard]] auto density(std::span<const float> point) const -> Density override;
  [[nodiscard]] auto near_neighbors(std::span<const float> point, double radius) const
      -> std::vector<Neighbor> override;
  [[nodiscard]] auto impute(std::span<const float> point, std::span<const std::uint32_t> missing,
                            double centrality) const -> Imputation override;
  [[nodiscard]] auto extrapolate(std::size_t horizon, double centrality) const -> Extrapolation override;

  void update(std::span<const float> row, bool sample) override;
  /// One forest runs on one thread, whatever `threads` says.
  void process(std::span<const float> rows, std::span<double> scores, std::size_t threads) override;
  void set_time_decay(double time_decay) override;
  void set_bounding_box_cache_fraction(double fraction) override;
  void prefetch() const noexcept override;

  [[nodiscard]] auto to_bytes() const -> std::vector<std::byte> override;
  [[nodiscard]] static auto from_bytes(std::span<const std::byte> bytes) -> std::unique_ptr<CompactForest>;
  [[nodiscard]] auto clone() const -> std::unique_ptr<Forest> override;

  // -- many forests that take turns in one object: between turns each is its fields, its sample and its seed
  /// All but the sample.
  template <class Fields>
  void fields(Fields& f) {
    shingler_.fields(f);
    random_.fields(f);
    clock_.fields(f);
    f(points_);
    sampler_.fields(f);
    sample_.fields(f);
  }
  [[nodiscard]] auto sample_size() const noexcept -> std::size_t { return sample_.size(); }
  /// Takes the sample of a forest like this one. `keys` are read when they are needed first, most often never: they
  /// must stay until the next load.
  void load_sample(const PackedSample& packed);
  /// Whether the sample is other than it was loaded.
  [[nodiscard]] auto sample_changed() const noexcept -> bool { return sample_changed_; }
  /// Writes the sample to where it came from, or to another place.
  void store_sample(const PackedSample& packed) const noexcept;
  /// The seed of the forest whose turn it is. One without rows starts its generator from it.
  void set_seed(std::uint64_t seed) noexcept;
  /// Reads the keys now: to be called before a loaded forest is copied or written.
  void load_keys();
  /// Throws SnapshotError on what no rows can have made.
  void check() const;

 private:
  friend class CompactForestCodec;

  [[nodiscard]] auto offer() -> bool;
  [[nodiscard]] auto as_stored(std::span<const float> point) const -> std::vector<float>;
  /// Calls question(roots, point as stored), no roots while the forest is not ready.
  template <class Ask>
  [[nodiscard]] auto ask(std::span<const float> point, const Ask& question) const;

  // In the order in which a score reads them.
  CompactSample sample_;
  Shingler shingler_;
  Sampler sampler_;  // an item's point is its slot in sample_
  DecayClock clock_;
  Random random_;
  std::uint64_t points_ = 0;     // offered to the sampler so far
  const float* keys_ = nullptr;  // of a loaded sample, until the sampler has them
  bool sample_changed_ = false;
  const CompactKernel* kernel_;
  ForestConfig config_;
};

}  // namespace adcore

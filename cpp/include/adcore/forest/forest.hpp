// The interface of every forest: ask about points (const), or learn rows (mutating).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "adcore/forest/config.hpp"
#include "adcore/forest/results.hpp"

namespace adcore {

/// A point is `dimensions()` floats, oldest row first; a row is `config().row_size()` floats.
/// Points and rows must be finite: missing values are the caller's business (impute).
/// Queries are const, draw no randomness an update can see, and may run from several threads at once.
/// Before is_ready() every score and attribution is 0.
class Forest {
 public:
  virtual ~Forest() = default;

  // -- facts
  [[nodiscard]] virtual auto config() const noexcept -> const ForestConfig& = 0;
  /// Rows learned so far.
  [[nodiscard]] virtual auto total_updates() const noexcept -> std::uint64_t = 0;
  /// Whether scores are given: at least `output_after` points were seen since the shingle was full.
  [[nodiscard]] virtual auto is_ready() const noexcept -> bool = 0;
  /// The current point: the last shingle_size rows, zeros while fewer were seen.
  [[nodiscard]] virtual auto shingle() const noexcept -> std::span<const float> = 0;
  /// The point that `row` would complete, were it the next row.
  virtual void shingled_point(std::span<const float> row, std::span<float> point) const = 0;
  /// Heap and object bytes held now.
  [[nodiscard]] virtual auto memory_bytes() const noexcept -> std::size_t = 0;

  // -- asking about a complete point
  [[nodiscard]] virtual auto score(std::span<const float> point) const -> double = 0;
  [[nodiscard]] virtual auto displacement(std::span<const float> point) const -> double = 0;
  [[nodiscard]] virtual auto attribution(std::span<const float> point) const -> Attribution = 0;
  [[nodiscard]] virtual auto density(std::span<const float> point) const -> Density = 0;
  /// Sampled points within `radius` among the leaves the trees reach, nearest first.
  [[nodiscard]] virtual auto near_neighbors(std::span<const float> point, double radius) const
      -> std::vector<Neighbor> = 0;
  /// Fills the coordinates listed in `missing`; `centrality` 1 takes each tree's best leaf, 0 a random one.
  [[nodiscard]] virtual auto impute(std::span<const float> point, std::span<const std::uint32_t> missing,
                                    double centrality = 1.0) const -> Imputation = 0;
  /// The next `horizon` rows, each imputed from the ones before. Needs shingle_size > 1.
  [[nodiscard]] virtual auto extrapolate(std::size_t horizon, double centrality = 1.0) const -> Extrapolation = 0;

  // -- learning
  /// Learns one row. `sample` false moves the shingle only: the trees do not see the point.
  virtual void update(std::span<const float> row, bool sample = true) = 0;
  /// For each row of `rows` (row-major) in order: scores[i] = score, then update. The same for any split into calls
  /// and any number of threads.
  virtual void process(std::span<const float> rows, std::span<double> scores, std::size_t threads = 1) = 0;
  virtual void set_time_decay(double time_decay) = 0;
  virtual void set_bounding_box_cache_fraction(double fraction) = 0;
  /// A hint that this forest is fed next: fetches what a row touches into the cache.
  virtual void prefetch() const noexcept {}

  // -- state
  [[nodiscard]] virtual auto to_bytes() const -> std::vector<std::byte> = 0;
  [[nodiscard]] virtual auto clone() const -> std::unique_ptr<Forest> = 0;

  // -- one of many that are fed in turn, most of which are not in the cache
  /// A hint that comes before prefetch(): fetches what says where the memory of this forest is.
  virtual void prefetch_places() const noexcept {}
  /// The same as process() for one row, which the caller has checked.
  virtual void process_in_turn(std::span<const float> row, double& score) { process(row, {&score, 1}); }

  [[nodiscard]] auto dimensions() const noexcept -> std::size_t { return config().dimensions(); }
};

/// A forest with resident trees: fast. Implemented by RandomCutForest.
[[nodiscard]] auto make_random_cut_forest(const ForestConfig& config) -> std::unique_ptr<Forest>;
/// A forest that keeps the sample only and draws its cuts when asked: small. Implemented by CompactForest.
[[nodiscard]] auto make_compact_forest(const ForestConfig& config) -> std::unique_ptr<Forest>;
/// Either kind, from the bytes of to_bytes(). Throws SnapshotError on anything else.
[[nodiscard]] auto forest_from_bytes(std::span<const std::byte> bytes) -> std::unique_ptr<Forest>;

}  // namespace adcore

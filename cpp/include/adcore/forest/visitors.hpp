// What can be asked of one tree about a point. A path is walked once, from the root to the leaf the point falls
// into; each measure is a loop over it from the leaf up. The forest takes the mean over trees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/base/random.hpp"
#include "adcore/forest/bounding_box.hpp"
#include "adcore/forest/results.hpp"
#include "adcore/forest/subtree.hpp"

namespace adcore {

/// A node on the way from the root to a leaf.
struct PathStep {
  BoundingBox box;
  std::size_t mass = 0;          // of the node
  std::size_t sibling_mass = 0;  // of the child the way does not take
};

struct Path {
  std::vector<PathStep> steps;  // root first; the step at index i is at depth i
  WeightedPoint leaf;           // at depth steps.size()
  bool equal = false;           // the query equals the leaf

  [[nodiscard]] auto tree_mass() const noexcept -> std::size_t { return steps.empty() ? leaf.mass : steps[0].mass; }
};

[[nodiscard]] auto trace(Subtree root, std::span<const float> query) -> Path;

/// Expected inverse depth times log2(mass + 1); see kernels/scoring.hpp, which computes the same faster.
[[nodiscard]] auto score_on(const Path& path, std::span<const float> query) -> double;
/// The score split over dimensions and sides, added to `total`. Sums to score_on.
void add_attribution(const Path& path, std::span<const float> query, Attribution& total);
/// Expected collusive displacement (Guha et al. 2016, section 3): how much, at most, the depths of a group that
/// includes the query would change per member if the group were absent. In [0, mass of the tree].
[[nodiscard]] auto displacement_on(const Path& path, std::span<const float> query) -> double;
/// Measure, distances and probabilities of the density estimate, added to `total`.
void add_density(const Path& path, std::span<const float> query, Density& total);

/// The leaf of a tree that best completes a query whose coordinates in `missing` are unknown.
struct Completion {
  const float* leaf = nullptr;
  double rank = 0;  // expected inverse depth over the known coordinates: low is good
};
[[nodiscard]] auto complete(const Subtree& root, std::span<const float> query, std::span<const std::uint8_t> missing,
                            double centrality, Random& random) -> Completion;

}  // namespace adcore

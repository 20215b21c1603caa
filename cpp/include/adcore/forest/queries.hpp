// Questions to all trees of a forest: the mean, the union or the median of what each answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/forest/forest.hpp"
#include "adcore/forest/subtree.hpp"

namespace adcore {

[[nodiscard]] auto mean_displacement(std::span<const Subtree> trees, std::span<const float> point) -> double;
[[nodiscard]] auto mean_attribution(std::span<const Subtree> trees, std::span<const float> point) -> Attribution;
[[nodiscard]] auto mean_density(std::span<const Subtree> trees, std::span<const float> point) -> Density;
[[nodiscard]] auto neighbors_within(std::span<const Subtree> trees, std::span<const float> point, double radius)
    -> std::vector<Neighbor>;
/// `seed` settles the ties that centrality < 1 leaves to chance.
[[nodiscard]] auto median_imputation(std::span<const Subtree> trees, std::span<const float> point,
                                     std::span<const std::uint32_t> missing, double centrality, std::uint64_t seed)
    -> Imputation;
/// The same of the leaves that complete `point` in each tree; of none, `point` itself.
[[nodiscard]] auto median_of_leaves(std::span<const float* const> leaves, std::span<const float> point,
                                    std::span<const std::uint32_t> missing) -> Imputation;
/// Imputes the row after the current shingle, takes it as given, and so on.
[[nodiscard]] auto extrapolate_from(const Forest& forest, std::size_t horizon, double centrality) -> Extrapolation;

// Checks of what callers hand in; they throw InvalidArgument.
void check_point(const ForestConfig& config, std::span<const float> point);
void check_missing(const ForestConfig& config, std::span<const std::uint32_t> missing, double centrality);

}  // namespace adcore

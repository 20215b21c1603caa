// Queries that walk down together, eight to a step: a lane each. Included by kernels only.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "climb.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

/// Queries on their way at once: while the memory of some comes, the others take their step.
inline constexpr std::size_t kFlight = 64;

using Codes = LaneMask;  // node codes, one a lane: leaves are below 0

ADCORE_INLINE auto load_codes(const NodeCode* source) noexcept -> Codes {
  Codes codes;
  std::memcpy(&codes, source, sizeof codes);
  return codes;
}
ADCORE_INLINE void store_codes(NodeCode* target, Codes codes) noexcept { std::memcpy(target, &codes, sizeof codes); }

/// The nodes of eight walkers.
struct NodeColumns {
  Lanes cut_values;
  LaneMask dimensions;
  LaneMask boxed;  // who has a box
  Codes left;
  Codes right;
};

/// Turns eight rows of four into four columns.
ADCORE_INLINE auto load_nodes(const Node* const* nodes, const NodeCode* at) noexcept -> NodeColumns {
  using Row = std::int32_t __attribute__((vector_size(16)));
  static_assert(sizeof(Node) == sizeof(Row));
  Row rows[kLanes];
  for (std::size_t i = 0; i < kLanes; ++i) std::memcpy(&rows[i], nodes[i] + at[i], sizeof(Row));
  LaneMask pairs[4];
  for (std::size_t i = 0; i < 4; ++i) pairs[i] = __builtin_shufflevector(rows[i], rows[i + 4], 0, 1, 2, 3, 4, 5, 6, 7);
  const auto low01 = __builtin_shufflevector(pairs[0], pairs[1], 0, 8, 1, 9, 4, 12, 5, 13);
  const auto low23 = __builtin_shufflevector(pairs[2], pairs[3], 0, 8, 1, 9, 4, 12, 5, 13);
  const auto high01 = __builtin_shufflevector(pairs[0], pairs[1], 2, 10, 3, 11, 6, 14, 7, 15);
  const auto high23 = __builtin_shufflevector(pairs[2], pairs[3], 2, 10, 3, 11, 6, 14, 7, 15);
  const LaneMask values = __builtin_shufflevector(low01, low23, 0, 1, 8, 9, 4, 5, 12, 13);
  const LaneMask words = __builtin_shufflevector(low01, low23, 2, 3, 10, 11, 6, 7, 14, 15);
  NodeColumns columns;
  std::memcpy(&columns.cut_values, &values, sizeof values);
  constexpr bool little = std::endian::native == std::endian::little;
  columns.dimensions = (little ? words : words >> 16) & kNoBox;
  columns.boxed = ((little ? words >> 16 : words) & kNoBox) != kNoBox;
  columns.left = __builtin_shufflevector(high01, high23, 0, 1, 8, 9, 4, 5, 12, 13);
  columns.right = __builtin_shufflevector(high01, high23, 2, 3, 10, 11, 6, 7, 14, 15);
  return columns;
}

/// The same query for all walkers.
template <std::size_t Groups>
struct OneQuery {
  const float* query;

  [[nodiscard]] ADCORE_INLINE auto of(std::size_t) const noexcept -> const float* { return query; }
  /// The coordinate of each walker, from the `first` on, in its dimension.
  [[nodiscard]] ADCORE_INLINE auto at(std::size_t, LaneMask dimensions) const noexcept -> Lanes {
    Lanes found = pick(load(query), dimensions);
    for (std::size_t g = 1; g < Groups; ++g) {
      const LaneMask here = (dimensions / static_cast<std::int32_t>(kLanes)) == static_cast<std::int32_t>(g);
      found = here ? pick(load(query + g * kLanes), dimensions) : found;
    }
    return found;
  }
};
template <>
struct OneQuery<0> {
  const float* query;

  [[nodiscard]] ADCORE_INLINE auto of(std::size_t) const noexcept -> const float* { return query; }
  [[nodiscard]] ADCORE_INLINE auto at(std::size_t, LaneMask dimensions) const noexcept -> Lanes {
    Lanes found = {};
    for (std::size_t i = 0; i < kLanes; ++i) found[i] = query[dimensions[i]];
    return found;
  }
};

/// A query of its own for each walker.
struct ManyQueries {
  const float* const* queries;  // whole lane groups of them

  [[nodiscard]] ADCORE_INLINE auto of(std::size_t walker) const noexcept -> const float* { return queries[walker]; }
  [[nodiscard]] ADCORE_INLINE auto at(std::size_t first, LaneMask dimensions) const noexcept -> Lanes {
    Lanes found = {};
    for (std::size_t i = 0; i < kLanes; ++i) found[i] = queries[first + i][dimensions[i]];
    return found;
  }
};

/// The way of one query of a flight.
class Column {
 public:
  explicit ADCORE_INLINE Column(const NodeCode* first) noexcept : first_(first) {}
  /// As Path has it.
  [[nodiscard]] ADCORE_INLINE auto above(std::uint32_t depth) const noexcept -> NodeCode {
    return depth == 0 ? kNoNode : first_[(depth - 1) * kFlight];
  }
  [[nodiscard]] static ADCORE_INLINE auto holds_all(std::uint32_t) noexcept -> bool { return true; }

 private:
  const NodeCode* first_;
};

/// Where the walkers are, and where they were.
class Flight {
 public:
  /// From the roots, none of which is a leaf; both arrays have whole lane groups of walkers. A walker that has landed
  /// takes its last step again and again.
  template <class Queries>
  ADCORE_INLINE void descend(const TreeArrays* const* trees, std::size_t walkers, const Queries& queries) noexcept {
    const Node* nodes[kFlight];
    std::size_t going[kFlight / kLanes];  // the first of those eight of which some have not landed
    std::size_t left = 0;
    for (std::size_t first = 0; first < walkers; first += kLanes) {
      going[left++] = first;
      for (std::size_t i = first; i < first + kLanes; ++i) {
        nodes[i] = trees[i]->nodes;
        passed_[0][i] = trees[i]->root;
        depths_[i] = boxed_[i] = 0;
      }
    }
    for (std::uint32_t depth = 0; depth < Way::kMost && left > 0; ++depth) {
      const std::size_t last = left;
      left = 0;
      for (std::size_t i = 0; i < last; ++i) {
        const std::size_t first = going[i];
        going[left] = first;
        left += step(nodes + first, queries, first, depth) ? 1 : 0;
      }
    }
  }
  /// In a tree deeper than a way can be, a walker has come no farther than to a node.
  [[nodiscard]] ADCORE_INLINE auto landing(std::size_t walker) const noexcept -> Landing {
    return {leaves_[walker], depths_[walker] + leaves_[walker] / kLeafFlag};
  }
  /// How many of the nodes passed have a box: the first ones.
  [[nodiscard]] ADCORE_INLINE auto boxed(std::size_t walker) const noexcept -> std::uint32_t { return boxed_[walker]; }
  [[nodiscard]] ADCORE_INLINE auto column(std::size_t walker) const noexcept -> Column {
    return Column(passed_[0] + walker);
  }

 private:
  /// Whether one of the eight goes on.
  template <class Queries>
  ADCORE_INLINE auto step(const Node* const* nodes, const Queries& queries, std::size_t first,
                          std::uint32_t depth) noexcept -> bool {
    const NodeCode* at = passed_[depth] + first;
    const NodeColumns columns = load_nodes(nodes, at);
    const LaneMask right = queries.at(first, columns.dimensions) > columns.cut_values;
    const Codes next = right ? columns.right : columns.left;
    const LaneMask landed = next < 0;
    const LaneMask depths = load_codes(depths_ + first);
    store_codes(leaves_ + first, next);
    store_codes(boxed_ + first, columns.boxed ? depths + 1 : load_codes(boxed_ + first));
    store_codes(depths_ + first, depths - ~landed);
    store_codes(passed_[depth + 1] + first, landed ? load_codes(at) : next);
    return count(~landed) > 0;
  }

  alignas(32) NodeCode passed_[Way::kMost + 1][kFlight];  // by depth
  alignas(32) NodeCode leaves_[kFlight];
  alignas(32) std::uint32_t depths_[kFlight];  // of the nodes above the leaves
  alignas(32) std::uint32_t boxed_[kFlight];
};

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

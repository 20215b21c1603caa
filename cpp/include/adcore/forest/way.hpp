// The way of a point through a tree, found ahead for scoring, removing and inserting it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "adcore/forest/tree.hpp"

namespace adcore {

/// Where a walk down a tree ended.
struct Landing {
  NodeCode leaf = kNoNode;
  std::uint32_t depth = 0;
};

/// A leaf of a subtree beside a way. Levels of a way count from its end up: level 0 is beside the leaf it ends at.
struct Beside {
  NodeCode code;
  std::uint32_t place;  // the number of the way among those walked together, times kMost, plus the level
};

/// The way of a point through a tree, known until the tree changes.
struct Way {
  static constexpr std::size_t kMost = 32;
  static constexpr std::size_t kFiller = 3;  // entries after the last leaf beside it: the end of the way itself

  const TreeArrays* tree = nullptr;
  const float* query = nullptr;
  bool leaves = false;              // the point is about to be removed
  bool gathered = false;            // whether the rest is known, too, beginning with `boxed`
  Landing end;                      // kNoNode: not known, no walk yet or a longer way than this can hold
  NodeCode passed[kMost];           // by depth
  std::uint32_t boxed = 0;          // as many of the nodes passed have a box: the first ones
  std::uint32_t leaves_beside = 0;  // below the others
  Beside beside[kMost + kFiller];

  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): what was not passed is not looked at
  Way(const TreeArrays& through, const float* point, bool leaving) noexcept
      : tree(&through), query(point), leaves(leaving) {}
  [[nodiscard]] auto is_known() const noexcept -> bool { return end.leaf != kNoNode; }
  [[nodiscard]] auto passes(NodeCode code, std::uint32_t depth) const noexcept -> bool {
    return depth < end.depth && passed[depth] == code;
  }
  [[nodiscard]] ADCORE_INLINE auto above(std::uint32_t depth) const noexcept -> NodeCode {
    return depth == 0 ? kNoNode : passed[depth - 1];
  }
};

}  // namespace adcore

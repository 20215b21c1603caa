// Up along a way: where its nodes begin to have boxes, and from there to the root. Included by kernels only.
#pragma once

#include <cstdint>

#include "climb.hpp"

namespace adcore::kernels::ADCORE_KERNEL_LEVEL {

/// The nodes with boxes on a way, from the lowest up. The path is at hand, while parents have to be fetched, one after
/// the other.
class Ascent {
 public:
  /// From above `depth`; `lowest` is the first such node.
  ADCORE_INLINE Ascent(const Landing& landing, const Path& path, NodeCode lowest, std::uint32_t depth) noexcept
      : path_(path), remembered_(path.holds_all(landing.depth)), code_(lowest), depth_(depth) {}

  [[nodiscard]] ADCORE_INLINE auto code() const noexcept -> NodeCode { return code_; }
  ADCORE_INLINE void rise(NodeCode parent) noexcept {
    --depth_;
    code_ = remembered_ ? path_.above(depth_) : parent;
  }

 private:
  const Path& path_;
  bool remembered_;
  NodeCode code_;
  std::uint32_t depth_;
};

/// Going up from `depth`: the first node with a box, and the last without one before it.
struct Border {
  NodeCode unboxed = kNoNode;
  NodeCode boxed = kNoNode;
  std::uint32_t depth = 0;  // from which the one with a box is the next
};
ADCORE_INLINE auto find_border(const TreeArrays& tree, const Path& path, std::uint32_t depth) noexcept -> Border {
  Border border;
  for (NodeCode code = path.above(depth); code != kNoNode; code = path.above(--depth)) {
    if (tree.nodes[code].box != kNoBox) {
      border.boxed = code;
      break;
    }
    border.unboxed = code;
  }
  border.depth = depth;
  return border;
}

/// The same for a way of which all is known.
ADCORE_INLINE auto border_of(const Way& way, std::uint32_t depth) noexcept -> Border {
  return {way.boxed < depth ? way.passed[way.boxed] : kNoNode, way.above(way.boxed), way.boxed};
}

}  // namespace adcore::kernels::ADCORE_KERNEL_LEVEL

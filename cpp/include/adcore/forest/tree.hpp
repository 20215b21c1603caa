// One random cut tree over points of a store. Every cut is in memory, 16 bytes each; bounding boxes, which would be
// most of the memory, are kept where they pay: above subtrees of a few points they are worked out when needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/base/prefetch.hpp"
#include "adcore/base/random.hpp"
#include "adcore/forest/cut.hpp"
#include "adcore/forest/point_store.hpp"
#include "adcore/forest/sampler.hpp"

namespace adcore {

/// Names a node, or, with kLeafFlag set, the point that is a leaf.
using NodeCode = std::uint32_t;
inline constexpr NodeCode kLeafFlag = 0x8000'0000;
inline constexpr NodeCode kNoNode = 0x7FFF'FFFF;

using BoxNumber = std::uint16_t;
inline constexpr BoxNumber kNoBox = 0xFFFF;

ADCORE_INLINE auto is_leaf(NodeCode code) noexcept -> bool { return (code & kLeafFlag) != 0; }

struct Node {
  float cut_value;
  std::uint16_t cut_dimension;
  BoxNumber box;
  NodeCode child[2];  // left, right; on the free list: the next free node, 0

  /// The child that is not `code`.
  [[nodiscard]] ADCORE_INLINE auto sibling(NodeCode code) const noexcept -> NodeCode {
    return child[child[0] == code ? 1 : 0];
  }
};

/// What is known of a node that has a box. Nodes without one are the lowest: they are on the way of few queries.
struct BoxedNode {
  NodeCode parent;       // kNoNode at the root; on the free list: the next free box
  std::uint16_t leaves;  // distinct points below
  std::uint16_t mass;    // points below, copies counted
};

/// The arrays of a tree as kernels see them. Boxes are lower corner, then upper corner, in whole lane groups.
struct TreeArrays {
  Node* nodes = nullptr;
  BoxedNode* boxed = nullptr;
  float* boxes = nullptr;
  std::size_t unboxed_leaves = 1;  // nodes with more distinct points than this have a box
  NodeCode root = kNoNode;
  NodeCode free_node = kNoNode;
  NodeCode free_box = kNoNode;
  Random random{0};

  /// False if it is known that no point was added twice.
  [[nodiscard]] ADCORE_INLINE auto may_have_copies() const noexcept -> bool {
    if (root == kNoNode || is_leaf(root) || nodes[root].box == kNoBox) return true;
    const BoxedNode& top = boxed[nodes[root].box];
    return top.leaves != top.mass;
  }
};

struct Way;

class RandomCutTree {
 public:
  RandomCutTree(std::size_t dimensions, std::size_t sample_size, double bounding_box_cache_fraction,
                std::uint64_t seed);
  RandomCutTree(const RandomCutTree& other);
  RandomCutTree(RandomCutTree&&) noexcept = default;
  auto operator=(const RandomCutTree&) -> RandomCutTree& = delete;
  auto operator=(RandomCutTree&&) noexcept -> RandomCutTree& = default;
  ~RandomCutTree() = default;

  /// Adds a point to those in `items`. Returns its index, or that of an equal point the tree has already.
  /// `way` is the way of the point through the tree, if that is known.
  [[nodiscard]] auto insert(std::span<const Sampler::Item> items, const PointView& points, PointIndex point,
                            const Way* way = nullptr) -> PointIndex;
  /// Takes one copy of a point away; `last` says that no other copy is left.
  void remove(const PointView& points, PointIndex point, bool last, const Way* way = nullptr);
  /// The store moved its points.
  void renumber(std::span<const PointIndex> indices) noexcept;
  void set_bounding_box_cache_fraction(const PointView& points, std::span<const Sampler::Item> items, double fraction);

  [[nodiscard]] auto arrays() const noexcept -> const TreeArrays& { return arrays_; }
  [[nodiscard]] auto random() noexcept -> Random& { return arrays_.random; }
  [[nodiscard]] auto random_state() const noexcept -> std::uint64_t { return arrays_.random.state(); }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  /// Asks for what is known of nodes with boxes, all of which that lie on a way change.
  ADCORE_INLINE void prefetch_boxed() const noexcept {
    prefetch_bytes(boxed_.data(), boxed_.size() * sizeof(BoxedNode));
  }

 private:
  friend class TreeCodec;
  struct alignas(64) BoxLine {
    float values[16];
  };

  void grow_nodes();
  void grow_boxes();
  void rebox(const PointView& points, std::span<const Sampler::Item> items);
  void point_arrays() noexcept;

  std::size_t dimensions_;
  std::size_t sample_size_;
  TreeArrays arrays_;
  std::vector<Node> nodes_;
  std::vector<BoxedNode> boxed_;
  std::vector<BoxLine> boxes_;
};

}  // namespace adcore

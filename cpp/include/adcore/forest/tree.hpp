// One random cut tree over points of a store. Large subtrees have their cuts in memory; small ones are buckets whose
// cuts are drawn when someone looks (cut.hpp), so that most of the tree costs nothing to keep and to change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/base/random.hpp"
#include "adcore/forest/cut.hpp"
#include "adcore/forest/point_store.hpp"
#include "adcore/forest/sampler.hpp"

namespace adcore {

/// Names a node, or a bucket when kBucketFlag is set.
using NodeCode = std::uint16_t;
inline constexpr NodeCode kBucketFlag = 0x8000;
inline constexpr NodeCode kNoNode = 0xFFFF;
/// Most distinct points in a bucket: it fills one cache line.
inline constexpr std::size_t kBucketCapacity = 13;

/// A cut in memory. Its subtree holds more than kBucketCapacity points.
struct Node {
  float cut_value;
  std::uint16_t cut_dimension;
  std::uint16_t mass;  // points below, copies counted
  NodeCode child[2];   // left, right
  NodeCode parent;     // kNoNode at the root; the next free node on the free list
};

/// Up to kBucketCapacity distinct points; how many copies each has is known to the sampler.
struct alignas(64) Bucket {
  std::uint32_t seed;
  std::uint16_t count;  // distinct points; 0 on the free list
  std::uint16_t mass;   // copies counted
  NodeCode parent;      // kNoNode at the root; the next free bucket on the free list
  PointIndex points[kBucketCapacity];
};

/// The arrays of a tree as kernels see them. Boxes are lower corner, then upper corner, in whole lane groups;
/// only nodes below `boxed_nodes` have one.
struct TreeArrays {
  Node* nodes = nullptr;
  Bucket* buckets = nullptr;
  float* boxes = nullptr;
  std::size_t boxed_nodes = 0;
  NodeCode root = kNoNode;
  NodeCode free_node = kNoNode;
  NodeCode free_bucket = kNoNode;
  Random random{0};
};

class RandomCutTree {
 public:
  RandomCutTree(std::size_t dimensions, double bounding_box_cache_fraction, std::uint64_t seed);
  RandomCutTree(const RandomCutTree& other);
  RandomCutTree(RandomCutTree&&) noexcept = default;
  auto operator=(const RandomCutTree&) -> RandomCutTree& = delete;
  auto operator=(RandomCutTree&&) noexcept -> RandomCutTree& = default;
  ~RandomCutTree() = default;

  /// Adds a point to those in `items`. Returns its index, or that of an equal point the tree has already.
  [[nodiscard]] auto insert(std::span<const Sampler::Item> items, const PointView& points, PointIndex point)
      -> PointIndex;
  /// Takes one copy of a point away; `last` says that no other copy is left.
  void remove(const PointView& points, PointIndex point, bool last);
  /// The store moved its points.
  void renumber(std::span<const PointIndex> indices) noexcept;
  void set_bounding_box_cache_fraction(const PointView& points, double fraction);

  [[nodiscard]] auto arrays() const noexcept -> const TreeArrays& { return arrays_; }
  [[nodiscard]] auto random() noexcept -> Random& { return arrays_.random; }
  [[nodiscard]] auto random_state() const noexcept -> std::uint64_t { return arrays_.random.state(); }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;

 private:
  friend class TreeCodec;
  struct alignas(64) BoxLine {
    float values[16];
  };

  void grow_nodes(const PointView& points);
  void grow_buckets();
  void rebox(const PointView& points);
  void point_arrays() noexcept;

  std::size_t dimensions_;
  double box_fraction_;
  TreeArrays arrays_;
  std::vector<Node> nodes_;
  std::vector<Bucket> buckets_;
  std::vector<BoxLine> boxes_;
};

}  // namespace adcore

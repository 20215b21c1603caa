// A tree and its sample, to bytes and back. Masses and boxes are not written: they follow from the points.
#pragma once

#include <span>
#include <vector>

#include "adcore/forest/tree.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// First the points, in the order of the store, with the keys of their copies in the sample; then the cuts in preorder.
/// Which points lie below a cut is not written: the cuts sort them.
class TreeCodec {
 public:
  /// `places` maps the indices of points to those in the written store.
  static void write(ByteWriter& out, const RandomCutTree& tree, const Sampler& sampler,
                    std::span<const PointIndex> places);
  /// Throws SnapshotError unless the points exist and every cut separates those it sorts.
  static void read(ByteReader& in, const PointView& points, std::size_t point_count, std::size_t sample_size,
                   RandomCutTree& tree, Sampler& sampler);

 private:
  static void write_points(ByteWriter& out, const Sampler& sampler, std::span<const PointIndex> places);
  static void write_cuts(ByteWriter& out, const RandomCutTree& tree);
  static void read_cuts(ByteReader& in, const PointView& view, std::span<PointIndex> points, RandomCutTree& tree);
};

}  // namespace adcore

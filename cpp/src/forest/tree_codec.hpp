// A tree and its sample, to bytes and back. Masses and boxes are not written: they follow from the points.
#pragma once

#include <span>
#include <vector>

#include "adcore/forest/tree.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// Preorder; a bucket lists its points, and with each point the keys of its copies in the sample.
class TreeCodec {
 public:
  /// `places` maps the indices of points to those in the written store.
  static void write(ByteWriter& out, const RandomCutTree& tree, const Sampler& sampler,
                    std::span<const PointIndex> places);
  /// Checks everything later code relies on: sizes, that points exist, lie where the cuts send them and are distinct.
  static void read(ByteReader& in, const PointView& points, std::size_t point_count, std::size_t sample_size,
                   RandomCutTree& tree, Sampler& sampler);

 private:
  static void write_bucket(ByteWriter& out, const Bucket& bucket, std::span<const Sampler::Item> items,
                           std::span<const PointIndex> places);
  static auto read_node(ByteReader& in, RandomCutTree& tree, NodeCode parent, std::size_t dimensions) -> NodeCode;
  static auto read_bucket(ByteReader& in, RandomCutTree& tree, NodeCode parent, std::size_t point_count,
                          std::vector<Sampler::Item>& items) -> NodeCode;
  static void read_structure(ByteReader& in, RandomCutTree& tree, std::size_t dimensions, std::size_t point_count,
                             std::size_t sample_size, std::vector<Sampler::Item>& items);
  static void add_masses(RandomCutTree& tree);
  static void check_places(const RandomCutTree& tree, const PointView& points);
};

}  // namespace adcore

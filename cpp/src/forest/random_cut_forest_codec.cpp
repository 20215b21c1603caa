// Snapshots of a RandomCutForest; the layout is described in docs/state_format.md.
#include <cmath>

#include "adcore/forest/random_cut_forest.hpp"
#include "config_codec.hpp"
#include "tree_codec.hpp"

namespace adcore {

namespace {

constexpr SnapshotKind kForestKind = snapshot_kind("rcft");
constexpr std::uint16_t kForestVersion = 1;

void check_finite(std::span<const float> values) {
  for (const float value : values) {
    if (!(std::fabs(value) <= kMaximumMagnitude)) throw_snapshot("a value out of range");
  }
}

}  // namespace

class RandomCutForestCodec {
 public:
  static auto write(const RandomCutForest& forest) -> std::vector<std::byte> {
    ByteWriter out(kForestKind, kForestVersion);
    write_config(out, forest.config_);
    out.put(forest.clock_.exponent());
    out.put_count(forest.points_);
    out.put_count(forest.shingler_.rows());
    out.put_all(forest.shingler_.point());
    PointStore store = forest.store_;  // packed, so that equal states have equal bytes
    const std::vector<PointIndex> places = store.compact(forest.live_points(), 0);
    out.put_all(store.values());
    for (const auto& member : forest.members_) TreeCodec::write(out, member.tree, member.sampler, places);
    return out.finish();
  }

  static auto read(std::span<const std::byte> bytes) -> std::unique_ptr<RandomCutForest> {
    ByteReader in(bytes, kForestKind, kForestVersion);
    auto forest = std::make_unique<RandomCutForest>(read_config(in));
    const auto exponent = in.get<double>();
    if (!(exponent >= 0 && exponent <= 64)) throw_snapshot("a decay out of range");
    forest->clock_ = DecayClock(forest->config_.resolved_time_decay(), exponent);
    forest->points_ = in.get_count(~std::uint64_t{0});
    read_shingle(in, *forest);
    const auto values = in.get_all<float>(~std::uint64_t{0});
    check_finite(values);
    forest->store_.restore(values);
    for (auto& member : forest->members_) {
      TreeCodec::read(in, forest->store_.view(), forest->store_.points(), forest->config_.sample_size, member.tree,
                      member.sampler);
      if (forest->is_ready() && member.sampler.size() == 0) throw_snapshot("a ready forest with an empty tree");
    }
    in.finish();
    return forest;
  }

 private:
  static void read_shingle(ByteReader& in, RandomCutForest& forest) {
    const std::uint64_t rows = in.get_count(~std::uint64_t{0});
    const auto point = in.get_all<float>(kMaximumDimensions);
    check_finite(point);
    if (point.size() != forest.dimensions()) throw_snapshot("a shingle of another size");
    forest.shingler_.restore(point, rows);
  }
};

auto RandomCutForest::to_bytes() const -> std::vector<std::byte> { return RandomCutForestCodec::write(*this); }

auto RandomCutForest::from_bytes(std::span<const std::byte> bytes) -> std::unique_ptr<RandomCutForest> {
  return RandomCutForestCodec::read(bytes);
}

}  // namespace adcore

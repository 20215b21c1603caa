// Snapshots of a CompactForest; the layout is described in docs/state_format.md.
#include <cmath>

#include "adcore/forest/compact_forest.hpp"
#include "config_codec.hpp"

namespace adcore {

namespace {

constexpr SnapshotKind kCompactKind = snapshot_kind("cmpt");
constexpr std::uint16_t kCompactVersion = 1;
constexpr std::uint64_t kAny = ~std::uint64_t{0};

}  // namespace

class CompactForestCodec {
 public:
  static auto write(const CompactForest& forest) -> std::vector<std::byte> {
    ByteWriter out(kCompactKind, kCompactVersion);
    write_config(out, forest.config_);
    out.put(forest.random_.state());
    out.put(forest.clock_.exponent());
    out.put_count(forest.points_);
    out.put_count(forest.shingler_.rows());
    out.put_all(forest.shingler_.point());
    write_sampler(out, forest.sampler_);
    write_sample(out, forest.sample_);
    return out.finish();
  }

  static auto read(std::span<const std::byte> bytes) -> std::unique_ptr<CompactForest> {
    ByteReader in(bytes, kCompactKind, kCompactVersion);
    auto forest = std::make_unique<CompactForest>(read_config(in));
    forest->random_ = Random(in.get<std::uint64_t>());
    const auto exponent = in.get<double>();
    if (!(exponent >= 0 && exponent <= 64)) throw_snapshot("a decay out of range");
    forest->clock_ = DecayClock(forest->config_.resolved_time_decay(), exponent);
    forest->points_ = in.get_count(kAny);
    read_shingle(in, *forest);
    read_sampler(in, *forest);
    read_sample(in, *forest);
    in.finish();
    if (forest->is_ready() && forest->sample_.size() == 0) throw_snapshot("a ready forest with an empty sample");
    return forest;
  }

 private:
  static void write_sampler(ByteWriter& out, const Sampler& sampler) {
    out.put_count(sampler.next_acceptance());
    out.put_count(sampler.size());
    for (const Sampler::Item& item : sampler.items()) {
      out.put(item.key);
      out.put_count(item.point);
    }
  }

  static void write_sample(ByteWriter& out, const CompactSample& sample) {
    for (const HalfFrame& frame : sample.frames()) {
      out.put(frame.centre);
      out.put(frame.scale);
    }
    for (std::size_t d = 0; d < sample.dimensions(); ++d) {
      for (const std::uint16_t code : sample.column(d)) out.put(code);
    }
  }

  static void read_shingle(ByteReader& in, CompactForest& forest) {
    const std::uint64_t rows = in.get_count(kAny);
    const auto point = in.get_all<float>(kMaximumDimensions);
    if (point.size() != forest.dimensions()) throw_snapshot("a shingle of another size");
    for (const float value : point) {
      if (!(std::fabs(value) <= kMaximumMagnitude)) throw_snapshot("a value out of range");
    }
    forest.shingler_.restore(point, rows);
  }

  // Every slot is some item's, once.
  static void read_sampler(ByteReader& in, CompactForest& forest) {
    const std::uint64_t next_acceptance = in.get_count(kAny);
    const auto count = static_cast<std::size_t>(in.get_count(forest.config_.sample_size));
    std::vector<Sampler::Item> items;
    std::vector<bool> taken(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto key = in.get<float>();
      const auto slot = static_cast<PointIndex>(in.get_count(count - 1));
      if (taken[slot]) throw_snapshot("a slot taken twice");
      taken[slot] = true;
      items.push_back({key, slot});
    }
    forest.sampler_.restore(std::move(items), next_acceptance);
  }

  static void read_sample(ByteReader& in, CompactForest& forest) {
    std::vector<HalfFrame> frames;
    for (std::size_t f = 0; f < forest.config_.row_size(); ++f) {
      const auto centre = in.get<float>();
      frames.push_back({centre, in.get<float>()});
    }
    const std::size_t size = forest.sampler_.size();
    std::vector<std::uint16_t> codes;
    for (std::size_t i = 0; i < size * forest.dimensions(); ++i) codes.push_back(in.get<std::uint16_t>());
    forest.sample_.restore(std::move(frames), size, codes);
  }
};

auto CompactForest::to_bytes() const -> std::vector<std::byte> { return CompactForestCodec::write(*this); }

auto CompactForest::from_bytes(std::span<const std::byte> bytes) -> std::unique_ptr<CompactForest> {
  return CompactForestCodec::read(bytes);
}

}  // namespace adcore

#include "adcore/entity/model_worker.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "adcore/base/error.hpp"
#include "adcore/base/prefetch.hpp"
#include "adcore/state/fields.hpp"

namespace adcore {

namespace {

constexpr SnapshotKind kKind = snapshot_kind("enty");
constexpr std::uint16_t kVersion = 1;
/// Of a checkpoint, beside state and body: the frame, the shape, the id and two lengths.
constexpr std::size_t kMostOverhead = kFrameBytes + 128;

/// What decides how a model is packed, and which models may be taken for each other.
void write_shape(ByteWriter& out, const ThresholdedForestConfig& config) {
  out.put_count(config.forest.input_dimensions);
  out.put_count(config.forest.shingle_size);
  out.put_count(config.forest.sample_size);
  out.put_count(config.start_normalization);
  out.put(config.transform);
  out.put(config.mode);
  out.put(config.auto_adjust);
  out.put(config.forest.seed);
}

void check_shape(ByteReader& in, const ThresholdedForestConfig& config) {
  constexpr std::uint64_t kAny = ~std::uint64_t{0};
  const auto same = [](bool equal, const char* what) {
    if (!equal) throw_snapshot(std::string("a model with another ") + what);
  };
  same(in.get_count(kAny) == config.forest.input_dimensions, "input_dimensions");
  same(in.get_count(kAny) == config.forest.shingle_size, "shingle_size");
  same(in.get_count(kAny) == config.forest.sample_size, "sample_size");
  same(in.get_count(kAny) == config.start_normalization, "start_normalization");
  same(in.get_at_most(255) == static_cast<std::uint8_t>(config.transform), "transform");
  same(in.get_at_most(255) == static_cast<std::uint8_t>(config.mode), "mode");
  same(in.get<bool>() == config.auto_adjust, "auto_adjust");
  same(in.get<std::uint64_t>() == config.forest.seed, "seed");
}

auto compact(const ThresholdedForestConfig& config) -> const ThresholdedForestConfig& {
  if (!config.compact) throw_invalid_argument("compact", "false", "an entity cache has compact models");
  return config;
}

/// Little-endian values in a block to or from those of this machine, in place.
template <class T>
void reorder_all(std::byte* at, std::size_t count) noexcept {
  detail::reorder<T>(at, count);
}

}  // namespace

ModelWorker::ModelWorker(const ThresholdedForestConfig& config)
    : model_(compact(config)), layout_(config), seed_(config.forest.seed), fresh_(layout_.state_bytes) {
  FieldWriter out(fresh_.data());
  out(std::uint32_t{0}, std::uint32_t{0});
  fields(out);
}

template <class Fields>
void ModelWorker::fields(Fields& f) {
  forest().fields(f);
  model_.fields(f);
}

auto ModelWorker::model_seed(std::uint64_t id) const noexcept -> std::uint64_t { return derive_seed(seed_, id); }

auto ModelWorker::counts(const std::byte* block) noexcept -> Counts {
  Counts counts;
  FieldReader in(block);
  in(counts.sample, counts.held);
  return counts;
}

auto ModelWorker::packed_sample(std::byte* block, std::size_t size) const noexcept -> PackedSample {
  return {size, layout_.slots, reinterpret_cast<std::uint16_t*>(block + layout_.state_bytes),
          reinterpret_cast<float*>(block + layout_.keys_offset())};
}

void ModelWorker::start(std::byte* block) const noexcept { std::memcpy(block, fresh_.data(), fresh_.size()); }

void ModelWorker::load(std::byte* block, std::uint64_t id) {
  const Counts known = counts(block);
  FieldReader in(block + ModelLayout::kCountBytes);
  fields(in);
  forest().set_seed(model_seed(id));
  model_.start_up().load_held(block + layout_.state_bytes, known.held);
  forest().load_sample(packed_sample(block, known.sample));
}

void ModelWorker::store(std::byte* block) {
  const StartUp& start_up = model_.start_up();
  const auto held = static_cast<std::uint32_t>(start_up.rows());
  FieldWriter out(block);
  out(static_cast<std::uint32_t>(forest().sample_size()), held);
  fields(out);
  if (held > 0) start_up.store_held(block + layout_.state_bytes);
  if (forest().sample_changed()) forest().store_sample(packed_sample(block, forest().sample_size()));
}

// The keys, which come last, are needed for one row in ten only.
void ModelWorker::prefetch(const std::byte* block) const noexcept { prefetch_bytes(block, layout_.keys_offset()); }

auto ModelWorker::body(const std::byte* block) const -> std::vector<std::byte> {
  const Counts known = counts(block);
  const std::byte* from = block + layout_.state_bytes;
  if (known.held > 0) {
    return {from, from + known.held * (layout_.width * sizeof(double) + sizeof(std::int64_t))};
  }
  const std::size_t column = known.sample * sizeof(std::uint16_t);
  const std::size_t keys = known.sample * sizeof(float);
  std::vector<std::byte> bytes(layout_.dimensions * column + keys);
  std::byte* to = bytes.data();
  for (std::size_t d = 0; d < layout_.dimensions && column > 0; ++d, to += column) {
    std::memcpy(to, from + d * layout_.slots * sizeof(std::uint16_t), column);
  }
  reorder_all<std::uint16_t>(bytes.data(), layout_.dimensions * known.sample);
  if (keys > 0) std::memcpy(to, block + layout_.keys_offset(), keys);
  reorder_all<float>(to, known.sample);
  return bytes;
}

void ModelWorker::unpack_body(std::span<const std::byte> bytes, std::byte* block) const {
  const Counts known = counts(block);
  if (known.sample > layout_.slots) throw_snapshot("a sample larger than its capacity");
  if (known.held > 0 && known.sample > 0) throw_snapshot("rows held beside a sample");
  const std::size_t row = layout_.width * sizeof(double) + sizeof(std::int64_t);
  const std::size_t point = layout_.dimensions * sizeof(std::uint16_t) + sizeof(float);
  if (known.held * row > layout_.held_bytes || bytes.size() != known.held * row + known.sample * point) {
    throw_snapshot("a model of another size");
  }
  std::byte* to = block + layout_.state_bytes;
  if (known.sample == 0) {
    std::copy(bytes.begin(), bytes.end(), to);
    return;
  }
  const std::size_t column = known.sample * sizeof(std::uint16_t);
  for (std::size_t d = 0; d < layout_.dimensions; ++d) {
    std::byte* at = to + d * layout_.slots * sizeof(std::uint16_t);
    std::memcpy(at, bytes.data() + d * column, column);
    reorder_all<std::uint16_t>(at, known.sample);
  }
  std::memcpy(block + layout_.keys_offset(), bytes.data() + layout_.dimensions * column, known.sample * sizeof(float));
  reorder_all<float>(block + layout_.keys_offset(), known.sample);
}

auto ModelWorker::checkpoint(const std::byte* block, std::uint64_t id) const -> std::vector<std::byte> {
  ByteWriter out(kKind, kVersion);
  write_shape(out, model_.config());
  out.put(id);
  out.put_bytes({block, layout_.state_bytes});
  out.put_bytes(body(block));
  return out.finish();
}

auto ModelWorker::checkpoint_bytes() const noexcept -> std::size_t {
  return kMostOverhead + layout_.state_bytes + std::max(layout_.sample_bytes, layout_.held_bytes);
}

auto ModelWorker::restore(std::span<const std::byte> bytes, std::uint64_t id, std::byte* block) -> bool {
  ByteReader in(bytes, kKind, kVersion);
  check_shape(in, model_.config());
  if (in.get<std::uint64_t>() != id) throw_snapshot("the model of another entity");
  const auto state = in.get_bytes();
  if (state.size() != layout_.state_bytes) throw_snapshot("a model with fields of another size");
  std::copy(state.begin(), state.end(), block);
  const auto rest = in.get_bytes();
  in.finish();
  unpack_body(rest, block);
  load(block, id);
  check(block);
  return is_ready();
}

void ModelWorker::check(std::byte* block) const {
  model_.check_fields();
  forest().check();
  const PackedSample sample = packed_sample(block, forest().sample_size());
  const bool positive =
      std::all_of(sample.keys, sample.keys + sample.size, [](float key) { return std::isfinite(key) && key > 0; });
  if (!positive) throw_snapshot("a key that is not positive");
}

auto ModelWorker::model(std::byte* block, std::uint64_t id) -> ThresholdedForest {
  load(block, id);
  forest().load_keys();
  return ThresholdedForest::from_bytes(model_.to_bytes());
}

auto ModelWorker::memory_bytes() const noexcept -> std::size_t { return model_.memory_bytes() + fresh_.capacity(); }

}  // namespace adcore

#include "adcore/bucket/aggregator.hpp"

#include <string>
#include <utility>

#include "adcore/base/error.hpp"
#include "adcore/bucket/engine.hpp"

namespace adcore {

namespace {

constexpr SnapshotKind kKind = snapshot_kind("bckt");
constexpr std::uint16_t kVersion = 1;

void write_config(ByteWriter& writer, const BucketConfig& config) {
  writer.put(config.bucket_span);
  writer.put(config.bucket_offset);
  writer.put(config.window_delay);
  writer.put_count(config.features.size());
  for (const auto& feature : config.features) {
    writer.put(feature.function);
    writer.put(feature.column);
    writer.put(feature.weight_column);
    writer.put(feature.percentile);
  }
  writer.put(config.value_columns);
  writer.put(config.watermark_from_rows);
  writer.put(config.emit_empty);
  writer.put(config.maximum_gap);
  writer.put(config.maximum_entities);
  writer.put(config.maximum_open_vectors);
}

auto read_feature(ByteReader& reader) -> BucketFeature {
  BucketFeature feature;
  feature.function = static_cast<BucketFunction>(reader.get_at_most(kNumberOfBucketFunctions - 1));
  feature.column = reader.get<std::uint32_t>();
  feature.weight_column = reader.get<std::uint32_t>();
  feature.percentile = reader.get<double>();
  return feature;
}

auto read_config(ByteReader& reader) -> BucketConfig {
  BucketConfig config;
  config.bucket_span = reader.get<std::int64_t>();
  config.bucket_offset = reader.get<std::int64_t>();
  config.window_delay = reader.get<std::int64_t>();
  const auto features = reader.get_count(kMostBucketFeatures);
  for (std::uint64_t i = 0; i < features; ++i) config.features.push_back(read_feature(reader));
  config.value_columns = reader.get<std::uint32_t>();
  config.watermark_from_rows = reader.get<bool>();
  config.emit_empty = reader.get<bool>();
  config.maximum_gap = reader.get<std::uint32_t>();
  config.maximum_entities = reader.get<std::uint32_t>();
  config.maximum_open_vectors = reader.get<std::uint64_t>();
  return config;
}

auto make_engine(const BucketConfig& config) -> std::unique_ptr<BucketEngine> {
  try {
    return std::make_unique<BucketEngine>(config);
  } catch (const InvalidArgument& error) {
    throw_snapshot(std::string("its configuration is not valid: ") + error.what());
  }
}

}  // namespace

BucketAggregator::BucketAggregator(const BucketConfig& config) : engine_(std::make_unique<BucketEngine>(config)) {}

BucketAggregator::BucketAggregator(std::unique_ptr<BucketEngine> engine) noexcept : engine_(std::move(engine)) {}

BucketAggregator::BucketAggregator(const BucketAggregator& other) : BucketAggregator(from_bytes(other.to_bytes())) {}

BucketAggregator::BucketAggregator(BucketAggregator&& other) noexcept = default;

auto BucketAggregator::operator=(BucketAggregator other) noexcept -> BucketAggregator& {
  engine_.swap(other.engine_);
  return *this;
}

BucketAggregator::~BucketAggregator() = default;

void BucketAggregator::add(const BucketBatch& batch) { engine_->add(batch); }

void BucketAggregator::advance(std::int64_t timestamp) { engine_->advance(timestamp); }

auto BucketAggregator::take_finished() -> BucketTable { return engine_->take_finished(); }

auto BucketAggregator::flush() -> BucketTable { return engine_->flush(); }

auto BucketAggregator::peek_open() const -> BucketTable { return engine_->peek_open(); }

auto BucketAggregator::config() const noexcept -> const BucketConfig& { return engine_->config(); }

auto BucketAggregator::counts() const noexcept -> const BucketCounts& { return engine_->counts(); }

auto BucketAggregator::watermark() const noexcept -> std::optional<std::int64_t> {
  const auto watermark = engine_->watermark();
  return watermark == BucketEngine::kUnset ? std::nullopt : std::optional(watermark);
}

auto BucketAggregator::bucket_start(std::int64_t timestamp) const -> std::int64_t {
  if (!BucketClock::is_valid(timestamp)) {
    throw_invalid_argument("timestamp", std::to_string(timestamp), "-2^62 to 2^62 ms");
  }
  return engine_->clock().start_of(engine_->clock().number_of(timestamp));
}

auto BucketAggregator::open_buckets() const noexcept -> std::size_t { return engine_->open_buckets(); }

auto BucketAggregator::open_vectors() const noexcept -> std::size_t { return engine_->open_vectors(); }

auto BucketAggregator::finished_vectors() const noexcept -> std::size_t { return engine_->finished_vectors(); }

auto BucketAggregator::memory_bytes() const noexcept -> std::size_t { return sizeof(*this) + engine_->memory_bytes(); }

auto BucketAggregator::to_bytes() const -> std::vector<std::byte> {
  ByteWriter writer(kKind, kVersion);
  write_config(writer, engine_->config());
  engine_->write(writer);
  return writer.finish();
}

auto BucketAggregator::from_bytes(std::span<const std::byte> bytes) -> BucketAggregator {
  ByteReader reader(bytes, kKind, kVersion);
  auto engine = make_engine(read_config(reader));
  engine->read(reader);
  reader.finish();
  return BucketAggregator(std::move(engine));
}

}  // namespace adcore

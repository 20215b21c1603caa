// Streams of rows: the aggregator against its slow twin, against itself cut into other batches, and across a snapshot.
#include <cmath>
#include <cstdlib>

#include "reference/bucket.hpp"
#include "tests/bucket_rows.hpp"

namespace {

using adcore::BucketAggregator;
using adcore::BucketConfig;
using adcore::BucketTable;
using adcore::testing::Rows;

constexpr std::size_t kMostRows = 300;  // below the sketches' exact counts

/// Bytes as numbers; zeros once they run out.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : next_(data), end_(data + size) {}

  [[nodiscard]] auto is_empty() const -> bool { return next_ == end_; }
  auto take() -> std::uint8_t { return is_empty() ? std::uint8_t{0} : *next_++; }

 private:
  const std::uint8_t* next_;
  const std::uint8_t* end_;
};

auto config_of(Bytes& bytes) -> BucketConfig {
  constexpr std::int64_t kSpans[] = {1, 7, 1'000, 60'000, adcore::kMaximumDuration};
  BucketConfig config;
  config.bucket_span = kSpans[bytes.take() % 5];
  config.bucket_offset = (bytes.take() - 128) * (std::int64_t{1} << (bytes.take() % 56));
  config.window_delay = std::min(adcore::kMaximumDuration, config.bucket_span / 4 * (bytes.take() % 32));
  config.features = adcore::testing::every_function();
  config.value_columns = 2;
  config.emit_empty = bytes.take() % 2 == 1;
  config.maximum_gap = 1 + bytes.take() % 5U;
  return config;
}

auto value_of(std::uint8_t byte) -> double {
  if (byte < 16) return adcore::kMissing;
  if (byte == 16) return -0.0;
  return byte < 32 ? (byte - 24) * 1e6 : (byte - 128) / 8.0;
}

// Times go on by quarters of a bucket, and back; now and then far. They stay where the twin's own sums do not overflow.
auto rows_of(Bytes& bytes, const BucketConfig& config) -> Rows {
  Rows rows(2);
  std::int64_t now = 0;
  while (!bytes.is_empty() && rows.size() < kMostRows) {
    const std::int64_t step = bytes.take() - 100;
    now += std::min<std::int64_t>(config.bucket_span, std::int64_t{1} << 50) / 4 * step / 32 + step % 3;
    const std::uint32_t entity = bytes.take() % 12U;
    const double value = value_of(bytes.take());
    rows.add(now, entity * entity * entity, {value, value_of(bytes.take())});
  }
  return rows;
}

void require(bool holds) {
  if (!holds) std::abort();
}

void require_near(double actual, double expected) {
  require(std::isnan(expected) == std::isnan(actual));
  if (!std::isnan(expected)) require(std::abs(actual - expected) <= 1e-9 * (1.0 + std::abs(expected)));
}

void require_equal(const BucketTable& a, const BucketTable& b) {
  require(a.bucket_start == b.bucket_start && a.entity == b.entity && a.count == b.count);
  require(adcore::testing::bits_of(a.values) == adcore::testing::bits_of(b.values));
}

void compare_with_reference(const BucketConfig& config, const Rows& rows, const BucketTable& table) {
  adcore::reference::BucketAggregator slow(config);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    slow.add({rows.timestamps[i], rows.entities[i], {rows.values[0][i], rows.values[1][i]}});
  }
  slow.flush();
  require(slow.finished.size() == table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto& expected = slow.finished[i];
    require(table.bucket_start[i] == expected.bucket_start && table.entity[i] == expected.entity);
    require(table.count[i] == expected.count);
    for (std::size_t f = 0; f < table.features; ++f) require_near(table.vector(i)[f], expected.values[f]);
  }
}

auto across_a_snapshot(const BucketConfig& config, const Rows& rows) -> BucketTable {
  BucketAggregator before(config);
  const std::size_t middle = rows.size() / 2;
  rows.give(before, 0, middle);
  auto after = BucketAggregator::from_bytes(before.to_bytes());
  rows.give(after, middle, rows.size());
  return after.flush();
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
  Bytes bytes(data, size);
  const auto config = config_of(bytes);
  const std::size_t batch = 1 + bytes.take() % 64U;
  const auto rows = rows_of(bytes, config);
  BucketAggregator whole(config);
  const auto table = adcore::testing::aggregate(whole, rows, kMostRows);
  BucketAggregator parts(config);
  require_equal(adcore::testing::aggregate(parts, rows, batch), table);
  require_equal(across_a_snapshot(config, rows), table);
  compare_with_reference(config, rows, table);
  return 0;
}

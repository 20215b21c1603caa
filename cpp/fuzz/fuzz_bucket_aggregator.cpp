// Snapshots of a BucketAggregator.
#include "adcore/bucket/aggregator.hpp"
#include "fuzz/snapshot.hpp"

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
  return adcore::fuzz::run_snapshot(data, size, adcore::BucketAggregator::from_bytes, [](auto& aggregator) {
    adcore::fuzz::expect_round_trip(aggregator, adcore::BucketAggregator::from_bytes);
    static_cast<void>(aggregator.peek_open());
    static_cast<void>(aggregator.take_finished());
  });
}

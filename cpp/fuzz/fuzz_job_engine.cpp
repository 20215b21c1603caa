// Snapshots of a JobEngine.
#include "adcore/job/engine.hpp"
#include "fuzz/snapshot.hpp"

namespace {

/// One row of nothing but missing values and unknown texts.
void process_row(adcore::JobEngine& engine, std::int64_t time) {
  const std::int64_t times[] = {time};
  const double numbers[] = {1.5};
  const std::uint32_t codes[] = {0};
  const std::string_view labels[] = {"a"};
  const std::vector<adcore::ColumnView> metrics(engine.plan().metrics.size(), std::span<const double>(numbers));
  const std::vector<adcore::KeyView> keys(engine.plan().keys.size(), adcore::KeyView{codes, labels});
  engine.process({times, metrics, keys});
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
  return adcore::fuzz::run_snapshot(data, size, adcore::JobEngine::from_bytes, [](auto& engine) {
    const auto written = engine->to_bytes();
    if (adcore::JobEngine::from_bytes(written)->to_bytes() != written) std::abort();
    static_cast<void>(engine->take_results());
    engine->interim(std::nullopt, std::nullopt);
    const auto end = engine->last_finalized_bucket_end();
    if (end) process_row(*engine, *end + 2 * engine->config().bucket_span);
    static_cast<void>(engine->take_results());
  });
}

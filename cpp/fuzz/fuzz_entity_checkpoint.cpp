// Checkpoints of the models of an entity cache.
#include <vector>

#include "adcore/entity/model_worker.hpp"
#include "fuzz/entity_model.hpp"
#include "fuzz/snapshot.hpp"

namespace {

struct Restored {
  adcore::ModelWorker worker{adcore::fuzz::entity_model()};
  std::vector<std::byte> block = std::vector<std::byte>(worker.layout().block_bytes);
};

// A few rows more, an alert among them, then out and in again.
void use(Restored& model) {
  model.worker.load(model.block.data(), adcore::fuzz::kEntity);
  for (const double value : {0.5, 1e6, 0.25}) {
    adcore::Detection detection;
    model.worker.process({&value, 1}, 1'000'000, detection);
  }
  model.worker.store(model.block.data());
  const auto written = model.worker.checkpoint(model.block.data(), adcore::fuzz::kEntity);
  Restored again;
  static_cast<void>(again.worker.restore(written, adcore::fuzz::kEntity, again.block.data()));
  if (again.worker.checkpoint(again.block.data(), adcore::fuzz::kEntity) != written) std::abort();
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
  const auto load = [](std::span<const std::byte> bytes) {
    Restored model;
    static_cast<void>(model.worker.restore(bytes, adcore::fuzz::kEntity, model.block.data()));
    return model;
  };
  return adcore::fuzz::run_snapshot(data, size, load, use);
}

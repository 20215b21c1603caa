#include "adcore/forest/compact_forest.hpp"
#include "adcore/forest/forest.hpp"
#include "adcore/forest/random_cut_forest.hpp"
#include "adcore/state/reader.hpp"

namespace adcore {

auto forest_from_bytes(std::span<const std::byte> bytes) -> std::unique_ptr<Forest> {
  if (peek_kind(bytes) == snapshot_kind("rcft")) return RandomCutForest::from_bytes(bytes);
  if (peek_kind(bytes) == snapshot_kind("cmpt")) return CompactForest::from_bytes(bytes);
  throw_snapshot("it holds no forest");
}

}  // namespace adcore

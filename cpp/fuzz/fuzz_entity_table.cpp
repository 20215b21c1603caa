// Snapshots of an EntityTable.
#include "adcore/column/entity_table.hpp"
#include "fuzz/snapshot.hpp"

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
  return adcore::fuzz::run_snapshot(data, size, adcore::EntityTable::from_bytes, [](auto& table) {
    adcore::fuzz::expect_round_trip(table, adcore::EntityTable::from_bytes);
  });
}

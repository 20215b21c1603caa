// A forest's configuration, to bytes and back.
#pragma once

#include "adcore/forest/config.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

void write_config(ByteWriter& out, const ForestConfig& config);
/// Throws SnapshotError if the configuration is not a valid one.
[[nodiscard]] auto read_config(ByteReader& in) -> ForestConfig;

}  // namespace adcore

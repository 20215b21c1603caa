// What the snapshots of parts are called in tests: parts have no kind of their own.
#pragma once

#include "adcore/state/writer.hpp"

namespace adcore::testing {

inline constexpr SnapshotKind kTestKind = snapshot_kind("test");

}  // namespace adcore::testing

// What goes into a JobEngine: columns, borrowed.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "adcore/column/column_view.hpp"
#include "adcore/column/interner.hpp"

namespace adcore {

/// Texts of one column: labels[codes[row]]. A row with code kNoCode, or the empty label, is missing.
struct KeyView {
  std::span<const std::uint32_t> codes;
  std::span<const std::string_view> labels;
};

/// In the order of FieldPlan::metrics and FieldPlan::keys; all columns are as long as `timestamps`.
struct JobBatch {
  /// Epoch ms.
  std::span<const std::int64_t> timestamps;
  std::span<const ColumnView> metrics;
  std::span<const KeyView> keys;
};

}  // namespace adcore

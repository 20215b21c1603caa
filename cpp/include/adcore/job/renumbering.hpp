// Renumbering: the codes that kept values have after others are gone.
#pragma once

#include <cstdint>
#include <vector>

#include "adcore/job/field_plan.hpp"

namespace adcore {

struct Renumbering {
  /// By key column: of every code the new one, kNone where the value is gone; empty where all stay as they are.
  std::vector<std::vector<std::uint32_t>> codes;

  [[nodiscard]] auto concerns(std::uint32_t column) const noexcept -> bool {
    return column != kNone && !codes[column].empty();
  }
  [[nodiscard]] auto code(std::uint32_t column, std::uint32_t before) const noexcept -> std::uint32_t {
    if (!concerns(column)) return before;
    return before < codes[column].size() ? codes[column][before] : kNone;
  }
};

}  // namespace adcore

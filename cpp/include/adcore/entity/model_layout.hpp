// Where the parts of a packed model lie in its block.
#pragma once

#include <cstddef>
#include <cstdint>

#include "adcore/detect/config.hpp"

namespace adcore {

/// A block is: the number of points in the sample and of rows held by the start-up (uint32 each), the fields, the codes
/// of the sample [dimensions][slots], its keys [slots]. While a start-up holds rows the sample is empty, and the rows
/// lie in its place.
struct ModelLayout {
  static constexpr std::size_t kCountBytes = 2 * sizeof(std::uint32_t);

  explicit ModelLayout(const ThresholdedForestConfig& config);

  std::size_t dimensions = 0;    // of a point
  std::size_t slots = 0;         // points a sample may have
  std::size_t width = 0;         // values in a row
  std::size_t state_bytes = 0;   // counts and fields, a multiple of 8
  std::size_t sample_bytes = 0;  // codes and keys of a full sample
  std::size_t held_bytes = 0;    // rows a start-up may hold
  std::size_t block_bytes = 0;   // all of it, a multiple of 64

  [[nodiscard]] auto keys_offset() const noexcept -> std::size_t {
    return state_bytes + (dimensions * slots + 1) / 2 * sizeof(float);  // two codes take the place of one key
  }
};

}  // namespace adcore

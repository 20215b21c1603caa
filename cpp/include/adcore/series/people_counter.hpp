// PeopleCounter: how many people showed a value, in a few bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace adcore {

/// A HyperLogLog of 128 registers (Flajolet et al., 2007): counts by its empty registers while they are few, so that a
/// handful of people is counted nearly exactly, and within 9 % from there. The order does not matter.
class PeopleCounter {
 public:
  static constexpr std::size_t kRegisters = 128;

  void add(std::uint64_t person) noexcept;
  [[nodiscard]] auto count() const noexcept -> double;

  [[nodiscard]] auto registers() const noexcept -> const std::array<std::uint8_t, kRegisters>& { return longest_; }
  /// Throws SnapshotError on a register that add() cannot have set.
  void set_registers(const std::array<std::uint8_t, kRegisters>& registers);

 private:
  std::array<std::uint8_t, kRegisters> longest_{};  // run of zeros, and one
};

}  // namespace adcore

// DistinctCounter: how many distinct values a bucket has, exact while they are few.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// Up to kExactValues distinct values the count is exact: values are kept as their bits, scrambled one to one.
/// From there on it is a HyperLogLog of 2^14 one-byte registers (Flajolet et al., 2007) read by the estimator of Ertl
/// ("New cardinality estimation algorithms for HyperLogLog sketches", 2017): standard error 0.81 %, no bias to correct.
/// The order of the values does not matter. 0 and -0 are one value.
class DistinctCounter {
 public:
  static constexpr std::size_t kExactValues = 1536;

  /// Takes any value but NaN.
  void add(double value);
  /// A whole number; an estimate is rounded.
  [[nodiscard]] auto count() const noexcept -> double;

  [[nodiscard]] auto is_exact() const noexcept -> bool { return registers_.empty(); }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;

  void write(ByteWriter& writer) const;
  [[nodiscard]] static auto read(ByteReader& reader) -> DistinctCounter;

 private:
  void add_hash(std::uint64_t hash);
  void insert(std::uint64_t hash);
  [[nodiscard]] auto position_of(std::uint64_t hash) const noexcept -> std::size_t;
  void grow();
  void raise_register(std::uint64_t hash) noexcept;
  void switch_to_registers();

  std::vector<std::uint64_t> hashes_;  // open addressing, 0 is free
  std::uint32_t used_ = 0;
  std::vector<std::uint8_t> registers_;
};

}  // namespace adcore

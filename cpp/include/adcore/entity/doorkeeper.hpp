// Was an entity seen before? Keeps one-off keys out of memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace adcore {

/// A Bloom filter that is cleared after some intervals: never says no to an entity it has seen since, and says yes to
/// about one in a hundred it has not, when it holds as many as it is made for.
class Doorkeeper {
 public:
  /// `entities` 0: takes no memory, and lets everyone pass.
  Doorkeeper(std::size_t entities, std::int64_t intervals);

  /// Whether the entity was seen since the last clearing; from now on it was.
  [[nodiscard]] auto pass(std::uint64_t entity) noexcept -> bool;
  /// The time is now this interval. Clears when the period is over.
  void advance(std::int64_t interval) noexcept;

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t { return bits_.capacity() * sizeof(std::uint64_t); }
  static constexpr std::size_t kHashes = 7;
  static constexpr double kBitsPerEntity = 9.6;

 private:
  std::vector<std::uint64_t> bits_;
  std::int64_t intervals_;
  std::int64_t cleared_at_ = 0;
};

}  // namespace adcore

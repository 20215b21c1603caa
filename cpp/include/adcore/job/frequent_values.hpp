// FrequentValues: which values most buckets have.
#pragma once

#include <cstdint>
#include <vector>

#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// Buckets with a value, among those since it was first seen.
[[nodiscard]] constexpr auto is_frequent(std::int64_t first_bucket, std::int64_t buckets, std::int64_t bucket) noexcept
    -> bool {
  constexpr std::int64_t kFewestBuckets = 10;
  const std::int64_t age = bucket - first_bucket;
  return age >= kFewestBuckets && 2 * buckets > age;
}

class FrequentValues {
 public:
  /// A bucket, none before those noted earlier, has the value.
  void note(std::uint32_t code, std::int64_t bucket);
  [[nodiscard]] auto contains(std::uint32_t code, std::int64_t bucket) const noexcept -> bool;

  /// Values have these codes now, in the same order; kNone: it is gone.
  void renumber(const std::vector<std::uint32_t>& codes);

  void write(ByteWriter& writer) const;
  /// Of codes below `codes`.
  void read(ByteReader& reader, std::size_t codes);

 private:
  struct Value {
    std::int64_t first_bucket = 0;
    std::int64_t last_bucket = 0;
    std::int64_t buckets = 0;
  };

  std::vector<Value> values_;  // by code
};

}  // namespace adcore

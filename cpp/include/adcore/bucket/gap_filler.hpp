// GapFiller: which entities get a vector for a bucket in which they have no rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "adcore/bucket/slot_table.hpp"

namespace adcore {

/// Remembers for each entity the last finished bucket it had rows in: 8 bytes per entity id.
class GapFiller {
 public:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

  explicit GapFiller(std::uint32_t maximum_gap) noexcept : maximum_gap_(maximum_gap) {}

  /// Adds to the entries of bucket `number`, ordered by entity, one without a slot for each entity to be filled in.
  /// Call it with ascending numbers.
  void fill(std::int64_t number, std::vector<SlotTable::Entry>& entries);
  /// From this bucket on nobody is to be filled in; kNever before the first entity.
  [[nodiscard]] auto silent_from() const noexcept -> std::int64_t { return silent_from_; }
  /// Entities that a bucket may need filled in, at most.
  [[nodiscard]] auto size() const noexcept -> std::size_t { return last_.size(); }

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t { return last_.capacity() * sizeof(std::int64_t); }
  void write(ByteWriter& writer) const { writer.put_all(last_); }
  /// Bucket numbers must be kNever or from `least` to `most`.
  void read(ByteReader& reader, std::uint32_t entities, std::int64_t least, std::int64_t most);

 private:
  void remember(std::int64_t number, const std::vector<SlotTable::Entry>& entries);

  std::uint32_t maximum_gap_;
  std::int64_t silent_from_ = kNever;
  std::vector<std::int64_t> last_;
};

}  // namespace adcore

// KeptValues: the values of a by, over or partition field, as long as rows have them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "adcore/job/key_dictionary.hpp"

namespace adcore {

/// Codes of values that stay keep their order when others leave: whatever is sorted by them stays as it is.
class KeptValues {
 public:
  /// The code of a value that a row of bucket `bucket` has; kRefused if it is new and there is no memory for it.
  auto code_of(std::string_view text, std::int64_t bucket, MemoryBudget& budget) -> std::uint32_t;
  /// A row of the bucket has the value again.
  void note(std::uint32_t code, std::int64_t bucket) noexcept;

  [[nodiscard]] auto text(std::uint32_t code) const -> std::string_view { return values_.text(code); }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return values_.size(); }

  /// Lets go of the values that no row had since bucket `bucket`. Returns the new code of every value, kNone of those
  /// that are gone; nothing if none is.
  [[nodiscard]] auto drop_before(std::int64_t bucket, MemoryBudget& budget) -> std::vector<std::uint32_t>;

  void write(ByteWriter& writer) const;
  void read(ByteReader& reader);

 private:
  static constexpr std::uint64_t kValueBytes = KeyDictionary::kValueBytes + sizeof(std::int64_t);

  KeyDictionary values_{kValueBytes};
  std::vector<std::int64_t> last_bucket_;  // by code
};

}  // namespace adcore

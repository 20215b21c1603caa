#include "adcore/job/kept_values.hpp"

#include <algorithm>
#include <utility>

#include "adcore/column/growth.hpp"

namespace adcore {

auto KeptValues::code_of(std::string_view text, std::int64_t bucket, MemoryBudget& budget) -> std::uint32_t {
  const std::uint32_t code = values_.code_of(text, budget);
  if (code == kRefused) return code;
  if (code == last_bucket_.size()) {
    make_room(last_bucket_, 1);
    last_bucket_.push_back(bucket);
  }
  note(code, bucket);
  return code;
}

void KeptValues::note(std::uint32_t code, std::int64_t bucket) noexcept {
  last_bucket_[code] = std::max(last_bucket_[code], bucket);
}

auto KeptValues::drop_before(std::int64_t bucket, MemoryBudget& budget) -> std::vector<std::uint32_t> {
  const auto is_idle = [bucket](std::int64_t last) { return last < bucket; };
  if (std::none_of(last_bucket_.begin(), last_bucket_.end(), is_idle)) return {};
  const KeyDictionary all = std::exchange(values_, KeyDictionary(kValueBytes));
  budget.release(all.held_bytes());
  std::vector<std::uint32_t> codes(all.size(), kNone);
  std::vector<std::int64_t> last_bucket;
  for (std::uint32_t code = 0; code < all.size(); ++code) {
    if (is_idle(last_bucket_[code])) continue;
    codes[code] = values_.restore(all.text(code));
    last_bucket.push_back(last_bucket_[code]);
  }
  budget.hold(values_.held_bytes());
  last_bucket_ = std::move(last_bucket);
  return codes;
}

void KeptValues::write(ByteWriter& writer) const {
  values_.write(writer);
  writer.put_all(last_bucket_);
}

void KeptValues::read(ByteReader& reader) {
  values_.read(reader);
  last_bucket_ = reader.get_all<std::int64_t>(values_.size());
  if (last_bucket_.size() != values_.size()) throw_snapshot("the values of a field do not fit their buckets");
}

}  // namespace adcore

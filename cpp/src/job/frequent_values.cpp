#include "adcore/job/frequent_values.hpp"

#include "adcore/job/field_plan.hpp"

namespace adcore {

void FrequentValues::note(std::uint32_t code, std::int64_t bucket) {
  if (code >= values_.size()) values_.resize(code + std::size_t{1});
  Value& value = values_[code];
  if (value.buckets > 0 && value.last_bucket == bucket) return;
  if (value.buckets == 0) value.first_bucket = bucket;
  value.last_bucket = bucket;
  ++value.buckets;
}

auto FrequentValues::contains(std::uint32_t code, std::int64_t bucket) const noexcept -> bool {
  return code < values_.size() && is_frequent(values_[code].first_bucket, values_[code].buckets, bucket);
}

void FrequentValues::renumber(const std::vector<std::uint32_t>& codes) {
  std::size_t kept = 0;
  for (std::size_t code = 0; code < values_.size(); ++code) {
    if (codes[code] != kNone) values_[kept++] = values_[code];
  }
  values_.resize(kept);
}

void FrequentValues::write(ByteWriter& writer) const {
  writer.put_count(values_.size());
  for (const auto& value : values_) {
    writer.put(value.first_bucket);
    writer.put(value.last_bucket);
    writer.put_count(static_cast<std::uint64_t>(value.buckets));
  }
}

void FrequentValues::read(ByteReader& reader, std::size_t codes) {
  constexpr std::int64_t kMostBuckets = std::int64_t{1} << 51U;
  const auto count = reader.get_count(codes);
  for (std::uint64_t i = 0; i < count; ++i) {
    Value value;
    value.first_bucket = reader.get<std::int64_t>();
    value.last_bucket = reader.get<std::int64_t>();
    value.buckets = static_cast<std::int64_t>(reader.get_count(static_cast<std::uint64_t>(kMostBuckets)));
    if (value.first_bucket < -kMostBuckets || value.first_bucket > kMostBuckets) {
      throw_snapshot("a member was first seen in a bucket that cannot be");
    }
    values_.push_back(value);
  }
}

}  // namespace adcore

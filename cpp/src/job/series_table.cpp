#include "adcore/job/series_table.hpp"

#include <algorithm>

#include "adcore/job/record_row.hpp"

namespace adcore {

auto SeriesTable::find_or_add(std::uint32_t partition, std::uint32_t by, std::int64_t bucket, MemoryBudget& budget)
    -> std::uint32_t {
  std::uint32_t series = index_.find(partition, by);
  if (series != PairIndex::kAbsent) {
    facts_[series].last_bucket = std::max(facts_[series].last_bucket, bucket);
    return series;
  }
  if (!budget.reserve(series_bytes_)) return kRefused;
  if (free_.empty()) {
    series = end();
    facts_.emplace_back();
    is_free_.push_back(0);
  } else {
    series = free_.back();
    free_.pop_back();
    is_free_[series] = 0;
  }
  facts_[series] = {partition, by, bucket, bucket, 0};
  index_.add(partition, by, series);
  return series;
}

void SeriesTable::note(std::uint32_t series, std::int64_t bucket) noexcept {
  SeriesFacts& facts = facts_[series];
  if (facts.is_new()) facts.first_bucket = bucket;
  ++facts.buckets;
}

void SeriesTable::drop_before(std::int64_t bucket, MemoryBudget& budget, std::vector<std::uint32_t>& dropped) {
  dropped.clear();
  for (std::uint32_t series = 0; series < end(); ++series) {
    if (!is_free(series) && facts_[series].last_bucket < bucket) dropped.push_back(series);
  }
  if (dropped.empty()) return;
  for (const std::uint32_t series : dropped) {
    is_free_[series] = 1;
    free_.push_back(series);
  }
  budget.release(dropped.size() * series_bytes_);
  index_all();
}

void SeriesTable::renumber(const Renumbering& to, std::uint32_t partition, std::uint32_t by) {
  for (auto& facts : facts_) {
    facts.partition = to.code(partition, facts.partition);
    facts.by = to.code(by, facts.by);
  }
  index_all();
}

void SeriesTable::index_all() {
  index_.clear();
  for (std::uint32_t series = 0; series < end(); ++series) {
    if (!is_free(series)) index_.add(facts_[series].partition, facts_[series].by, series);
  }
}

void SeriesTable::write(ByteWriter& writer) const {
  writer.put_count(facts_.size());
  for (const auto& facts : facts_) {
    writer.put(facts.partition);
    writer.put(facts.by);
    writer.put(facts.first_bucket);
    writer.put(facts.last_bucket);
    writer.put(facts.buckets);
  }
  writer.put_all(free_);
}

void SeriesTable::read(ByteReader& reader, std::size_t partitions, std::size_t bys) {
  constexpr std::size_t kFactsBytes = 32;
  const auto count = reader.get_count(reader.remaining() / kFactsBytes);
  constexpr std::int64_t kMostBuckets = std::int64_t{1} << 51U;
  const auto is_bucket = [](std::int64_t number) { return number >= -kMostBuckets && number <= kMostBuckets; };
  const auto is_code = [](std::uint32_t code, std::size_t codes) { return codes == 0 ? code == kNone : code < codes; };
  for (std::uint64_t i = 0; i < count; ++i) {
    SeriesFacts facts{};
    facts.partition = reader.get<std::uint32_t>();
    facts.by = reader.get<std::uint32_t>();
    facts.first_bucket = reader.get<std::int64_t>();
    facts.last_bucket = reader.get<std::int64_t>();
    facts.buckets = reader.get<std::int64_t>();
    if (!is_bucket(facts.first_bucket) || !is_bucket(facts.last_bucket) || !is_bucket(facts.buckets)) {
      throw_snapshot("a series has buckets that cannot be");
    }
    facts_.push_back(facts);
  }
  free_ = reader.get_all<std::uint32_t>(count);
  is_free_.assign(facts_.size(), 0);
  for (const std::uint32_t series : free_) {
    if (series >= count || is_free_[series] != 0) throw_snapshot("a free series is out of place");
    is_free_[series] = 1;
  }
  for (std::uint32_t series = 0; series < end(); ++series) {
    const auto& facts = facts_[series];
    if (is_free(series)) continue;
    if (!is_code(facts.partition, partitions) || !is_code(facts.by, bys) ||
        index_.find(facts.partition, facts.by) != PairIndex::kAbsent) {
      throw_snapshot("a series is out of place");
    }
    index_.add(facts.partition, facts.by, series);
  }
}

}  // namespace adcore

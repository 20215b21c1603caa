#include "adcore/job/bucket_series.hpp"

namespace adcore {

BucketSeries::BucketSeries(const DetectorPlan& plan)
    : gathered_influencers_(plan.gathered_influencers),
      values_(plan),
      contributions_(plan.gathered_influencers.size(), Contributions(plan)) {}

auto BucketSeries::slot_bytes() const noexcept -> std::uint64_t {
  return kSlotBytes + values_.slot_bytes() + contributions_.size() * sizeof(std::uint32_t);
}

void BucketSeries::add(std::uint32_t series, std::uint32_t member, const RecordRow& row, MemoryBudget& budget) {
  std::uint32_t slot = index_.find(series, member);
  if (slot == PairIndex::kAbsent) {
    if (!budget.reserve(slot_bytes())) return;
    slot = size();
    add_slot(series, member);
    values_.add_slot();
  }
  values_.add(slot, row, budget);
  for (std::size_t i = 0; i < contributions_.size(); ++i) {
    const std::uint32_t value = row.influencers[gathered_influencers_[i]];
    if (value != kNone && value != kRefused) contributions_[i].add(slot, value, row, budget);
  }
}

void BucketSeries::add_slot(std::uint32_t series, std::uint32_t member) {
  index_.add(series, member, size());
  series_.push_back(series);
  member_.push_back(member);
  for (auto& parts : contributions_) parts.add_series();
}

void BucketSeries::renumber_members(const std::vector<std::uint32_t>& codes) {
  index_.clear();
  for (std::uint32_t slot = 0; slot < size(); ++slot) {
    member_[slot] = codes[member_[slot]];
    index_.add(series_[slot], member_[slot], slot);
  }
}

auto BucketSeries::held_bytes() const noexcept -> std::uint64_t {
  std::uint64_t bytes = size() * slot_bytes() + values_.grown_bytes();
  for (const auto& parts : contributions_) bytes += parts.held_bytes();
  return bytes;
}

void BucketSeries::write(ByteWriter& writer) const {
  writer.put_all(series_);
  writer.put_all(member_);
  values_.write(writer);
  for (const auto& parts : contributions_) parts.write(writer);
}

void BucketSeries::read(ByteReader& reader, std::size_t series, std::size_t members,
                        const std::vector<std::size_t>& values) {
  const auto series_of = reader.get_all<std::uint32_t>(kNone);
  const auto member_of = reader.get_all<std::uint32_t>(kNone);
  if (series_of.size() != member_of.size()) throw_snapshot("the series of a bucket do not fit together");
  for (std::size_t i = 0; i < series_of.size(); ++i) {
    if (series_of[i] >= series || member_of[i] >= members || find(series_of[i], member_of[i]) != kNone) {
      throw_snapshot("a series of a bucket is out of place");
    }
    add_slot(series_of[i], member_of[i]);
  }
  values_.read(reader);
  if (values_.size() != series_.size()) throw_snapshot("the series of a bucket do not fit their sums");
  for (std::size_t i = 0; i < contributions_.size(); ++i) {
    contributions_[i].read(reader, series_.size(), values[gathered_influencers_[i]]);
  }
}

}  // namespace adcore

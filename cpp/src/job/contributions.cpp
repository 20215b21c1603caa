#include "adcore/job/contributions.hpp"

namespace adcore {

void Contributions::add(std::uint32_t series, std::uint32_t value, const RecordRow& row, MemoryBudget& budget) {
  std::uint32_t part = index_.find(series, value);
  if (part == PairIndex::kAbsent) {
    if (!budget.reserve(part_bytes())) return;
    part = chain(series, value);
    parts_.add_slot();
  }
  parts_.add(part, row, budget);
}

auto Contributions::chain(std::uint32_t series, std::uint32_t value) -> std::uint32_t {
  const auto part = static_cast<std::uint32_t>(value_.size());
  index_.add(series, value, part);
  value_.push_back(value);
  next_.push_back(first_[series]);
  first_[series] = part;
  return part;
}

auto Contributions::held_bytes() const noexcept -> std::uint64_t {
  return parts_.size() * part_bytes() + parts_.grown_bytes();
}

void Contributions::write(ByteWriter& writer) const {
  std::vector<std::uint32_t> series_of(value_.size());
  for (std::uint32_t series = 0; series < first_.size(); ++series) {
    for_each(series, [&](std::uint32_t, std::uint32_t part) { series_of[part] = series; });
  }
  writer.put_all(series_of);
  writer.put_all(value_);
  parts_.write(writer);
}

void Contributions::read(ByteReader& reader, std::size_t series, std::size_t values) {
  const auto series_of = reader.get_all<std::uint32_t>(kNone);
  const auto value_of = reader.get_all<std::uint32_t>(kNone);
  if (series_of.size() != value_of.size()) throw_snapshot("the parts of influencer values do not fit together");
  first_.assign(series, kNone);
  for (std::size_t i = 0; i < series_of.size(); ++i) {
    if (series_of[i] >= series || value_of[i] >= values || index_.find(series_of[i], value_of[i]) != kNone) {
      throw_snapshot("a part of an influencer value is out of place");
    }
    chain(series_of[i], value_of[i]);
  }
  parts_.read(reader);
  if (parts_.size() != value_.size()) throw_snapshot("the parts of influencer values do not fit their sums");
}

}  // namespace adcore

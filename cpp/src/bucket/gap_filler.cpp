#include "adcore/bucket/gap_filler.hpp"

#include <algorithm>

#include "adcore/base/error.hpp"

namespace adcore {

void GapFiller::remember(std::int64_t number, const std::vector<SlotTable::Entry>& entries) {
  if (entries.empty()) return;
  if (entries.back().entity >= last_.size()) last_.resize(entries.back().entity + std::size_t{1}, kNever);
  for (const auto& entry : entries) last_[entry.entity] = number;
  silent_from_ = number + maximum_gap_ + 1;
}

void GapFiller::fill(std::int64_t number, std::vector<SlotTable::Entry>& entries) {
  remember(number, entries);
  if (number >= silent_from_) return;
  std::vector<SlotTable::Entry> filled;
  auto next = entries.begin();
  for (std::uint32_t entity = 0; entity < last_.size(); ++entity) {
    if (last_[entity] == kNever || number - last_[entity] > maximum_gap_) continue;
    filled.push_back(last_[entity] == number ? *next++ : SlotTable::Entry{entity, SlotTable::kNone});
  }
  entries.swap(filled);
}

void GapFiller::read(ByteReader& reader, std::uint32_t entities, std::int64_t least, std::int64_t most) {
  last_ = reader.get_all<std::int64_t>(entities);
  silent_from_ = kNever;
  for (const std::int64_t last : last_) {
    if (last == kNever) continue;
    if (last < least || last > most) throw_snapshot("an entity was last seen in an impossible bucket");
    silent_from_ = std::max(silent_from_, last + maximum_gap_ + 1);
  }
}

}  // namespace adcore

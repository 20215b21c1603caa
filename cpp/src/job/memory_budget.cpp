#include "adcore/job/memory_budget.hpp"

namespace adcore {

void MemoryBudget::write(ByteWriter& writer) const {
  for (const std::uint64_t count : {limit_, used_, peak_, exceeded_, failures_, releases_}) writer.put(count);
  writer.put(status_);
  writer.put(refused_);
}

auto MemoryBudget::read(ByteReader& reader) -> MemoryBudget {
  MemoryBudget budget(reader.get<std::uint64_t>());
  for (auto* const count : {&budget.used_, &budget.peak_, &budget.exceeded_, &budget.failures_, &budget.releases_}) {
    *count = reader.get<std::uint64_t>();
  }
  constexpr std::uint64_t kMost = std::uint64_t{1} << 62U;  // so that sums cannot overflow
  if (budget.limit_ > kMost || budget.used_ > kMost) throw_snapshot("a memory budget is out of range");
  budget.status_ = static_cast<MemoryStatus>(reader.get_at_most(static_cast<std::uint8_t>(MemoryStatus::hard_limit)));
  budget.refused_ = reader.get<bool>();
  return budget;
}

}  // namespace adcore

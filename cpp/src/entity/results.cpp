#include "adcore/entity/results.hpp"

namespace adcore {

void Checkpoints::append(std::uint64_t id, std::span<const std::byte> checkpoint) {
  ids.push_back(id);
  bytes.insert(bytes.end(), checkpoint.begin(), checkpoint.end());
  ends.push_back(bytes.size());
}

void Checkpoints::append_all(const Checkpoints& more) {
  const std::uint64_t before = bytes.size();
  ids.insert(ids.end(), more.ids.begin(), more.ids.end());
  bytes.insert(bytes.end(), more.bytes.begin(), more.bytes.end());
  for (const std::uint64_t end : more.ends) ends.push_back(before + end);
}

auto Checkpoints::memory_bytes() const noexcept -> std::size_t {
  return (ids.capacity() + ends.capacity()) * sizeof(std::uint64_t) + bytes.capacity();
}

}  // namespace adcore

#include "adcore/entity/block_store.hpp"

#include <algorithm>
#include <cstring>

namespace adcore {

namespace {

/// Lists of blocks grow by an eighth: twofold would be a waste of megabytes.
auto grown(std::size_t capacity, std::size_t needed) noexcept -> std::size_t {
  return needed <= capacity ? capacity : std::max(needed, capacity + capacity / 8);
}

}  // namespace

BlockStore::BlockStore(std::size_t block_bytes, std::size_t blocks_per_chunk)
    : block_bytes_(block_bytes), blocks_per_chunk_(blocks_per_chunk) {}

auto BlockStore::take(std::uint32_t owner) noexcept -> std::uint32_t {
  const std::uint32_t block = free_.back();
  free_.pop_back();
  owners_[block] = owner;
  return block;
}

void BlockStore::release(std::uint32_t block) noexcept {
  owners_[block] = kNoOwner;
  free_.push_back(block);  // there is room: add_chunk() made it
}

void BlockStore::add_chunk() {
  const std::size_t first = blocks();
  const std::size_t all = first + blocks_per_chunk_;
  owners_.reserve(grown(owners_.capacity(), all));
  free_.reserve(owners_.capacity());
  if (chunks_.size() == chunks_.capacity()) chunks_.reserve(chunks_.size() + chunks_.size() / 8 + 8);
  auto* memory =
      static_cast<std::byte*>(::operator new(blocks_per_chunk_ * block_bytes_, std::align_val_t{kAlignment}));
  chunks_.emplace_back(memory);
  owners_.resize(all, kNoOwner);
  for (std::size_t block = all; block-- > first;) free_.push_back(static_cast<std::uint32_t>(block));
}

auto BlockStore::growth_bytes() const noexcept -> std::size_t {
  const std::size_t capacity = grown(owners_.capacity(), blocks() + blocks_per_chunk_);
  const std::size_t lists = capacity > owners_.capacity() ? 2 * capacity * sizeof(std::uint32_t) : 0;
  const bool more_chunks = chunks_.size() == chunks_.capacity();
  const std::size_t list_of_chunks = more_chunks ? (chunks_.size() + chunks_.size() / 8 + 8) * sizeof(Chunk) : 0;
  return blocks_per_chunk_ * block_bytes_ + lists + list_of_chunks;
}

void BlockStore::forget_free_blocks(std::size_t first) noexcept {
  std::erase_if(free_, [&](std::uint32_t block) { return block >= first; });
}

void BlockStore::move_block(std::uint32_t from, std::uint32_t to) noexcept {
  std::memcpy(address(to), address(from), block_bytes_);
}

void BlockStore::drop_last_chunk() noexcept {
  owners_.resize(owners_.size() - blocks_per_chunk_);
  chunks_.pop_back();
}

auto BlockStore::memory_bytes() const noexcept -> std::size_t {
  return chunks_.size() * blocks_per_chunk_ * block_bytes_ + chunks_.capacity() * sizeof(Chunk) +
         (owners_.capacity() + free_.capacity()) * sizeof(std::uint32_t);
}

}  // namespace adcore

// Memory for models, all of one size: a few large chunks instead of millions of small allocations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "adcore/entity/record.hpp"

namespace adcore {

/// Blocks are numbered from 0 and belong to entity records. The last chunk can be given back, when the blocks of others
/// have room for its models.
class BlockStore {
 public:
  /// `block_bytes` is a multiple of kAlignment.
  BlockStore(std::size_t block_bytes, std::size_t blocks_per_chunk);

  static constexpr std::size_t kAlignment = 64;
  static constexpr std::uint32_t kNoOwner = 0xffffffffU;

  [[nodiscard]] auto address(std::uint32_t block) const noexcept -> std::byte* {
    return chunks_[block / blocks_per_chunk_].get() + block % blocks_per_chunk_ * block_bytes_;
  }
  /// A free block, now of this owner; there must be one.
  [[nodiscard]] auto take(std::uint32_t owner) noexcept -> std::uint32_t;
  void release(std::uint32_t block) noexcept;
  [[nodiscard]] auto owner(std::uint32_t block) const noexcept -> std::uint32_t { return owners_[block]; }

  void add_chunk();
  /// Bytes that add_chunk() will allocate; what they replace is freed only afterwards.
  [[nodiscard]] auto growth_bytes() const noexcept -> std::size_t;
  /// Frees the last chunk; as many blocks as it has must be free. Calls moved(owner, block) for models that move.
  template <class Moved>
  void remove_chunk(Moved&& moved);

  [[nodiscard]] auto blocks() const noexcept -> std::size_t { return owners_.size(); }
  [[nodiscard]] auto free_blocks() const noexcept -> std::size_t { return free_.size(); }
  [[nodiscard]] auto block_bytes() const noexcept -> std::size_t { return block_bytes_; }
  [[nodiscard]] auto blocks_per_chunk() const noexcept -> std::size_t { return blocks_per_chunk_; }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;

 private:
  struct Free {
    void operator()(std::byte* chunk) const noexcept { ::operator delete(chunk, std::align_val_t{kAlignment}); }
  };
  using Chunk = std::unique_ptr<std::byte, Free>;

  void forget_free_blocks(std::size_t first) noexcept;
  void move_block(std::uint32_t from, std::uint32_t to) noexcept;
  void drop_last_chunk() noexcept;

  std::size_t block_bytes_;
  std::size_t blocks_per_chunk_;
  std::vector<Chunk> chunks_;
  std::vector<std::uint32_t> owners_;  // of each block; kNoOwner: free
  std::vector<std::uint32_t> free_;    // blocks, the last one is next
};

template <class Moved>
void BlockStore::remove_chunk(Moved&& moved) {
  const std::size_t first = blocks() - blocks_per_chunk_;
  forget_free_blocks(first);
  for (std::size_t block = first; block < owners_.size(); ++block) {
    const std::uint32_t mover = owners_[block];
    if (mover == kNoOwner) continue;
    const std::uint32_t to = take(mover);
    move_block(static_cast<std::uint32_t>(block), to);
    moved(mover, to);
  }
  drop_last_chunk();
}

}  // namespace adcore

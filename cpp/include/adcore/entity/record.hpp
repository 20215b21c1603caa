// What is known about an entity besides its model.
#pragma once

#include <cstddef>
#include <cstdint>

namespace adcore {

enum class EntityState : std::uint8_t {
  unused,    ///< no entity: the record is free
  inactive,  ///< no model in memory
  awaited,   ///< memory is set aside; a checkpoint may be given, else the model starts anew
  starting,  ///< the model gives no scores yet
  ready,     ///< the model gives scores
};
inline constexpr std::size_t kEntityStates = 5;

inline constexpr std::uint32_t kNoBlock = 0xffffffffU;

struct EntityRecord {
  std::uint64_t id = 0;
  double priority = 0;
  std::int64_t seen = 0;           // time of the newest row
  std::uint32_t block = kNoBlock;  // where the model is; of an unused record: the next one
  std::uint32_t round = 0;         // the round the entity was last part of
  EntityState state = EntityState::unused;
  bool changed = false;  // since the last checkpoint
};

}  // namespace adcore

// Memory asked for before it is needed.
#pragma once

#include <cstddef>

#include "adcore/base/attributes.hpp"

namespace adcore {

/// Asks for every cache line of some bytes. Inlined always: GCC drops calls of functions that do nothing else.
ADCORE_INLINE void prefetch_bytes(const void* first, std::size_t bytes) noexcept {
  constexpr std::size_t kLine = 64;
  for (std::size_t at = 0; at < bytes; at += kLine) __builtin_prefetch(static_cast<const char*>(first) + at);
}

}  // namespace adcore

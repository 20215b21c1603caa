// Growing vectors that may become very large.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace adcore {

/// Makes room for `more` elements, a quarter more than there are at the least: doubling would waste half of the memory
/// of the largest tables, and four times the copies are cheap beside filling them.
template <class T>
void make_room(std::vector<T>& values, std::size_t more) {
  const std::size_t needed = values.size() + more;
  if (needed > values.capacity()) values.reserve(std::max(needed, values.size() + values.size() / 4 + 16));
}

}  // namespace adcore

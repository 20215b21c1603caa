#include "adcore/job/leaf.hpp"

namespace adcore {

void LeafBatch::append(const LeafBatch& other) {
  const auto before = static_cast<std::uint32_t>(influences.size());
  for (Leaf leaf : other.leaves) {
    leaf.first_influence += before;
    leaves.push_back(leaf);
  }
  influences.insert(influences.end(), other.influences.begin(), other.influences.end());
  plot.insert(plot.end(), other.plot.begin(), other.plot.end());
}

}  // namespace adcore

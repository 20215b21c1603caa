// A row of a forest that is likely not in the cache: all memory that the row will touch is asked for at once.
#include <numeric>

#include "adcore/base/prefetch.hpp"
#include "adcore/forest/random_cut_forest.hpp"

namespace adcore {

void RandomCutForest::prefetch_places() const noexcept {
  prefetch_bytes(members_.data(), members_.size() * sizeof(Member));
  prefetch_bytes(store_.values().data() + store_.values().size(), 1);
}

// Where the trees will look at most of the points anyway.
auto RandomCutForest::asks_for_store() const noexcept -> bool {
  constexpr std::size_t kBytesPerTree = 256;
  return store_.values().size_bytes() <= members_.size() * kBytesPerTree;
}

void RandomCutForest::prefetch() const noexcept {
  if (asks_for_store()) prefetch_bytes(store_.values().data(), store_.values().size_bytes());
  for (const Member& member : members_) {
    const TreeArrays& tree = member.tree.arrays();
    if (tree.root < kLeafFlag && tree.root != kNoNode) __builtin_prefetch(tree.nodes + tree.root);
    prefetch_bytes(member.sampler.items().data(), 1);
  }
}

auto RandomCutForest::decide_on_row() -> std::vector<Sampler::Decision> {
  std::vector<Sampler::Decision> decisions(members_.size());
  if (block_.times[0] == 0) return decisions;
  const double weight = block_.clocks[0].weight();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    if (block_.times[0] < member.sampler.next_acceptance()) continue;
    decisions[i] = member.sampler.decide(weight, member.tree.random());
    if (decisions[i].accepted) member.tree.prefetch_boxed();
    const auto items = member.sampler.items();
    if (decisions[i].evicted) prefetch_bytes(items.data(), items.size_bytes());
  }
  return decisions;
}

// First those of the row through all trees, then those of the points that it drives out.
auto RandomCutForest::ways_of(std::span<const Sampler::Decision> decisions) const -> std::vector<Way> {
  const PointView points = store_.view();
  std::vector<Way> ways;
  ways.reserve(2 * members_.size());
  for (const Member& member : members_) ways.emplace_back(member.tree.arrays(), block_.queries.data(), false);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (!decisions[i].evicted) continue;
    const float* point = points.point(decisions[i].evicted_point);
    ways.emplace_back(members_[i].tree.arrays(), point, true);
  }
  return ways;
}

void RandomCutForest::score_and_learn_together() {
  const std::vector<Sampler::Decision> decisions = decide_on_row();
  std::vector<Way> ways = ways_of(decisions);
  const std::vector<SampledTree> trees = sampled_trees();
  kernels_->walk(ways.data(), ways.size(), store_.view(), !asks_for_store());
  kernels_->score_ways(trees.data(), ways.data(), trees.size(), store_.view(), by_tree_.data());
  const Way* leaving = ways.data() + trees.size();
  for (std::size_t i = 0; i < trees.size(); ++i) {
    if (decisions[i].accepted) learn(members_[i], block_, 0, decisions[i], leaving, &ways[i]);
    if (decisions[i].evicted) ++leaving;
  }
}

void RandomCutForest::process_in_turn(std::span<const float> row, double& score) {
  if (!is_ready()) return process(row, {&score, 1}, 1);
  make_room(1);
  load(row, true, block_);
  by_tree_.resize(members_.size());
  score_and_learn_together();
  score = std::accumulate(by_tree_.begin(), by_tree_.end(), 0.0,
                          [](double total, float part) { return total + static_cast<double>(part); });
  score /= static_cast<double>(members_.size());
  if (clock_.needs_rebase()) rebase_keys();
}

}  // namespace adcore

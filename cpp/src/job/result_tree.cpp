#include "adcore/job/result_tree.hpp"

#include <algorithm>
#include <tuple>

#include "adcore/score/aggregation.hpp"

namespace adcore {

namespace {

// Calls visit(first, last) for every run of equal keys.
template <class Key, class Visit>
void for_each_run(std::size_t count, const Key& key, const Visit& visit) {
  for (std::size_t first = 0; first < count;) {
    std::size_t last = first + 1;
    while (last < count && key(last) == key(first)) ++last;
    visit(first, last);
    first = last;
  }
}

// One leaf per value and record: the most influenced of a member's.
void keep_largest_influences(std::vector<LeafInfluence>& influences) {
  std::sort(influences.begin(), influences.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.influencer, a.value, -a.influence) < std::tuple(b.influencer, b.value, -b.influence);
  });
  const auto is_same = [](const auto& a, const auto& b) { return a.influencer == b.influencer && a.value == b.value; };
  influences.erase(std::unique(influences.begin(), influences.end(), is_same), influences.end());
  std::sort(influences.begin(), influences.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.influencer, -a.influence, a.value) < std::tuple(b.influencer, -b.influence, b.value);
  });
}

}  // namespace

ResultTree::ResultTree(const ClosingBucket& bucket, const LeafBatch& batch) : closing_(bucket), batch_(batch) {
  add_records();
  add_bucket();
  add_influencers();
  add_fields();
}

void ResultTree::add_records() {
  const auto& leaves = batch_.leaves;
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < leaves.size(); ++i) {
    if (!leaves[i].skip_result) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tuple(leaves[a].detector, leaves[a].partition, leaves[a].over, leaves[a].log_probability) <
           std::tuple(leaves[b].detector, leaves[b].partition, leaves[b].over, leaves[b].log_probability);
  });
  // An individual leaf is a record of its own.
  const auto key = [&](std::size_t i) {
    const Leaf& leaf = leaves[order[i]];
    return std::tuple(leaf.detector, leaf.partition, leaf.over, leaf.over == kNone ? i : 0);
  };
  for_each_run(order.size(), key, [&](std::size_t first, std::size_t last) {
    records_.push_back(record_of(std::span(order).subspan(first, last - first)));
  });
}

auto ResultTree::record_of(std::span<const std::uint32_t> members) const -> RecordNode {
  const Leaf& first = batch_.leaves[members.front()];
  RecordNode record{first.detector,        first.partition,       first.over, first.by,
                    first.log_probability, first.log_probability, {},         {}};
  record.leaves.assign(members.begin(), members.end());
  std::vector<double> log_probabilities;
  for (const std::uint32_t member : members) {
    const Leaf& leaf = batch_.leaves[member];
    log_probabilities.push_back(leaf.log_probability);
    const auto influences = std::span(batch_.influences).subspan(leaf.first_influence, leaf.influences);
    record.influences.insert(record.influences.end(), influences.begin(), influences.end());
  }
  if (members.size() > 1) {
    record.log_probability = aggregate(log_probabilities, kOfSeries).log_probability;
    keep_largest_influences(record.influences);
  }
  return record;
}

void ResultTree::add_bucket() {
  std::vector<double> groups;
  const auto key = [&](std::size_t i) { return std::pair(records_[i].detector, records_[i].partition); };
  for_each_run(records_.size(), key, [&](std::size_t first, std::size_t last) {
    std::vector<double> members;
    for (std::size_t i = first; i < last; ++i) members.push_back(records_[i].log_probability);
    const bool is_population = closing_.plan.detectors[records_[first].detector].is_population();
    groups.push_back(aggregate(members, is_population ? kOfMembers : kOfSeries).log_probability);
  });
  if (groups.empty()) return;
  const auto all = aggregate(groups, kOfDetectors);
  bucket_ = {all.log_probability, all.raw_score};
}

void ResultTree::add_influencers() {
  struct Part {
    LeafInfluence influence;
    std::uint32_t detector;
    double log_probability;
  };
  std::vector<Part> parts;
  for (const auto& leaf : batch_.leaves) {
    if (leaf.skip_result) continue;
    for (const auto& influence : std::span(batch_.influences).subspan(leaf.first_influence, leaf.influences)) {
      parts.push_back({influence, leaf.detector, influence.influence * leaf.log_probability});
    }
  }
  const auto value = [](const Part& part) { return std::tuple(part.influence.influencer, part.influence.value); };
  std::stable_sort(parts.begin(), parts.end(), [&](const Part& a, const Part& b) {
    return std::tuple_cat(value(a), std::tuple(a.detector)) < std::tuple_cat(value(b), std::tuple(b.detector));
  });
  const auto add = [&](std::size_t first, std::size_t last) {
    std::vector<double> detectors;
    const auto detector = [&](std::size_t i) { return parts[first + i].detector; };
    for_each_run(last - first, detector, [&](std::size_t from, std::size_t to) {
      std::vector<double> leaves;
      for (std::size_t i = first + from; i < first + to; ++i) leaves.push_back(parts[i].log_probability);
      detectors.push_back(aggregate(leaves, kOfSeries).log_probability);
    });
    const auto all = aggregate(detectors, kOfDetectors);
    influencers_.push_back(
        {parts[first].influence.influencer, parts[first].influence.value, all.log_probability, all.raw_score});
  };
  for_each_run(parts.size(), [&](std::size_t i) { return value(parts[i]); }, add);
}

void ResultTree::add_fields() {
  fields_.resize(closing_.plan.influencers.size());
  const auto field = [&](std::size_t i) { return influencers_[i].influencer; };
  for_each_run(influencers_.size(), field, [&](std::size_t first, std::size_t last) {
    std::vector<double> values;
    for (std::size_t i = first; i < last; ++i) values.push_back(influencers_[i].log_probability);
    const auto all = aggregate(values, kOfMembers);
    fields_[field(first)] = {all.log_probability, all.raw_score};
  });
}

}  // namespace adcore

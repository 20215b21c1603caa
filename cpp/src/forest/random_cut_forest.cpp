#include "adcore/forest/random_cut_forest.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/base/error.hpp"
#include "adcore/base/parallel.hpp"
#include "adcore/forest/queries.hpp"

namespace adcore {

namespace {

// Rows scored and learned together: enough that threads and the flights of queries are worth it.
constexpr std::size_t kBlockRows = 256;
constexpr std::size_t kThreadedBlockRows = 4096;

auto stride_of(const ForestConfig& config) -> std::size_t {
  return config.internal_rotation ? config.dimensions() : config.row_size();
}

// Whether a way is the same after the point of another one, which it does not share, has left the tree.
auto stays(const Way& way, const Way& left) -> bool {
  return left.is_known() && left.end.depth > 0 && !way.passes(left.passed[left.end.depth - 1], left.end.depth - 1);
}

// Whether the leaves beside a way that stays are the same, too: the point was below a box, and that is still there.
auto beside_stays(const Way& way, const Way& left) -> bool {
  if (way.boxed < way.end.depth && left.passes(way.passed[way.boxed], way.boxed)) return false;
  return way.boxed == 0 || way.tree->nodes[way.passed[way.boxed - 1]].box != kNoBox;
}

}  // namespace

RandomCutForest::RandomCutForest(const ForestConfig& config)
    : config_((config.validate(), config)),
      clock_(config.resolved_time_decay()),
      shingler_(config),
      store_(stride_of(config), config.dimensions() / stride_of(config)),
      kernels_(&tree_kernels(config.dimensions())) {
  members_.reserve(config.number_of_trees);
  for (std::size_t i = 0; i < config.number_of_trees; ++i) {
    members_.push_back({RandomCutTree(config.dimensions(), config.sample_size, config.bounding_box_cache_fraction,
                                      derive_seed(config.seed, i)),
                        Sampler(config.sample_size, config.initial_accept_fraction)});
  }
}

auto RandomCutForest::is_ready() const noexcept -> bool { return points_ >= config_.resolved_output_after(); }

auto RandomCutForest::padded_dimensions() const noexcept -> std::size_t {
  return lane_groups(config_.dimensions()) * kLanes;
}

auto RandomCutForest::memory_bytes() const noexcept -> std::size_t {
  std::size_t total =
      sizeof *this + store_.memory_bytes() + shingler_.memory_bytes() + members_.capacity() * sizeof(Member);
  for (const Member& member : members_) total += member.tree.memory_bytes() + member.sampler.memory_bytes();
  return total;
}

void RandomCutForest::shingled_point(std::span<const float> row, std::span<float> point) const {
  config_.check_rows(row);
  shingler_.preview(row, point);
}

// -- asking

auto RandomCutForest::sampled(const Member& member) const noexcept -> SampledTree {
  return {&member.tree.arrays(), member.sampler.items()};
}

auto RandomCutForest::sampled_trees() const -> std::vector<SampledTree> {
  std::vector<SampledTree> trees(members_.size());
  std::transform(members_.begin(), members_.end(), trees.begin(),
                 [&](const Member& member) { return sampled(member); });
  return trees;
}

// In whole lane groups; adding 0 turns -0 into 0, as it was when points were learned.
auto RandomCutForest::padded(std::span<const float> point) const -> std::vector<float> {
  std::vector<float> query(padded_dimensions());
  std::transform(point.begin(), point.end(), query.begin(), [](float value) { return value + 0.0F; });
  return query;
}

void RandomCutForest::score_trees(const float* query, float* scores) const {
  const std::vector<SampledTree> trees = sampled_trees();
  kernels_->score_trees(trees.data(), trees.size(), store_.view(), query, scores);
}

auto RandomCutForest::score(std::span<const float> point) const -> double {
  check_point(config_, point);
  if (!is_ready()) return 0;
  const std::vector<float> query = padded(point);
  std::vector<float> scores(members_.size());
  score_trees(query.data(), scores.data());
  double total = 0;
  for (const float score : scores) total += static_cast<double>(score);
  return total / static_cast<double>(members_.size());
}

template <class Ask>
auto RandomCutForest::ask(std::span<const float> point, const Ask& question) const {
  check_point(config_, point);
  const std::vector<SampledTree> trees = sampled_trees();
  std::vector<Subtree> roots;
  if (is_ready()) {
    for (const SampledTree& tree : trees) roots.emplace_back(tree, store_.view(), tree.tree->root);
  }
  return question(std::span<const Subtree>(roots));
}

auto RandomCutForest::displacement(std::span<const float> point) const -> double {
  return ask(point, [&](auto roots) { return mean_displacement(roots, point); });
}

auto RandomCutForest::attribution(std::span<const float> point) const -> Attribution {
  check_point(config_, point);
  Attribution total{std::vector<double>(point.size()), std::vector<double>(point.size())};
  if (!is_ready()) return total;
  const std::vector<float> query = padded(point);
  const std::vector<SampledTree> trees = sampled_trees();
  kernels_->attribute_trees(trees.data(), trees.size(), store_.view(), query.data(), total.high.data(),
                            total.low.data());
  total.scale(1.0 / static_cast<double>(members_.size()));
  return total;
}

auto RandomCutForest::density(std::span<const float> point) const -> Density {
  return ask(point, [&](auto roots) { return mean_density(roots, point); });
}

auto RandomCutForest::near_neighbors(std::span<const float> point, double radius) const -> std::vector<Neighbor> {
  if (!(radius >= 0)) throw_invalid_argument("radius", radius, "it must be at least 0");
  return ask(point, [&](auto roots) { return neighbors_within(roots, point, radius); });
}

auto RandomCutForest::impute(std::span<const float> point, std::span<const std::uint32_t> missing,
                             double centrality) const -> Imputation {
  check_point(config_, point);
  check_missing(config_, missing, centrality);
  std::vector<const float*> leaves;
  if (!is_ready()) return median_of_leaves(leaves, point, missing);
  const std::vector<float> query = padded(point);
  std::vector<std::int32_t> known(padded_dimensions(), -1);
  for (const std::uint32_t d : missing) known[d] = 0;
  const PointView points = store_.view();
  const std::uint64_t seed = derive_seed(config_.seed, points_);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Random random(derive_seed(seed, i));
    const Incomplete incomplete{query.data(), known.data(), centrality};
    leaves.push_back(points.point(kernels_->complete(members_[i].tree.arrays(), points, incomplete, random)));
  }
  return median_of_leaves(leaves, point, missing);
}

auto RandomCutForest::extrapolate(std::size_t horizon, double centrality) const -> Extrapolation {
  return extrapolate_from(*this, horizon, centrality);
}

// -- learning

auto RandomCutForest::rows_until_rebase(std::size_t most) const noexcept -> std::size_t {
  DecayClock clock = clock_;
  std::size_t rows = 1;
  for (clock.tick(); rows < most && !clock.needs_rebase(); ++rows) clock.tick();
  return rows;
}

void RandomCutForest::rebase_keys() {
  const double factor = clock_.rebase();
  for (Member& member : members_) member.sampler.rebase(factor);
}

auto RandomCutForest::live_points() const -> std::vector<PointIndex> {
  std::vector<PointIndex> live;
  for (const Member& member : members_) {
    for (const Sampler::Item& item : member.sampler.items()) live.push_back(item.point);
  }
  return live;
}

void RandomCutForest::make_room(std::size_t rows) {
  if (store_.has_room(rows)) return;
  const std::vector<PointIndex> moved = store_.compact(live_points(), rows);
  for (Member& member : members_) {
    for (Sampler::Item& item : member.sampler.items()) item.point = moved[item.point];
    member.tree.renumber(moved);
  }
}

void RandomCutForest::load(std::span<const float> rows, bool sample, Block& block) {
  const std::size_t width = config_.row_size();
  const std::size_t padded = padded_dimensions();
  block.rows = rows.size() / width;
  block.queries.assign(block.rows * padded, 0.0F);
  block.points.resize(block.rows);
  block.clocks.assign(block.rows, clock_);
  block.times.assign(block.rows, 0);
  block.ready_from = block.rows;
  std::vector<float> row(width);
  for (std::size_t i = 0; i < block.rows; ++i) {
    // Adding 0 turns -0 into 0: equal points must have equal bits.
    std::transform(rows.begin() + static_cast<std::ptrdiff_t>(i * width),
                   rows.begin() + static_cast<std::ptrdiff_t>((i + 1) * width), row.begin(),
                   [](float value) { return value + 0.0F; });
    shingler_.push(row);
    std::copy(shingler_.point().begin(), shingler_.point().end(),
              block.queries.begin() + static_cast<std::ptrdiff_t>(i * padded));
    block.points[i] = store_.append(config_.internal_rotation ? shingler_.point() : std::span<const float>(row));
    if (block.ready_from == block.rows && is_ready()) block.ready_from = i;
    if (!sample || !shingler_.is_full()) continue;
    clock_.tick();
    block.clocks[i] = clock_;
    block.times[i] = ++points_;
  }
}

void RandomCutForest::offer(Member& member, const Block& block, std::size_t row) {
  const Sampler::Decision decision = member.sampler.decide(block.clocks[row].weight(), member.tree.random());
  if (decision.accepted) learn(member, block, row, decision, nullptr, nullptr);
}

void RandomCutForest::learn(Member& member, const Block& block, std::size_t row, const Sampler::Decision& decision,
                            const Way* leaving, Way* way) {
  const PointView points = store_.view();
  member.sampler.commit(decision);
  if (decision.evicted) {
    const bool last =
        !member.tree.arrays().may_have_copies() || copies_of(member.sampler.items(), decision.evicted_point) == 0;
    member.tree.remove(points, decision.evicted_point, last, leaving);
    if (last && way != nullptr) {
      if (!stays(*way, *leaving)) way = nullptr;
      else way->gathered = way->gathered && beside_stays(*way, *leaving);
    }
  }
  const PointIndex stored = member.tree.insert(member.sampler.items(), points, block.points[row], way);
  member.sampler.add(stored, block.times[row], block.clocks[row], member.tree.random());
}

// Between two acceptances the tree stands still, so the rows in between are scored together; the accepted row is
// scored before it is learned.
void RandomCutForest::score_and_learn(Member& member, const Block& block, std::size_t first_scored,
                                      std::span<float> scores) {
  const std::size_t padded = padded_dimensions();
  std::size_t from = first_scored;
  const auto score_through = [&](std::size_t end) {
    if (from >= end) return;
    kernels_->score_queries(sampled(member), store_.view(), block.queries.data() + from * padded, padded, end - from,
                            scores.data() + from);
    from = end;
  };
  for (std::size_t row = 0; row < block.rows; ++row) {
    if (block.times[row] == 0 || block.times[row] < member.sampler.next_acceptance()) continue;
    score_through(row + 1);
    offer(member, block, row);
  }
  score_through(block.rows);
}

// The same for a block of one row that needs no score, or has it.
void RandomCutForest::learn_row() {
  const std::uint64_t time = block_.times[0];
  if (time == 0) return;
  for (Member& member : members_) {
    if (time >= member.sampler.next_acceptance()) offer(member, block_, 0);
  }
}

void RandomCutForest::update(std::span<const float> row, bool sample) {
  config_.check_rows(row);
  if (row.size() != config_.row_size()) throw_invalid_argument("row size", static_cast<double>(row.size()), "one row");
  make_room(1);
  load(row, sample, block_);
  learn_row();
  if (clock_.needs_rebase()) rebase_keys();
}

void RandomCutForest::process(std::span<const float> rows, std::span<double> scores, std::size_t threads) {
  config_.check_rows(rows);
  const std::size_t width = config_.row_size();
  std::size_t left = rows.size() / width;
  if (scores.size() != left) throw_invalid_argument("scores size", static_cast<double>(scores.size()), "one per row");
  while (left > 0) {
    const std::size_t most = std::min(left, threads > 1 ? kThreadedBlockRows : kBlockRows);
    const std::size_t count = rows_until_rebase(most);
    process_block(rows.first(count * width), scores.first(count), threads);
    rows = rows.subspan(count * width);
    scores = scores.subspan(count);
    left -= count;
  }
  if (block_.rows > 1) {  // models are many and mostly fed row by row: large scratch does not stay
    block_ = {};
    by_tree_ = {};
  }
}

void RandomCutForest::process_block(std::span<const float> rows, std::span<double> scores, std::size_t threads) {
  make_room(scores.size());
  load(rows, true, block_);
  const std::size_t count = block_.rows;
  by_tree_.resize(members_.size() * count);
  if (count == 1 && block_.ready_from == 0) {  // one row: the flight is over trees instead
    score_trees(block_.queries.data(), by_tree_.data());
    learn_row();
  } else
    parallel_ranges(members_.size(), threads, [&](std::size_t first, std::size_t last) {
      for (std::size_t i = first; i < last; ++i) {
        score_and_learn(members_[i], block_, block_.ready_from, std::span(by_tree_).subspan(i * count, count));
      }
    });
  std::fill(scores.begin(), scores.end(), 0.0);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    for (std::size_t row = block_.ready_from; row < count; ++row)
      scores[row] += static_cast<double>(by_tree_[i * count + row]);
  }
  for (double& score : scores) score /= static_cast<double>(members_.size());
  if (clock_.needs_rebase()) rebase_keys();
}

void RandomCutForest::set_time_decay(double time_decay) {
  ForestConfig changed = config_;
  changed.time_decay = time_decay;
  changed.validate();
  config_ = changed;
  clock_.set_rate(time_decay);
  for (Member& member : members_) member.sampler.redraw(points_, clock_, member.tree.random());
}

void RandomCutForest::set_bounding_box_cache_fraction(double fraction) {
  ForestConfig changed = config_;
  changed.bounding_box_cache_fraction = fraction;
  changed.validate();
  config_ = changed;
  for (Member& member : members_) {
    member.tree.set_bounding_box_cache_fraction(store_.view(), member.sampler.items(), fraction);
  }
}

auto RandomCutForest::clone() const -> std::unique_ptr<Forest> { return std::make_unique<RandomCutForest>(*this); }

auto make_random_cut_forest(const ForestConfig& config) -> std::unique_ptr<Forest> {
  return std::make_unique<RandomCutForest>(config);
}

}  // namespace adcore

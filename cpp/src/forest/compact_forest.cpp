#include "adcore/forest/compact_forest.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "adcore/base/error.hpp"
#include "adcore/forest/queries.hpp"
#include "compact_forest_kernel.hpp"
#include "compact_forest_reader.hpp"

namespace adcore {

namespace {

void check_row(const ForestConfig& config, std::span<const float> row) {
  config.check_rows(row);
  if (row.size() != config.row_size()) {
    throw_invalid_argument("row size", static_cast<double>(row.size()),
                           "it must be row_size = " + std::to_string(config.row_size()));
  }
}

// Adding 0 turns -0 into 0: equal points must have equal bits.
auto without_negative_zeros(std::span<const float> rows) -> std::vector<float> {
  std::vector<float> clean(rows.size());
  std::transform(rows.begin(), rows.end(), clean.begin(), [](float value) { return value + 0.0F; });
  return clean;
}

// The distinct points of a sample, for visitors.
class PointTable {
 public:
  explicit PointTable(const CompactSample& sample) : dimensions_(sample.dimensions()) {
    values_.resize(sample.size() * dimensions_);
    for (std::size_t i = 0; i < sample.size(); ++i) {
      for (std::size_t d = 0; d < dimensions_; ++d) values_[i * dimensions_ + d] = sample.value(i, d);
    }
  }

  [[nodiscard]] auto weighted() const -> std::vector<WeightedPoint> {
    std::vector<WeightedPoint> points;
    for (std::size_t i = 0; i < values_.size(); i += dimensions_) points.push_back({values_.data() + i, 1});
    const auto less = [&](const WeightedPoint& a, const WeightedPoint& b) {
      return std::lexicographical_compare(a.values, a.values + dimensions_, b.values, b.values + dimensions_);
    };
    std::sort(points.begin(), points.end(), less);
    std::vector<WeightedPoint> distinct;
    for (const WeightedPoint& point : points) {
      if (distinct.empty() || less(distinct.back(), point)) distinct.push_back(point);
      else ++distinct.back().mass;
    }
    return distinct;
  }

 private:
  std::size_t dimensions_;
  std::vector<float> values_;  // [points][dimensions]
};

}  // namespace

CompactForest::CompactForest(const ForestConfig& config)
    : sample_((config.validate(), config.dimensions()), config.row_size(), config.sample_size),
      shingler_(config),
      sampler_(config.sample_size, config.initial_accept_fraction),
      clock_(config.resolved_time_decay()),
      random_(config.seed),
      kernel_(&compact_kernel()),
      config_(config) {}

auto CompactForest::is_ready() const noexcept -> bool { return points_ >= config_.resolved_output_after(); }

auto CompactForest::memory_bytes() const noexcept -> std::size_t {
  return sizeof *this + sample_.memory_bytes() + shingler_.memory_bytes() + sampler_.memory_bytes();
}

void CompactForest::prefetch() const noexcept {
  sample_.prefetch();
  __builtin_prefetch(shingler_.point().data());
}

void CompactForest::shingled_point(std::span<const float> row, std::span<float> point) const {
  check_row(config_, row);
  if (point.size() != config_.dimensions()) {
    throw_invalid_argument("point size", static_cast<double>(point.size()),
                           "it must be dimensions = " + std::to_string(config_.dimensions()));
  }
  shingler_.preview(row, point);
}

// -- asking

auto CompactForest::as_stored(std::span<const float> point) const -> std::vector<float> {
  std::vector<float> stored = without_negative_zeros(point);
  sample_.round(stored);
  return stored;
}

auto CompactForest::score(std::span<const float> point) const -> double {
  check_point(config_, point);
  if (!is_ready()) return 0;
  CompactReader reader(config_, *kernel_);
  reader.read(sample_);
  return reader.score(as_stored(point));
}

template <class Ask>
auto CompactForest::ask(std::span<const float> point, const Ask& question) const {
  check_point(config_, point);
  const PointTable table(sample_);
  std::vector<Subtree> roots;
  if (is_ready()) {
    const std::vector<WeightedPoint> points = table.weighted();
    for (std::size_t tree = 0; tree < config_.number_of_trees; ++tree) {
      roots.emplace_back(points, config_.dimensions(), derive_seed(config_.seed, tree));
    }
  }
  return question(std::span<const Subtree>(roots), as_stored(point));
}

auto CompactForest::displacement(std::span<const float> point) const -> double {
  return ask(point, [](auto roots, const auto& stored) { return mean_displacement(roots, stored); });
}

auto CompactForest::attribution(std::span<const float> point) const -> Attribution {
  Attribution result = ask(point, [](auto roots, const auto& stored) { return mean_attribution(roots, stored); });
  const double total = result.total();
  if (!(total > 0)) return result;
  const double factor = score(point) / total;
  for (double& part : result.high) part *= factor;
  for (double& part : result.low) part *= factor;
  return result;
}

auto CompactForest::density(std::span<const float> point) const -> Density {
  return ask(point, [](auto roots, const auto& stored) { return mean_density(roots, stored); });
}

auto CompactForest::near_neighbors(std::span<const float> point, double radius) const -> std::vector<Neighbor> {
  if (!(radius >= 0)) throw_invalid_argument("radius", radius, "it must be at least 0");
  return ask(point, [&](auto roots, const auto& stored) { return neighbors_within(roots, stored, radius); });
}

auto CompactForest::impute(std::span<const float> point, std::span<const std::uint32_t> missing,
                           double centrality) const -> Imputation {
  check_missing(config_, missing, centrality);
  return ask(point, [&](auto roots, const auto& stored) {
    return median_imputation(roots, stored, missing, centrality, derive_seed(config_.seed, points_));
  });
}

auto CompactForest::extrapolate(std::size_t horizon, double centrality) const -> Extrapolation {
  return extrapolate_from(*this, horizon, centrality);
}

// -- learning

// Offers the current point to the sampler. Returns whether the sample changed.
auto CompactForest::offer() -> bool {
  if (!shingler_.is_full()) return false;
  clock_.tick();
  ++points_;
  bool accepted = false;
  if (points_ >= sampler_.next_acceptance()) {
    load_keys();
    const Sampler::Decision decision = sampler_.offer(points_, clock_, random_);
    accepted = decision.accepted;
    if (accepted) {
      const auto slot = decision.evicted ? decision.evicted_point : static_cast<PointIndex>(sample_.size());
      sample_.put(slot, shingler_.point());
      sampler_.add(slot, points_, clock_, random_);
    }
  }
  if (clock_.needs_rebase()) {
    load_keys();
    sampler_.rebase(clock_.rebase());
    sample_changed_ = true;
  }
  sample_changed_ |= accepted;
  return accepted;
}

void CompactForest::load_keys() {
  if (keys_ == nullptr) return;
  sampler_.load_keys({keys_, sample_.size()});
  keys_ = nullptr;
}

void CompactForest::load_sample(const PackedSample& packed) {
  sample_.load_codes(packed.codes, packed.stride, packed.size);
  keys_ = packed.keys;
  sample_changed_ = false;
}

void CompactForest::store_sample(const PackedSample& packed) const noexcept {
  sample_.store_codes(packed.codes, packed.stride);
  if (keys_ != nullptr) {
    if (keys_ != packed.keys) std::copy_n(keys_, sample_.size(), packed.keys);
    return;
  }
  for (const Sampler::Item& item : sampler_.items()) packed.keys[item.point] = item.key;
}

void CompactForest::set_seed(std::uint64_t seed) noexcept {
  config_.seed = seed;
  if (total_updates() == 0) random_ = Random(seed);
}

void CompactForest::check() const {
  shingler_.check();
  sample_.check();
  if (!(clock_.exponent() >= 0 && clock_.exponent() <= 64)) throw_snapshot("a decay out of range");
  if (sample_.size() > points_ || (points_ > 0 && !shingler_.is_full())) throw_snapshot("a sample of too few rows");
  if (is_ready() && sample_.size() == 0) throw_snapshot("a ready forest with an empty sample");
}

void CompactForest::update(std::span<const float> row, bool sample) {
  check_row(config_, row);
  shingler_.push(without_negative_zeros(row));
  if (sample) static_cast<void>(offer());
}

void CompactForest::process(std::span<const float> rows, std::span<double> scores, std::size_t) {
  config_.check_rows(rows);
  const std::size_t width = config_.row_size();
  if (scores.size() != rows.size() / width) {
    throw_invalid_argument("scores size", static_cast<double>(scores.size()),
                           "it must be one per row, " + std::to_string(rows.size() / width));
  }
  const std::vector<float> clean = without_negative_zeros(rows);
  CompactReader reader(config_, *kernel_);
  std::vector<float> query(config_.dimensions());
  bool changed = true;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    shingler_.push(std::span<const float>(clean).subspan(i * width, width));
    scores[i] = 0;
    if (is_ready()) {
      if (changed) reader.read(sample_);
      changed = false;
      std::copy(shingler_.point().begin(), shingler_.point().end(), query.begin());
      sample_.round(query);
      scores[i] = reader.score(query);
    }
    if (offer()) changed = true;
  }
}

void CompactForest::set_time_decay(double time_decay) {
  ForestConfig changed = config_;
  changed.time_decay = time_decay;
  changed.validate();
  config_ = changed;
  load_keys();
  clock_.set_rate(time_decay);
  sampler_.redraw(points_, clock_, random_);
}

void CompactForest::set_bounding_box_cache_fraction(double fraction) {
  ForestConfig changed = config_;
  changed.bounding_box_cache_fraction = fraction;
  changed.validate();
  config_ = changed;
}

auto CompactForest::clone() const -> std::unique_ptr<Forest> { return std::make_unique<CompactForest>(*this); }

auto make_compact_forest(const ForestConfig& config) -> std::unique_ptr<Forest> {
  return std::make_unique<CompactForest>(config);
}

}  // namespace adcore

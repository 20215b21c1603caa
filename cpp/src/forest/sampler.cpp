#include "adcore/forest/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

constexpr double kLongestWait = 1e15;

// Exponential with mean 1, given that it is below `bound`.
auto exponential_below(double bound, Random& random) noexcept -> double {
  return -std::log1p(random.uniform() * std::expm1(-bound));
}

auto to_key(double key) noexcept -> float {
  using Limits = std::numeric_limits<float>;
  return static_cast<float>(std::clamp(key, static_cast<double>(Limits::min()), static_cast<double>(Limits::max())));
}

}  // namespace

auto Sampler::initial_acceptance(Random& random) const noexcept -> bool {
  const double filled = static_cast<double>(items_.size()) / static_cast<double>(capacity_);
  if (filled < initial_accept_fraction_) return true;
  if (filled >= 1.0) return false;
  return random.uniform() < 1.0 - (filled - initial_accept_fraction_) / (1.0 - initial_accept_fraction_);
}

auto Sampler::offer(std::uint64_t, const DecayClock& clock, Random& random) -> Decision {
  const Decision decision = decide(clock.weight(), random);
  commit(decision);
  return decision;
}

auto Sampler::decide(double weight, Random& random) const noexcept -> Decision {
  if (is_full()) {  // offered at the time that was drawn: accepted, with a key below the largest
    const float key = to_key(exponential_below(items_.front().key * weight, random) / weight);
    return {true, true, items_.front().point, key};
  }
  const float key = to_key(random.exponential() / weight);
  if (initial_acceptance(random)) return {true, false, 0, key};
  if (!items_.empty() && key < items_.front().key) return {true, true, items_.front().point, key};
  return {};
}

void Sampler::commit(const Decision& decision) noexcept {
  pending_key_ = decision.key;
  if (!decision.evicted) return;
  std::pop_heap(items_.begin(), items_.end());
  items_.pop_back();
}

void Sampler::add(PointIndex point, std::uint64_t time, const DecayClock& clock, Random& random) {
  if (items_.capacity() == items_.size()) {  // grow in small steps: most models never fill a doubled block
    items_.reserve(std::min(capacity_, items_.size() + items_.size() / 4 + 8));
  }
  items_.push_back({pending_key_, point});
  std::push_heap(items_.begin(), items_.end());
  if (is_full()) draw_next_acceptance(time, clock, random);
}

void Sampler::redraw(std::uint64_t time, const DecayClock& clock, Random& random) {
  if (is_full()) draw_next_acceptance(time, clock, random);
}

// The point k rows ahead is refused with probability exp(-key weight_k); over k rows the weights sum to
// weight_1 (e^{rate k} - 1) / (e^rate - 1). Setting that sum times the key equal to an exponential gives k.
void Sampler::draw_next_acceptance(std::uint64_t time, const DecayClock& clock, Random& random) noexcept {
  const double rate = clock.rate();
  const double first = items_.front().key * std::exp(clock.exponent() + rate);
  const double ratio = random.exponential() / first;
  const double wait = rate > 0 ? std::log1p(ratio * std::expm1(rate)) / rate : ratio;
  next_acceptance_ = time + static_cast<std::uint64_t>(std::clamp(std::ceil(wait), 1.0, kLongestWait));
}

void Sampler::rebase(double factor) noexcept {
  for (Item& item : items_) item.key = to_key(static_cast<double>(item.key) * factor);
}

void Sampler::restore(std::vector<Item> items, std::uint64_t next_acceptance) {
  if (items.size() > capacity_) throw_snapshot("a sample larger than its capacity");
  const bool positive =
      std::all_of(items.begin(), items.end(), [](const Item& item) { return std::isfinite(item.key) && item.key > 0; });
  if (!positive || !std::is_heap(items.begin(), items.end())) throw_snapshot("sample keys out of order");
  items_ = std::move(items);
  next_acceptance_ = next_acceptance;
}

void Sampler::load_keys(std::span<const float> keys) {
  items_.resize(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) items_[i] = {keys[i], static_cast<PointIndex>(i)};
  std::make_heap(items_.begin(), items_.end());
}

}  // namespace adcore

// The time-decayed sample of one tree: which points it holds, and when it takes the next one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/base/random.hpp"

namespace adcore {

using PointIndex = std::uint32_t;

/// How much weight a new point has, relative to one of time 0: exp(exponent). Shared by all samplers of a forest.
/// Held near 0: after `rebase_factor()` the samplers multiply their keys and the exponent starts again.
class DecayClock {
 public:
  explicit DecayClock(double rate) noexcept : rate_(rate) {}
  DecayClock(double rate, double exponent) noexcept : rate_(rate), exponent_(exponent) {}

  [[nodiscard]] auto rate() const noexcept -> double { return rate_; }
  [[nodiscard]] auto exponent() const noexcept -> double { return exponent_; }
  [[nodiscard]] auto weight() const noexcept -> double { return std::exp(exponent_); }
  void tick() noexcept { exponent_ += rate_; }
  /// Old keys keep their order: only the growth from now on changes.
  void set_rate(double rate) noexcept { rate_ = rate; }

  /// Whether keys come near the edge of single precision.
  [[nodiscard]] auto needs_rebase() const noexcept -> bool { return exponent_ > 32.0; }
  /// What every key is multiplied with; resets the exponent.
  [[nodiscard]] auto rebase() noexcept -> double {
    const double factor = weight();
    exponent_ = 0;
    return factor;
  }
  template <class Fields>
  void fields(Fields& f) {
    f(exponent_);
  }

 private:
  double rate_;
  double exponent_ = 0;
};

/// A weighted reservoir (Efraimidis and Spirakis 2006): a point of weight w gets the key E / w, E exponential with
/// mean 1, and the `capacity` smallest keys stay. With weights that grow as exp(rate * time) recent points are
/// preferred. When full, the next acceptance is drawn ahead, so that most points cost one comparison.
class Sampler {
 public:
  struct Item {
    float key = 0;
    PointIndex point = 0;
    /// Total, so that the order of evictions does not depend on how the heap came about.
    friend auto operator<(const Item& a, const Item& b) noexcept -> bool {
      return a.key < b.key || (a.key == b.key && a.point < b.point);
    }
  };
  /// What became of an offered point.
  struct Decision {
    bool accepted = false;
    bool evicted = false;
    PointIndex evicted_point = 0;  // valid if evicted
    float key = 0;                 // of the point, if accepted
  };
  static constexpr std::uint64_t kNow = 0;

  Sampler(std::size_t capacity, double initial_accept_fraction) noexcept
      : capacity_(capacity), initial_accept_fraction_(initial_accept_fraction) {}

  /// The first time at which a point can be accepted: earlier ones need not be offered.
  [[nodiscard]] auto next_acceptance() const noexcept -> std::uint64_t { return next_acceptance_; }

  /// Decides on the point offered at `time` (>= next_acceptance()); on acceptance call add() with its index.
  [[nodiscard]] auto offer(std::uint64_t time, const DecayClock& clock, Random& random) -> Decision;
  /// The same in two steps: decides on a point of this weight and changes nothing, then does what was decided.
  [[nodiscard]] auto decide(double weight, Random& random) const noexcept -> Decision;
  void commit(const Decision& decision) noexcept;
  /// Completes the acceptance.
  void add(PointIndex point, std::uint64_t time, const DecayClock& clock, Random& random);

  /// The decay rate changed, or time was skipped: draws the next acceptance again, after `time`.
  void redraw(std::uint64_t time, const DecayClock& clock, Random& random);
  void rebase(double factor) noexcept;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return items_.size(); }
  [[nodiscard]] auto is_full() const noexcept -> bool { return items_.size() == capacity_; }
  /// A heap by key: the first item is the next to be evicted.
  [[nodiscard]] auto items() const noexcept -> std::span<const Item> { return items_; }
  [[nodiscard]] auto items() noexcept -> std::span<Item> { return items_; }
  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t { return items_.capacity() * sizeof(Item); }

  /// From a snapshot; throws SnapshotError unless `items` is a heap of positive keys within the capacity.
  void restore(std::vector<Item> items, std::uint64_t next_acceptance);

  /// All but the items.
  template <class Fields>
  void fields(Fields& f) {
    f(next_acceptance_);
  }
  /// Takes points 0, 1, 2, ... with these keys, which were those of a sampler like this. Which point leaves when does
  /// not depend on how the heap came about, so that the keys are all there is to keep.
  void load_keys(std::span<const float> keys);

 private:
  [[nodiscard]] auto initial_acceptance(Random& random) const noexcept -> bool;
  void draw_next_acceptance(std::uint64_t time, const DecayClock& clock, Random& random) noexcept;

  std::size_t capacity_;
  double initial_accept_fraction_;
  std::vector<Item> items_;
  std::uint64_t next_acceptance_ = kNow;
  float pending_key_ = 0;  // of the point accepted, until add()
};

/// How many of a sample's points are `point`.
ADCORE_INLINE auto copies_of(std::span<const Sampler::Item> items, PointIndex point) noexcept -> std::size_t {
  std::size_t copies = 0;
  for (const Sampler::Item& item : items) copies += item.point == point ? 1U : 0U;
  return copies;
}

}  // namespace adcore

// The sample against its law: keys, decay, and acceptance times that are drawn ahead.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "adcore/base/error.hpp"
#include "adcore/forest/sampler.hpp"

namespace adcore {
namespace {

struct Outcome {
  std::map<PointIndex, int> kept;  // point -> runs in which it was in the sample at the end
  double accepted = 0;             // per run, after the sample was full
};

auto run(std::size_t capacity, double decay, std::size_t points, int runs) -> Outcome {
  Outcome result;
  for (int r = 0; r < runs; ++r) {
    Random random(static_cast<std::uint64_t>(r) * 7919 + 1);
    DecayClock clock(decay);
    Sampler sampler(capacity, 1.0);
    for (std::uint64_t time = 1; time <= points; ++time) {
      clock.tick();
      if (time < sampler.next_acceptance()) continue;
      result.accepted += sampler.is_full() ? 1.0 / runs : 0.0;
      if (sampler.offer(time, clock, random).accepted) sampler.add(static_cast<PointIndex>(time), time, clock, random);
    }
    for (const Sampler::Item& item : sampler.items()) ++result.kept[item.point];
  }
  return result;
}

// Without decay a reservoir of 8 from 40: every point stays with odds 1/5, and the number of acceptances after the
// sample is full is the sum of 8/i, i = 9..40.
TEST(Sampler, WithoutDecayAllPointsAreEqual) {
  constexpr int kRuns = 20'000;
  Outcome result = run(8, 0, 40, kRuns);
  for (PointIndex point = 1; point <= 40; ++point) EXPECT_NEAR(result.kept[point] / double{kRuns}, 0.2, 0.013) << point;
  double expected = 0;
  for (int i = 9; i <= 40; ++i) expected += 8.0 / i;
  EXPECT_NEAR(result.accepted, expected, 0.06);
}

// A sample of one is point i with odds weight_i / sum of weights: exactly the law of the keys.
TEST(Sampler, WithDecayOddsFollowTheWeights) {
  constexpr int kRuns = 40'000;
  constexpr double kDecay = 0.2;
  Outcome result = run(1, kDecay, 12, kRuns);
  double total = 0;
  for (int i = 1; i <= 12; ++i) total += std::exp(kDecay * i);
  for (PointIndex point = 1; point <= 12; ++point) {
    EXPECT_NEAR(result.kept[point] / double{kRuns}, std::exp(kDecay * point) / total, 0.011) << point;
  }
}

// In the long run a tree takes a share x of the points with E1(x) = sample_size * decay; for 1/10 that is 0.0975 of
// them (published: 9.75 %).
TEST(Sampler, SteadyStateAcceptance) {
  Random random(3);
  DecayClock clock(1.0 / 2560);
  Sampler sampler(256, 0.125);
  int accepted = 0;
  for (std::uint64_t time = 1; time <= 300'000; ++time) {
    clock.tick();
    if (clock.needs_rebase()) sampler.rebase(clock.rebase());
    if (time < sampler.next_acceptance() || !sampler.offer(time, clock, random).accepted) continue;
    sampler.add(0, time, clock, random);
    accepted += time > 50'000 ? 1 : 0;
  }
  EXPECT_NEAR(accepted / 250'000.0, 0.0975, 0.004);
}

TEST(Sampler, RestoreRefusesWhatIsNoSample) {
  const auto restore = [](std::vector<Sampler::Item> items) { Sampler(2, 1.0).restore(std::move(items), 0); };
  EXPECT_NO_THROW(restore({{2.0F, 0}, {1.0F, 1}}));
  EXPECT_THROW(restore({{1.0F, 0}, {2.0F, 1}}), SnapshotError) << "no heap";
  EXPECT_THROW(restore({{3.0F, 0}, {2.0F, 1}, {1.0F, 2}}), SnapshotError) << "too many";
  EXPECT_THROW(restore({{-1.0F, 0}}), SnapshotError);
  EXPECT_THROW(restore({{NAN, 0}}), SnapshotError);
}

}  // namespace
}  // namespace adcore

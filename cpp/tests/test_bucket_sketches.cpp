// The sketches: exact while small, and no further off than they promise when large.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "adcore/base/random.hpp"
#include "adcore/bucket/distinct_counter.hpp"
#include "adcore/bucket/quantile_sketch.hpp"
#include "reference/bucket.hpp"

namespace adcore {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

auto quantile(const QuantileSketch& sketch, double fraction) -> double {
  std::vector<WeightedValue> points;
  sketch.sorted_points(points);
  return weighted_quantile(points, fraction);
}

auto sketch_of(const std::vector<double>& values) -> QuantileSketch {
  QuantileSketch sketch;
  for (const double value : values) sketch.add(value);
  return sketch;
}

// How far, in fractions of all values, `value` is from where `fraction` is in the sorted values.
auto rank_error(const std::vector<double>& sorted, double value, double fraction) -> double {
  const auto low = std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
  const auto high = std::upper_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
  const auto n = static_cast<double>(sorted.size());
  return std::max({0.0, static_cast<double>(low) / n - fraction, fraction - static_cast<double>(high) / n});
}

using Generator = std::function<double(std::size_t, Random&)>;

struct Shape {
  const char* name;
  Generator value;
};

auto shapes() -> std::vector<Shape> {
  return {
      {"uniform", [](std::size_t, Random& r) { return r.uniform(); }},
      {"exponential", [](std::size_t, Random& r) { return r.exponential(); }},
      {"heavy tail", [](std::size_t, Random& r) { return std::pow(r.uniform(), -2.0); }},
      {"narrow band far from 0", [](std::size_t, Random& r) { return 1e9 + r.uniform(); }},
      {"ascending", [](std::size_t i, Random&) { return static_cast<double>(i); }},
      {"descending", [](std::size_t i, Random&) { return -static_cast<double>(i); }},
      {"outside in", [](std::size_t i, Random&) { return (i % 2 == 0 ? 1.0 : -1.0) / (1.0 + static_cast<double>(i)); }},
      {"few values", [](std::size_t, Random& r) { return std::floor(r.uniform() * 7.0); }},
      {"two clusters", [](std::size_t, Random& r) { return r.uniform() + (r.uniform() < 0.3 ? 100.0 : 0.0); }},
  };
}

TEST(QuantileSketch, is_exact_up_to_its_threshold) {
  Random random(5);
  std::vector<double> values;
  while (values.size() < QuantileSketch::kExactValues) values.push_back(random.exponential());
  const auto sketch = sketch_of(values);
  ASSERT_TRUE(sketch.is_exact());
  for (const double fraction : {0.0, 0.01, 0.5, 0.77, 0.999, 1.0}) {
    EXPECT_DOUBLE_EQ(quantile(sketch, fraction), reference::quantile_of(values, fraction)) << fraction;
  }
}

TEST(QuantileSketch, keeps_its_promise_of_ranks_whatever_the_shape) {
  for (const auto& shape : shapes()) {
    Random random(7);
    std::vector<double> values;
    for (std::size_t i = 0; i < 100'000; ++i) values.push_back(shape.value(i, random));
    const auto sketch = sketch_of(values);
    ASSERT_FALSE(sketch.is_exact());
    EXPECT_LT(sketch.memory_bytes(), 40'000U) << shape.name;
    std::sort(values.begin(), values.end());
    for (const double fraction : {0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999}) {
      const double promised = QuantileSketch::kSpread * std::sqrt(fraction * (1.0 - fraction));
      EXPECT_LE(rank_error(values, quantile(sketch, fraction), fraction), promised) << shape.name << ' ' << fraction;
    }
    EXPECT_EQ(quantile(sketch, 0.0), values.front()) << shape.name;
    EXPECT_EQ(quantile(sketch, 1.0), values.back()) << shape.name;
  }
}

TEST(QuantileSketch, absolute_deviation_of_many_values_is_near_the_exact_one) {
  Random random(9);
  std::vector<double> values;
  for (std::size_t i = 0; i < 50'000; ++i) values.push_back(1e6 + random.exponential());
  std::vector<WeightedValue> points;
  sketch_of(values).sorted_points(points);
  const double exact = reference::deviation_of(values);
  EXPECT_NEAR(weighted_absolute_deviation(points), exact, 0.02 * exact);
}

TEST(QuantileSketch, takes_infinities_and_the_largest_values) {
  constexpr double kLargest = std::numeric_limits<double>::max();
  QuantileSketch sketch;
  for (int i = 0; i < 3'000; ++i) {
    for (const double value : {-kInfinite, -kLargest, 1.0, kLargest, kInfinite}) sketch.add(value);
  }
  EXPECT_EQ(quantile(sketch, 0.1), -kInfinite);
  EXPECT_EQ(quantile(sketch, 0.3), -kLargest);
  EXPECT_EQ(quantile(sketch, 0.5), 1.0);
  EXPECT_EQ(quantile(sketch, 0.7), kLargest);
  EXPECT_EQ(quantile(sketch, 0.9), kInfinite);
}

TEST(QuantileSketch, of_nothing_is_missing) {
  EXPECT_TRUE(std::isnan(quantile(QuantileSketch(), 0.5)));
  std::vector<WeightedValue> none;
  EXPECT_TRUE(std::isnan(weighted_absolute_deviation(none)));
}

TEST(DistinctCounter, is_exact_up_to_its_threshold) {
  DistinctCounter counter;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < DistinctCounter::kExactValues; ++i) counter.add(static_cast<double>(i) * 0.5);
  }
  EXPECT_TRUE(counter.is_exact());
  EXPECT_EQ(counter.count(), static_cast<double>(DistinctCounter::kExactValues));
  counter.add(-1.0);
  EXPECT_FALSE(counter.is_exact());
}

// Five standard errors of 0.81 %: a counter that is biased, or off by a register, does not pass at every size.
TEST(DistinctCounter, keeps_its_promise_at_every_size) {
  DistinctCounter counter;
  std::size_t next = 2'000;
  double sum_of_errors = 0.0;
  int sizes = 0;
  for (std::size_t i = 0; i < 1'000'000; ++i) {
    counter.add(static_cast<double>(i));
    counter.add(static_cast<double>(i / 2));
    if (i + 1 != next) continue;
    const double error = counter.count() / static_cast<double>(next) - 1.0;
    EXPECT_LT(std::abs(error), 5.0 * 0.0081) << next;
    sum_of_errors += error;
    ++sizes;
    next += next / 3;
  }
  EXPECT_GT(sizes, 15);
  EXPECT_LT(std::abs(sum_of_errors / sizes), 2.0 * 0.0081) << "biased";
}

TEST(DistinctCounter, does_not_mind_the_order) {
  DistinctCounter up;
  DistinctCounter down;
  for (int i = 0; i < 20'000; ++i) up.add(i);
  for (int i = 19'999; i >= 0; --i) down.add(i);
  EXPECT_EQ(up.count(), down.count());
}

}  // namespace
}  // namespace adcore

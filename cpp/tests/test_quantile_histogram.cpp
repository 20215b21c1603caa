#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/base/random.hpp"
#include "adcore/score/quantile_histogram.hpp"
#include "test_kind.hpp"

namespace adcore {
namespace {

template <class... Values>
auto bytes_of(Values... values) -> std::vector<std::byte> {
  ByteWriter out(testing::kTestKind, 1);
  const auto put = [&](auto value) {
    if constexpr (std::is_integral_v<decltype(value)>) out.put_count(static_cast<std::uint64_t>(value));
    else out.put(value);
  };
  (put(values), ...);
  return out.finish();
}

auto restored(const std::vector<std::byte>& bytes) -> QuantileHistogram {
  ByteReader in(bytes, testing::kTestKind, 1);
  auto histogram = QuantileHistogram::read(in);
  in.finish();
  return histogram;
}

auto written(const QuantileHistogram& histogram) -> std::vector<std::byte> {
  ByteWriter out(testing::kTestKind, 1);
  histogram.write(out);
  return out.finish();
}

TEST(HistogramBins, CoverAllNumbersInOrder) {
  for (std::size_t bin = 0; bin < 1500; ++bin) {
    const double start = HistogramBins::start_of(bin);
    const double next = HistogramBins::start_of(bin + 1);
    ASSERT_LT(start, next);
    ASSERT_EQ(HistogramBins::bin_of(static_cast<std::uint32_t>(start)), bin);
    ASSERT_EQ(HistogramBins::bin_of(static_cast<std::uint32_t>(next - 1)), bin);
    ASSERT_LE(next - start, std::max(1.0, start / 64));
  }
}

TEST(QuantileHistogram, IsWithinABinOfTheSortedValues) {
  Random random(9);
  QuantileHistogram histogram;
  std::vector<double> values;
  for (int i = 0; i < 5000; ++i) {
    values.push_back(std::floor(100'000 * std::pow(random.uniform(), 4)));
    histogram.add(static_cast<std::uint32_t>(values.back()), 1);
  }
  std::sort(values.begin(), values.end());
  EXPECT_EQ(histogram.total(), 5000);
  for (std::size_t rank = 50; rank < 5000; rank += 50) {
    const double value = values[rank];
    EXPECT_NEAR(histogram.value_at(static_cast<double>(rank)), value, 1 + 0.04 * value);
    const auto key = static_cast<std::uint32_t>(value);
    const double start = HistogramBins::start_of(HistogramBins::bin_of(key));
    const auto below = std::lower_bound(values.begin(), values.end(), start) - values.begin();
    EXPECT_EQ(histogram.below(key), static_cast<double>(below));
  }
}

TEST(QuantileHistogram, GoesFromRankToValueAndBack) {
  QuantileHistogram histogram;
  for (const std::uint32_t value : {300U, 301U, 1000U, 1003U, 1500U, 40'000U}) histogram.add(value, 1);
  for (double rank = 0.1; rank < 6; rank += 0.1) EXPECT_NEAR(histogram.up_to(histogram.value_at(rank)), rank, 1e-9);
  EXPECT_EQ(histogram.up_to(1e9), 6);
  EXPECT_EQ(histogram.up_to(10), 0);
}

TEST(QuantileHistogram, DoesNotDependOnTheOrder) {
  QuantileHistogram one;
  QuantileHistogram other;
  for (std::uint32_t i = 0; i < 1000; ++i) one.add(i * i % 997 * 50, 1);
  for (std::uint32_t i = 1000; i-- > 0;) other.add(i * i % 997 * 50, 1);
  EXPECT_EQ(written(one), written(other));
}

TEST(QuantileHistogram, TakesBackAndAges) {
  QuantileHistogram histogram;
  for (const std::uint32_t value : {0U, 5U, 700U}) histogram.add(value, 2);
  histogram.age(0.25);
  EXPECT_EQ(histogram.total(), 1.5);
  histogram.add(5, 1);
  histogram.add(5, -1);
  EXPECT_EQ(histogram.like(5), 0.5);
  EXPECT_EQ(histogram.like(0), 0.5);
  EXPECT_EQ(histogram.below(700), 1.0);
}

TEST(QuantileHistogram, OfNothingIsZero) {
  const QuantileHistogram empty;
  EXPECT_EQ(empty.total(), 0);
  EXPECT_EQ(empty.value_at(0), 0);
  EXPECT_EQ(empty.up_to(5), 0);
  EXPECT_EQ(empty.below(5), 0);
  EXPECT_EQ(written(restored(written(empty))), written(empty));
}

TEST(QuantileHistogram, GoesOnFromASnapshot) {
  QuantileHistogram histogram;
  for (std::uint32_t i = 0; i < 300; ++i) histogram.add(i * 211, 1);
  histogram.age(0.9);
  EXPECT_EQ(written(restored(written(histogram))), written(histogram));
}

TEST(QuantileHistogram, RefusesCountsThatCannotBe) {
  // Number of bins, then bin and count of each, then the total.
  EXPECT_NO_THROW(static_cast<void>(restored(bytes_of(1, 7, 2.0, 2.0))));
  EXPECT_THROW(static_cast<void>(restored(bytes_of(1, 7, -2.0, -2.0))), SnapshotError);
  EXPECT_THROW(static_cast<void>(restored(bytes_of(1, 7, std::nan(""), 1.0))), SnapshotError);
  EXPECT_THROW(static_cast<void>(restored(bytes_of(2, 7, 1.0, 7, 1.0, 2.0))), SnapshotError);
  EXPECT_THROW(static_cast<void>(restored(bytes_of(1, 7, 2.0, 3.0))), SnapshotError);
  EXPECT_THROW(static_cast<void>(restored(bytes_of(1, 1'000'000, 2.0, 2.0))), SnapshotError);
  EXPECT_THROW(static_cast<void>(restored(bytes_of(1, 7))), SnapshotError);
}

}  // namespace
}  // namespace adcore

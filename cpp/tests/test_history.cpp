#include "adcore/detect/history.hpp"

#include <gtest/gtest.h>

#include <array>
#include <deque>

#include "detect_streams.hpp"
#include "test_kind.hpp"

namespace adcore {
namespace {

TEST(History, KeepsTheLastRowsNewestFirst) {
  History history(3, 2);
  EXPECT_TRUE(history.newest().empty());
  std::deque<std::array<double, 2>> expected;
  for (int i = 0; i < 10; ++i) {
    const std::array<double, 2> row = {static_cast<double>(i), static_cast<double>(10 * i)};
    history.push(row, 100 + i, false);
    expected.push_front(row);
    if (expected.size() > 3) expected.pop_back();
    for (std::size_t age = 0; age < expected.size(); ++age) {
      ASSERT_EQ(history.row(age)[0], expected[age][0]) << "row " << i << " age " << age;
      ASSERT_EQ(history.row(age)[1], expected[age][1]);
      ASSERT_EQ(history.timestamp(age), 100 + i - static_cast<int>(age));
    }
  }
  EXPECT_EQ(history.rows(), 10U);
}

TEST(History, CountsImputedRowsAmongTheLast) {
  History history(4, 1);
  const std::array<bool, 8> imputed = {true, false, true, true, false, false, false, false};
  const std::array<double, 8> expected = {0.25, 0.25, 0.5, 0.75, 0.5, 0.5, 0.25, 0};
  for (std::size_t i = 0; i < imputed.size(); ++i) {
    const double value = 1;
    history.push({&value, 1}, 0, imputed[i]);
    EXPECT_EQ(history.imputed_fraction(), expected[i]) << i;
  }
}

TEST(History, GoesOnFromASnapshotAtEveryPhase) {
  History original(3, 1);
  for (int i = 0; i < 8; ++i) {
    ByteWriter out(testing::kTestKind, 1);
    original.write(out);
    const auto bytes = out.finish();
    ByteReader in(bytes, testing::kTestKind, 1);
    History restored(3, 1);
    restored.read(in);
    in.finish();
    const double value = i;
    original.push({&value, 1}, i, i % 2 == 0);
    restored.push({&value, 1}, i, i % 2 == 0);
    for (std::size_t age = 0; age < 3; ++age) ASSERT_EQ(original.row(age)[0], restored.row(age)[0]);
    ASSERT_EQ(original.imputed_fraction(), restored.imputed_fraction());
    ASSERT_EQ(original.rows(), restored.rows());
  }
}

TEST(History, RefusesValuesOutOfRange) {
  for (const double value : {testing::kNan, 1e31, -1e31}) {
    ByteWriter out(testing::kTestKind, 1);
    out.put_count(1);
    out.put(value);
    out.put(std::int64_t{0});
    out.put(std::uint8_t{0});
    const auto bytes = out.finish();
    ByteReader in(bytes, testing::kTestKind, 1);
    History history(1, 1);
    EXPECT_THROW(history.read(in), SnapshotError) << value;
  }
}

}  // namespace
}  // namespace adcore

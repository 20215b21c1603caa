#include "adcore/column/entity_table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "adcore/base/error.hpp"

namespace adcore {
namespace {

using Key = std::vector<std::string_view>;

TEST(EntityTable, tuples_count_up_and_stay) {
  EntityTable table(2);
  EXPECT_EQ(table.intern(Key{"a", "x"}), 0U);
  EXPECT_EQ(table.intern(Key{"a", "y"}), 1U);
  EXPECT_EQ(table.intern(Key{"b", "x"}), 2U);
  EXPECT_EQ(table.intern(Key{"a", "y"}), 1U);
  EXPECT_EQ(table.find(Key{"b", "x"}), 2U);
  EXPECT_EQ(table.find(Key{"b", "y"}), kNoCode) << "both values are known, the pair is not";
  EXPECT_EQ(table.size(), 3U);
  EXPECT_EQ(table.key(1, 0), "a");
  EXPECT_EQ(table.key(1, 1), "y");
}

// "ab" + "c" is not "a" + "bc".
TEST(EntityTable, parts_do_not_run_together) {
  EntityTable table(2);
  EXPECT_NE(table.intern(Key{"ab", "c"}), table.intern(Key{"a", "bc"}));
}

TEST(EntityTable, with_one_field_the_codes_are_the_ids) {
  EntityTable table(1);
  EXPECT_EQ(table.intern_value(0, "a"), 0U);
  EXPECT_EQ(table.intern(Key{"b"}), 1U);
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.key(1, 0), "b");
}

TEST(EntityTable, without_fields_there_is_one_entity) {
  EntityTable table(0);
  EXPECT_EQ(table.intern({}), 0U);
  EXPECT_EQ(table.find({}), 0U);
  EXPECT_EQ(table.size(), 1U);
}

TEST(EntityTable, whole_columns_of_codes_become_ids) {
  EntityTable table(2);
  for (const auto* text : {"a", "b"}) table.intern_value(0, text);
  for (const auto* text : {"x", "y"}) table.intern_value(1, text);
  const std::vector<std::uint32_t> hosts{0, 1, 0, kNoCode, 1};
  const std::vector<std::uint32_t> services{0, 1, 0, 0, kNoCode};
  const std::array<std::span<const std::uint32_t>, 2> codes{hosts, services};
  std::vector<std::uint32_t> entities(5);
  table.intern_codes(codes, entities);
  EXPECT_EQ(entities, (std::vector<std::uint32_t>{0, 1, 0, kNoCode, kNoCode}));
  EXPECT_EQ(table.size(), 2U);
}

TEST(EntityTable, mistakes_are_named) {
  EntityTable table(1);
  const std::vector<std::uint32_t> unknown{5};
  const std::array<std::span<const std::uint32_t>, 1> codes{unknown};
  std::vector<std::uint32_t> entities(1);
  EXPECT_THROW(table.intern_codes(codes, entities), InvalidArgument);
  EXPECT_THROW(table.intern(Key{"a", "b"}), InvalidArgument);
  EXPECT_THROW(table.intern_value(1, "a"), InvalidArgument);
  EXPECT_THROW((void)table.key(0, 0), InvalidArgument);
  EXPECT_THROW(EntityTable{kMaximumKeyFields + 1}, InvalidArgument);
}

TEST(EntityTable, a_million_pairs_are_found_again_and_are_compact) {
  EntityTable table(2);
  const auto pair = [](std::uint32_t i) {
    return std::array<std::string, 2>{"host-" + std::to_string(i / 100), "service-" + std::to_string(i % 100)};
  };
  constexpr std::uint32_t kEntities = 1'000'000;
  for (std::uint32_t i = 0; i < kEntities; ++i) {
    const auto [host, service] = pair(i);
    ASSERT_EQ(table.intern(Key{host, service}), i);
  }
  for (std::uint32_t i = 0; i < kEntities; i += 1'009) {
    const auto [host, service] = pair(i);
    ASSERT_EQ(table.find(Key{host, service}), i);
    ASSERT_EQ(table.key(i, 1), service);
  }
  EXPECT_LT(table.memory_bytes(), 20U * kEntities);
}

TEST(EntityTable, bytes_give_the_same_table) {
  for (const std::size_t fields : {0U, 1U, 2U, 3U}) {
    EntityTable table(fields);
    for (int i = 0; i < 500; ++i) {
      const std::string text = std::to_string(i * i % 77);
      table.intern(Key(fields, text));
    }
    const auto bytes = table.to_bytes();
    auto restored = EntityTable::from_bytes(bytes);
    EXPECT_EQ(restored.to_bytes(), bytes);
    EXPECT_EQ(restored.size(), table.size());
    const std::string fresh = "new";
    EXPECT_EQ(restored.intern(Key(fields, fresh)), table.intern(Key(fields, fresh)));
  }
}

TEST(EntityTable, damaged_bytes_are_noticed) {
  EntityTable table(2);
  table.intern(Key{"a", "x"});
  table.intern(Key{"b", "x"});
  const auto bytes = table.to_bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] ^= std::byte{0x04};
    EXPECT_THROW((void)EntityTable::from_bytes(damaged), SnapshotError) << i;
  }
}

}  // namespace
}  // namespace adcore

#include "adcore/column/interner.hpp"

#include <gtest/gtest.h>

#include <string>

#include "adcore/base/error.hpp"

namespace adcore {
namespace {

TEST(Interner, codes_count_up_and_stay) {
  Interner interner;
  EXPECT_EQ(interner.find("a"), kNoCode);
  EXPECT_EQ(interner.intern("a"), 0U);
  EXPECT_EQ(interner.intern(""), 1U);
  EXPECT_EQ(interner.intern("a"), 0U);
  EXPECT_EQ(interner.intern(std::string_view("a\0b", 3)), 2U);
  EXPECT_EQ(interner.find("a"), 0U);
  EXPECT_EQ(interner.text(2), std::string_view("a\0b", 3));
  EXPECT_EQ(interner.text(1), "");
  EXPECT_EQ(interner.size(), 3U);
  EXPECT_THROW((void)interner.text(3), InvalidArgument);
}

// Lengths on both sides of the hash's words of 8 bytes, and pairs that differ in one byte.
TEST(Interner, strings_that_differ_anywhere_are_different) {
  Interner interner;
  std::uint32_t expected = 0;
  for (std::size_t length = 0; length <= 40; ++length) {
    std::string text(length, 'x');
    EXPECT_EQ(interner.intern(text), expected++);
    for (std::size_t i = 0; i < length; ++i) {
      text[i] = 'y';
      EXPECT_EQ(interner.intern(text), expected++) << length << ' ' << i;
      text[i] = 'x';
    }
  }
  EXPECT_EQ(interner.size(), expected);
}

TEST(Interner, a_million_strings_are_found_again_and_are_compact) {
  Interner interner;
  constexpr std::uint32_t kStrings = 1'000'000;
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < kStrings; ++i) {
    const std::string text = "host-" + std::to_string(i);
    bytes += text.size();
    ASSERT_EQ(interner.intern(text), i);
  }
  for (std::uint32_t i = 0; i < kStrings; i += 997) {
    ASSERT_EQ(interner.find("host-" + std::to_string(i)), i);
    ASSERT_EQ(interner.text(i), "host-" + std::to_string(i));
  }
  EXPECT_LT(static_cast<double>(interner.memory_bytes()), 1.25 * static_cast<double>(bytes) + 28.0 * kStrings);
}

// Pinned, because entity state written on one machine is read on another: a change of the hash is allowed (it is not
// in the snapshot), but must be meant.
TEST(Interner, the_hash_is_the_same_everywhere) {
  EXPECT_EQ(hash_text(""), 0xe220a8397b1dcdafULL);
  EXPECT_NE(hash_text("abcdefgh"), hash_text("abcdefghi"));
}

}  // namespace
}  // namespace adcore

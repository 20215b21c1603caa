// Snapshots: what is read back goes on bit for bit; what is damaged is refused, or harmless.
#include <gtest/gtest.h>

#include <algorithm>

#include "adcore/base/error.hpp"
#include "adcore/forest/forest_bank.hpp"
#include "adcore/state/writer.hpp"
#include "forest_streams.hpp"

namespace adcore {
namespace {

using testing::process;
using testing::steps;
using testing::wave;

auto config_of(std::size_t width, std::size_t shingle_size) -> ForestConfig {
  ForestConfig config;
  config.input_dimensions = width;
  config.shingle_size = shingle_size;
  config.number_of_trees = 8;
  config.sample_size = 48;
  return config;
}

TEST(ForestSnapshot, GoesOnAsIfNothingHadHappened) {
  for (const std::size_t learned : {0U, 3U, 20U, 1000U}) {
    RandomCutForest forest(config_of(2, 4));
    const auto rows = wave(learned + 500, 2);
    process(forest, std::span(rows).first(2 * learned), 100);
    const auto bytes = forest.to_bytes();
    const auto copy = RandomCutForest::from_bytes(bytes);
    EXPECT_EQ(copy->to_bytes(), bytes);
    const auto rest = std::span(rows).subspan(2 * learned);
    EXPECT_EQ(process(*copy, rest, 1), process(forest, rest, 100)) << learned << " rows learned";
    EXPECT_EQ(copy->to_bytes(), forest.to_bytes());
  }
}

TEST(ForestSnapshot, KeepsCopiesAndRotation) {
  ForestConfig config = config_of(1, 3);
  config.internal_rotation = true;
  RandomCutForest forest(config);
  const auto rows = steps(1000);
  process(forest, std::span(rows).first(500), 50);
  const auto copy = forest_from_bytes(forest.to_bytes());
  const auto rest = std::span(rows).subspan(500);
  EXPECT_EQ(process(*copy, rest, 7), process(forest, rest, 500));
}

TEST(ForestSnapshot, IsSmall) {
  ForestConfig config;
  config.shingle_size = 8;
  RandomCutForest forest(config);
  process(forest, wave(20'000), 1000);
  EXPECT_LT(forest.to_bytes().size(), 180'000U);
}

TEST(ForestSnapshot, DamageIsNoticed) {
  RandomCutForest forest(config_of(1, 2));
  process(forest, wave(300), 300);
  const auto bytes = forest.to_bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] ^= std::byte{0x10};
    EXPECT_THROW(static_cast<void>(forest_from_bytes(damaged)), SnapshotError) << "byte " << i;
  }
  for (std::size_t size = 0; size < bytes.size(); size += 13) {
    EXPECT_THROW(static_cast<void>(forest_from_bytes(std::span(bytes).first(size))), SnapshotError) << size;
  }
}

// Malice has a right checksum: whatever is accepted must be safe to use. Sanitizers watch.
TEST(ForestSnapshot, AcceptedBytesAreSafe) {
  ForestConfig few = config_of(1, 2);  // a copy is made and used for each byte there is
  few.number_of_trees = 3;
  few.sample_size = 24;
  RandomCutForest forest(few);
  process(forest, wave(300), 300);
  const auto bytes = forest.to_bytes();
  std::size_t accepted = 0;
  for (std::size_t i = kFrameBytes; i < bytes.size(); ++i) {
    for (const unsigned flip : {0x01U, 0x80U, 0xFFU}) {
      auto changed = bytes;
      changed[i] ^= static_cast<std::byte>(flip);
      const std::uint64_t sum = checksum(std::span<const std::byte>(changed).subspan(kFrameBytes));
      for (std::size_t b = 0; b < 8; ++b) changed[20 + b] = static_cast<std::byte>(sum >> (8 * b));
      try {
        const auto copy = forest_from_bytes(changed);
        if (copy->config().row_size() != 1 || copy->config().number_of_trees > 100) continue;
        process(*copy, wave(60), 9);
        static_cast<void>(copy->attribution(copy->shingle()));
        ++accepted;
      } catch (const SnapshotError&) {
        continue;
      }
    }
  }
  EXPECT_GT(accepted, 100U) << "the test was trivial";
}

TEST(ForestBank, StreamsDoNotTouchEachOther) {
  const ForestConfig config = config_of(1, 4);
  const auto rows = wave(900);
  std::vector<std::uint32_t> streams(rows.size());
  for (std::size_t i = 0; i < streams.size(); ++i) streams[i] = static_cast<std::uint32_t>((i * i) % 5);
  ForestBank bank(config, 5, ForestKind::random_cut);
  std::vector<double> scores(rows.size());
  bank.process(streams, rows, scores, 1);
  for (std::uint32_t stream = 0; stream < 5; ++stream) {
    ForestConfig own = config;
    own.seed = derive_seed(config.seed, stream);
    RandomCutForest alone(own);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (streams[i] != stream) continue;
      ASSERT_EQ(process(alone, std::span(rows).subspan(i, 1), 1)[0], scores[i]);
    }
  }
  ForestBank threaded(config, 5, ForestKind::random_cut);
  std::vector<double> again(rows.size());
  threaded.process(streams, rows, again, 3);
  EXPECT_EQ(again, scores);
  EXPECT_EQ(threaded.to_bytes(), bank.to_bytes());
  EXPECT_EQ(ForestBank::from_bytes(bank.to_bytes()).to_bytes(), bank.to_bytes());
}

TEST(ForestBank, RefusesABatchAsAWhole) {
  ForestBank bank(config_of(1, 1), 3, ForestKind::random_cut);
  const auto before = bank.to_bytes();
  std::vector<double> scores(2);
  const std::vector<float> rows{1, 2};
  EXPECT_THROW(bank.process(std::vector<std::uint32_t>{0, 3}, rows, scores, 1), InvalidArgument);
  EXPECT_THROW(bank.process(std::vector<std::uint32_t>{0, 1}, std::vector<float>{1, NAN}, scores, 1), InvalidArgument);
  EXPECT_EQ(bank.to_bytes(), before);
}

}  // namespace
}  // namespace adcore

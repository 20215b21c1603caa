// Forests fed in turn, row by row and with their memory asked for ahead, against the same forests fed in blocks.
#include <gtest/gtest.h>

#include <cmath>

#include "forest_streams.hpp"

namespace adcore {
namespace {

using testing::process;
using testing::steps;
using testing::wave;

constexpr std::size_t kRows = 600;

/// Powers of two: most cuts single out the largest, and ways become longer than a Way can hold.
auto powers(std::size_t rows, std::size_t width) -> std::vector<float> {
  std::vector<float> values(rows * width);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::ldexp(1.0F, static_cast<int>(i * 7 % 90));
  return values;
}

struct Case {
  std::vector<float> (*stream)(std::size_t, std::size_t);
  std::size_t width;
  std::size_t shingle;
  double boxes;
};

auto waves(std::size_t rows, std::size_t width) -> std::vector<float> { return wave(rows, width); }

auto config_of(const Case& given) -> ForestConfig {
  ForestConfig config;
  config.input_dimensions = given.width;
  config.shingle_size = given.shingle;
  config.number_of_trees = 40;  // more ways than are walked together
  config.sample_size = 64;
  config.time_decay = 0.01;
  config.bounding_box_cache_fraction = given.boxes;
  return config;
}

class InTurn : public ::testing::TestWithParam<Case> {};

TEST_P(InTurn, IsTheSameAsInBlocks) {
  const ForestConfig config = config_of(GetParam());
  const std::vector<float> rows = GetParam().stream(kRows, GetParam().width);
  RandomCutForest in_blocks(config);
  const std::vector<double> expected = process(in_blocks, rows, 100);
  RandomCutForest in_turn(config);
  std::vector<double> scores(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    in_turn.prefetch_places();
    in_turn.prefetch();
    in_turn.process_in_turn(std::span(rows).subspan(i * config.row_size(), config.row_size()), scores[i]);
  }
  EXPECT_EQ(scores, expected);
  EXPECT_EQ(in_turn.to_bytes(), in_blocks.to_bytes());
  EXPECT_GT(scores.back(), 0);
}

INSTANTIATE_TEST_SUITE_P(Streams, InTurn,
                         ::testing::Values(Case{waves, 1, 8, 0.5}, Case{waves, 1, 8, 0.125}, Case{waves, 1, 8, 0.0},
                                           Case{waves, 1, 8, 0.0625}, Case{waves, 16, 2, 0.125}, Case{waves, 1, 8, 1.0},
                                           Case{waves, 3, 4, 0.125}, Case{waves, 11, 1, 0.3}, Case{waves, 40, 1, 0.5},
                                           Case{steps, 1, 2, 0.125}, Case{steps, 2, 1, 1.0}, Case{powers, 1, 1, 0.125},
                                           Case{powers, 1, 1, 0.0625}, Case{powers, 1, 1, 1.0},
                                           Case{powers, 1, 1, 0.0}));

}  // namespace
}  // namespace adcore

#include "adcore/series/window_shape.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "adcore/base/error.hpp"
#include "adcore/state/fields.hpp"

namespace adcore {

namespace {

constexpr double kMostWindowScore = 3;  // p = 0.0027: a bucket that is news by itself
constexpr std::size_t kTrees = 8;
constexpr std::size_t kSample = 128;
constexpr std::size_t kFewestWindows = 64;
constexpr double kLogStrange = -6.907755278982137;  // ln 0.001
constexpr std::uint32_t kRule = 48;                 // windows

auto forest_config(std::size_t features) -> ForestConfig {
  ForestConfig config;
  config.input_dimensions = features;
  config.number_of_trees = kTrees;
  config.sample_size = kSample;
  config.output_after = kFewestWindows;
  config.internal_shingling = false;
  return config;
}

// In the order of size, two by two.
template <std::size_t n>
void describe(std::array<float, n> values, float* out) noexcept {
  std::sort(values.begin(), values.end());
  for (std::size_t i = 0; i + 1 < n; i += 2) *out++ = (values[i] + values[i + 1]) / 2;
}

}  // namespace

WindowShape::WindowShape() : forest_(forest_config(kFeatures)) {}

auto WindowShape::is_window_with(double score) const noexcept -> bool {
  return known_ == kBuckets - 1 && std::abs(score) <= kMostWindowScore;
}

auto WindowShape::described(double score) const noexcept -> Description {
  std::array<float, kBuckets - 1> values = scores_;
  std::array<float, kBuckets - 1> steps{};
  std::rotate(values.begin(), values.begin() + 1, values.end());
  values.back() = static_cast<float>(score);
  std::transform(values.begin(), values.end(), scores_.begin(), steps.begin(), std::minus<>());
  Description described{};
  describe(values, described.data());
  describe(steps, described.data() + kFeatures / 2);
  return described;
}

auto WindowShape::unlikeness(double score) const -> double {
  if (!is_window_with(score) || !forest_.is_ready()) return std::numeric_limits<double>::quiet_NaN();
  return forest_.score(described(score));
}

// What lasts is one strange thing, until it has lasted for so long that it is the rule.
void WindowShape::learn_window(double score, double unlikeness) {
  strange_ = tail_.log_tail(unlikeness) < kLogStrange ? std::min(strange_ + 1, kRule + 1) : 0;
  if (strange_ == 0 || std::has_single_bit(strange_) || strange_ > kRule) forest_.update(described(score), true);
  if (!std::isnan(unlikeness)) tail_.learn(unlikeness, 1.0 / std::max(strange_, 1U));
}

void WindowShape::learn(double score, double unlikeness) {
  if (is_window_with(score)) learn_window(score, unlikeness);
  std::rotate(scores_.begin(), scores_.begin() + 1, scores_.end());
  scores_.back() = static_cast<float>(score);
  known_ = std::abs(score) <= kMostWindowScore ? std::min<std::uint32_t>(known_ + 1, kBuckets - 1) : 0;
}

// A forest at its fullest: codes of 16 bits, an item of the sampler for each point.
auto WindowShape::most_bytes() -> std::size_t {
  return sizeof(WindowShape) + kSample * (kFeatures * sizeof(std::uint16_t) + sizeof(Sampler::Item)) +
         kFeatures * (sizeof(float) + sizeof(HalfFrame));
}

void WindowShape::write(ByteWriter& writer) const {
  writer.put_bytes(fields_to_bytes(*this));
  writer.put_bytes(forest_.to_bytes());
}

void WindowShape::read(ByteReader& reader) {
  fields_from_bytes(reader.get_bytes(), *this, "the shape of a window");
  const auto forest = CompactForest::from_bytes(reader.get_bytes());
  const bool is_same = forest->config().dimensions() == kFeatures && forest->config().sample_size == kSample &&
                       forest->config().number_of_trees == kTrees && !forest->config().internal_shingling;
  const auto is_score = [](float score) { return std::isfinite(score); };
  if (!is_same || !tail_.is_possible() || known_ >= kBuckets || strange_ > kRule + 1 ||
      !std::all_of(scores_.begin(), scores_.end(), is_score)) {
    throw_snapshot("the shape of a window is impossible");
  }
  forest_ = *forest;
}

}  // namespace adcore

// The shape of the last buckets: values that are all usual, but not as they follow each other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "adcore/forest/compact_forest.hpp"
#include "adcore/series/score_tail.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// A window of normal scores is described by how large they are and by how large the steps between them are, each in
/// the order of size and two by two: a wave looks the same wherever it is in its turn. A forest says how unlike earlier
/// windows it is, and that score's own past how unlikely. A bucket that is unusual by itself, or has no value, has no
/// part in any window: it is news without.
class WindowShape {
 public:
  static constexpr std::size_t kBuckets = 13;

  WindowShape();

  /// How unlike earlier ones the window is with this score as the newest; NaN where there is none, or the forest knows
  /// too few.
  [[nodiscard]] auto unlikeness(double score) const -> double;
  /// ln P(a window as unlike or more so); NaN where nothing can be said.
  [[nodiscard]] auto log_tail(double unlikeness) const noexcept -> double { return tail_.log_tail(unlikeness); }

  /// `unlikeness` as it was said of the score.
  void learn(double score, double unlikeness);
  /// Buckets without a value.
  void skip(std::int64_t buckets) noexcept {
    if (buckets > 0) known_ = 0;
  }
  /// All windows so far were of another kind.
  void forget() { *this = WindowShape(); }

  /// What one is counted as.
  [[nodiscard]] static auto most_bytes() -> std::size_t;

  void write(ByteWriter& writer) const;
  void read(ByteReader& reader);
  /// All but the forest: see state/fields.hpp.
  template <class Fields>
  void fields(Fields& f) {
    tail_.fields(f);
    for (auto& score : scores_) f(score);
    f(known_, strange_);
  }

 private:
  static constexpr std::size_t kFeatures = kBuckets - 1;
  using Description = std::array<float, kFeatures>;

  void learn_window(double score, double unlikeness);
  [[nodiscard]] auto is_window_with(double score) const noexcept -> bool;
  [[nodiscard]] auto described(double score) const noexcept -> Description;

  CompactForest forest_;
  ScoreTail tail_;
  std::array<float, kBuckets - 1> scores_{};  // oldest first
  std::uint32_t known_ = 0;                   // of the scores, the newest
  std::uint32_t strange_ = 0;                 // windows in a row that were unlikely
};

}  // namespace adcore

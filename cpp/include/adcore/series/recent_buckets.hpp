// The last twelve buckets taken together: what is a little unusual for long.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "adcore/series/normal_family.hpp"
#include "adcore/series/residual.hpp"

namespace adcore {

/// Holds normal scores rather than residuals: they have the same size at any hour and for any family, and one extreme
/// bucket weighs no more than its bounded score.
class RecentBuckets {
 public:
  static constexpr int kBuckets = 12;
  static constexpr int kNeeded = 9;

  /// Weighted mean of the scores with this one as the newest; NaN while too few are known.
  [[nodiscard]] auto mean_with(double score) const noexcept -> double;
  [[nodiscard]] auto tails(double mean) const noexcept -> LogTails;
  /// Buckets that mean_with() takes the mean of.
  [[nodiscard]] auto known_with_next() const noexcept -> int;
  /// Where means usually lie.
  [[nodiscard]] auto centre() const noexcept -> double { return normal_.centre(); }

  void learn(double score, double trust, double kept) noexcept;
  /// Buckets without a value.
  void skip(std::int64_t buckets) noexcept;
  void forget() noexcept { scores_.fill(kUnknown); }

  template <class Fields>
  void fields(Fields& f) {
    for (auto& score : scores_) f(score);
    normal_.fields(f), heavy_.fields(f);
    f(log_heavy_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool;

 private:
  static constexpr float kUnknown = 1e9F;

  void push(float score) noexcept;

  std::array<float, kBuckets> scores_ = unknown();  // oldest first
  NormalFamily normal_;
  HeavyFamily heavy_;
  float log_heavy_ = 0;  // log odds of the second

  [[nodiscard]] static constexpr auto unknown() noexcept -> std::array<float, kBuckets> {
    std::array<float, kBuckets> scores{};
    scores.fill(kUnknown);
    return scores;
  }
};

}  // namespace adcore

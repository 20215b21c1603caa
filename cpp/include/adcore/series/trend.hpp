// The long-term level and slope of a series, its seasons removed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "adcore/series/config.hpp"

namespace adcore {

/// A value at one moment and its change per bucket.
struct Line {
  double level = 0;
  double slope = 0;
  [[nodiscard]] constexpr auto at(double ahead) const noexcept -> double { return level + slope * ahead; }
};

/// A regression line whose data fade with age. The slope is shrunk towards 0 until half a memory has been seen.
class LineSmoother {
 public:
  /// With buckets counted from the last one learned.
  [[nodiscard]] auto line(double memory) const noexcept -> Line;
  /// `ahead` buckets pass, then a value comes.
  void learn(double value, double ahead, double weight, double memory) noexcept;
  /// As if the past had followed this line for a while.
  void restart(const Line& line, double memory) noexcept;
  void shift(double change) noexcept { value_ += change; }
  void scale(double factor) noexcept;

  template <class Fields>
  void fields(Fields& f) {
    f(value_, weight_, time_, time_variance_, covariance_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool;

 private:
  double value_ = 0;         // mean
  float weight_ = 0;         // sum of weights, in buckets
  float time_ = 0;           // mean, in buckets, 0 at the last one learned
  float time_variance_ = 0;  // per weight
  float covariance_ = 0;     // of time and value, per weight
};

/// Several memories, from hours to a month, each weighted by how well it has predicted lately: what drifts is followed,
/// what is steady is averaged.
class Trend {
 public:
  static constexpr std::size_t kSmoothers = 4;
  /// Memory of each smoother in buckets.
  using Memories = std::array<double, kSmoothers>;
  [[nodiscard]] static auto memories(std::int64_t bucket_span) noexcept -> Memories;

  [[nodiscard]] auto at(double ahead, const Memories& memories) const noexcept -> double;
  /// By the memories of a week and more alone: what seasons are told from.
  [[nodiscard]] auto slow_at(double ahead, const Memories& memories) const noexcept -> double;
  /// Far ahead: the slope fades, as slopes do.
  [[nodiscard]] auto forecast(double ahead, const Memories& memories) const noexcept -> double;
  /// Standard deviation of what the level may have done until then, where single errors have `deviation`.
  [[nodiscard]] auto drift(double ahead, double deviation, const Memories& memories) const noexcept -> double;
  /// Errors count up to `usual_error` times three.
  void learn(double value, double ahead, double weight, double usual_error, const Memories& memories) noexcept;
  void restart(const Line& line, const Memories& memories) noexcept;
  void shift(double change) noexcept;
  void scale(double factor) noexcept;

  template <class Fields>
  void fields(Fields& f) {
    for (auto& smoother : smoothers_) smoother.fields(f);
    for (auto& error : errors_) f(error);
    f(count_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool;

 private:
  [[nodiscard]] auto shares(std::size_t first = 0) const noexcept -> std::array<double, kSmoothers>;
  [[nodiscard]] auto mixed(const std::array<double, kSmoothers>& shares, double ahead,
                           const Memories& memories) const noexcept -> double;

  std::array<LineSmoother, kSmoothers> smoothers_;
  std::array<float, kSmoothers> errors_{};  // mean squares of what each predicted wrongly
  float count_ = 0;
};

}  // namespace adcore

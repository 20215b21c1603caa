// Series that the tests of the series room share: all seeded, all made here.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numbers>
#include <vector>

#include "adcore/base/random.hpp"
#include "adcore/series/series_model.hpp"

namespace adcore::testing {

inline constexpr std::int64_t kHour = 3'600'000;
inline constexpr std::size_t kHoursPerDay = 24;
inline constexpr std::size_t kHoursPerWeek = 168;
inline constexpr std::int64_t kMonday = 1'699'833'600'000;  // 2023-11-13 00:00 UTC

inline auto normal(Random& random) -> double {
  return std::sqrt(2 * random.exponential()) * std::cos(2 * std::numbers::pi * random.uniform());
}

/// Marsaglia and Tsang, 2000; shapes below 1 by their power of a uniform.
inline auto gamma(Random& random, double shape) -> double {
  if (shape < 1) return gamma(random, shape + 1) * std::pow(random.uniform(), 1 / shape);
  const double d = shape - 1.0 / 3;
  while (true) {
    const double z = normal(random);
    const double v = std::pow(1 + z / std::sqrt(9 * d), 3);
    if (v > 0 && std::log(random.uniform()) < z * z / 2 + d - d * v + d * std::log(v)) return d * v;
  }
}

/// Large means in halves, small ones by multiplying uniforms.
inline auto poisson(Random& random, double mean) -> double {
  if (mean > 30) return poisson(random, mean / 2) + poisson(random, mean / 2);
  double count = -1;
  double product = 1;
  while (product > std::exp(-mean)) product *= random.uniform(), ++count;
  return count;
}

inline auto student(Random& random, double freedom) -> double {
  return normal(random) / std::sqrt(gamma(random, freedom / 2) / (freedom / 2));
}

/// What an office does: 1 in working hours with a hump at noon, little at night, less at weekends. `time` is local.
inline auto office(std::int64_t time) -> double {
  const double hour = static_cast<double>(floor_mod(time, kMsPerDay)) / kHour;
  const auto day = floor_mod(time - kMonday, kMsPerWeek) / kMsPerDay;
  const double work = hour > 7 && hour < 19 ? 1 : 0.15;
  return (work + 0.3 * std::exp(-std::pow((hour - 12) / 3, 2))) * (day >= 5 ? 0.3 : 1);
}

/// A config and a model, fed bucket by bucket from a Monday on.
class Watch {
 public:
  explicit Watch(SeriesConfig config = {.bucket_span = kHour}) : config_(config) {}

  auto step(double value, double count = 1) -> SeriesAssessment {
    const SeriesSample sample{.time = time() + config_.bucket_span / 2, .value = value, .count = count};
    const auto seen = model_.assess(config_, sample);
    model_.learn(config_, sample, seen);
    ++buckets_;
    return seen;
  }
  auto run(const std::vector<double>& values) -> std::vector<SeriesAssessment> {
    std::vector<SeriesAssessment> all;
    for (const double value : values) all.push_back(step(value));
    return all;
  }
  /// What would be said of a value as the next one.
  [[nodiscard]] auto ask(double value) const -> SeriesAssessment {
    return model_.assess(config_, {.time = time() + config_.bucket_span / 2, .value = value});
  }
  void skip(std::size_t buckets) { buckets_ += static_cast<std::int64_t>(buckets); }
  [[nodiscard]] auto time() const -> std::int64_t { return kMonday + buckets_ * config_.bucket_span; }
  [[nodiscard]] auto model() -> SeriesModel& { return model_; }
  [[nodiscard]] auto config() const -> const SeriesConfig& { return config_; }

 private:
  SeriesConfig config_;
  SeriesModel model_;
  std::int64_t buckets_ = 0;
};

using Source = std::function<double(Random&, std::int64_t time)>;

inline auto hourly(std::size_t hours, std::uint64_t seed, const Source& source) -> std::vector<double> {
  Random random(seed);
  std::vector<double> values;
  for (std::size_t i = 0; i < hours; ++i)
    values.push_back(source(random, kMonday + static_cast<std::int64_t>(i) * kHour + kHour / 2));
  return values;
}

/// Share of assessments from `first` on whose `field` is below ln p.
inline auto share_below(const std::vector<SeriesAssessment>& all, std::size_t first, double SeriesAssessment::* field,
                        double p) -> double {
  double below = 0;
  for (std::size_t i = first; i < all.size(); ++i) below += all[i].*field < std::log(p) ? 1 : 0;
  return below / static_cast<double>(all.size() - first);
}

inline auto count_below(const std::vector<SeriesAssessment>& all, std::size_t first, std::size_t last, double p)
    -> std::size_t {
  std::size_t count = 0;
  for (std::size_t i = first; i < last; ++i) count += all[i].log_probability < std::log(p) ? 1U : 0U;
  return count;
}

}  // namespace adcore::testing

// On data without anomalies p means what it says.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "series_streams.hpp"

namespace adcore::testing {
namespace {

struct Kind {
  std::string name;
  SeriesKind kind = SeriesKind::metric;
  Source source;
};

auto day_wave(std::int64_t time) -> double {
  const double turn = 2 * std::numbers::pi * static_cast<double>(floor_mod(time, kMsPerDay)) / kMsPerDay;
  return 10 * std::sin(turn) + 5 * std::cos(2 * turn);
}

auto kinds() -> std::vector<Kind> {
  const auto metric = SeriesKind::metric;
  const auto count = SeriesKind::count;
  return {
      {"normal", metric, [](Random& r, std::int64_t) { return 100 + 5 * normal(r); }},
      {"daily", metric, [](Random& r, std::int64_t t) { return 100 + 3 * day_wave(t) + 3 * normal(r); }},
      {"office", metric, [](Random& r, std::int64_t t) { return 100 + 50 * office(t) + 3 * normal(r); }},
      {"drifting", metric,
       [](Random& r, std::int64_t t) { return 1e-8 * static_cast<double>(t - kMonday) + normal(r); }},
      {"log_normal", metric, [](Random& r, std::int64_t) { return std::exp(3 + 0.5 * normal(r)); }},
      {"gamma", metric, [](Random& r, std::int64_t) { return 10 * gamma(r, 2); }},
      {"exponential", metric, [](Random& r, std::int64_t) { return 10 * r.exponential(); }},
      {"heavy_tails", metric, [](Random& r, std::int64_t) { return 50 + student(r, 3); }},
      {"two_modes", metric, [](Random& r, std::int64_t) { return (r.uniform() < 0.3 ? 10 : 50) + 2 * normal(r); }},
      {"multiplicative", metric,
       [](Random& r, std::int64_t t) { return (60 + 3 * day_wave(t)) * std::exp(0.2 * normal(r)); }},
      {"poisson", count, [](Random& r, std::int64_t) { return poisson(r, 3); }},
      {"poisson_daily", count, [](Random& r, std::int64_t t) { return poisson(r, 40 + 2 * day_wave(t)); }},
      {"bursts", count, [](Random& r, std::int64_t) { return poisson(r, 20 * gamma(r, 2) / 2); }},
      {"sparse", count, [](Random& r, std::int64_t) { return poisson(r, 0.1); }},
  };
}

class SeriesCalibration : public ::testing::TestWithParam<Kind> {};

TEST_P(SeriesCalibration, fraction_of_small_probabilities_is_what_they_say) {
  constexpr std::size_t kHours = 63 * kHoursPerDay;
  constexpr std::size_t kLearned = 28 * kHoursPerDay;
  constexpr int kSeries = 12;
  double single = 0, single_rare = 0, whole = 0, whole_rare = 0, inside = 0;
  for (int i = 0; i < kSeries; ++i) {
    const auto values = hourly(kHours, derive_seed(11, static_cast<std::uint64_t>(i)), GetParam().source);
    Watch watch({.bucket_span = kHour, .kind = GetParam().kind});
    const auto all = watch.run(values);
    single += share_below(all, kLearned, &SeriesAssessment::log_single, 1e-2) / kSeries;
    single_rare += share_below(all, kLearned, &SeriesAssessment::log_single, 1e-4) / kSeries;
    whole += share_below(all, kLearned, &SeriesAssessment::log_probability, 1e-2) / kSeries;
    whole_rare += share_below(all, kLearned, &SeriesAssessment::log_probability, 1e-4) / kSeries;
    for (std::size_t k = kLearned; k < kHours; ++k)
      inside += values[k] >= all[k].lower && values[k] <= all[k].upper ? 1.0 / kSeries / (kHours - kLearned) : 0;
  }
  const bool coarse = GetParam().name == "sparse";  // few probabilities are possible, and none near 1e-2
  EXPECT_LT(single, 0.02);
  EXPECT_GT(single, coarse ? 0 : 0.004);
  EXPECT_LT(whole, 0.022);
  EXPECT_GT(whole, 0.001);
  EXPECT_LT(single_rare, 5e-4);
  EXPECT_LT(whole_rare, 1.5e-3);
  EXPECT_GT(inside, 0.92);
  RecordProperty("single", std::to_string(single));
  RecordProperty("single_rare", std::to_string(single_rare));
  RecordProperty("whole", std::to_string(whole));
  RecordProperty("whole_rare", std::to_string(whole_rare));
  RecordProperty("inside", std::to_string(inside));
}

INSTANTIATE_TEST_SUITE_P(kinds, SeriesCalibration, ::testing::ValuesIn(kinds()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace adcore::testing

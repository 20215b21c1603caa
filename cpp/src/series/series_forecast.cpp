// Where a series will be.
#include <algorithm>
#include <cmath>

#include "adcore/series/series_model.hpp"

namespace adcore {

auto SeriesModel::forecast(const SeriesConfig& config, std::int64_t from, std::size_t buckets) const
    -> std::vector<ForecastPoint> {
  std::vector<ForecastPoint> points;
  if (!informative()) return points;
  points.reserve(buckets);
  const auto memories = Trend::memories(config.bucket_span);
  for (std::size_t i = 0; i < buckets; ++i) {
    auto expected = expectation(config, from + static_cast<std::int64_t>(i) * config.bucket_span);
    expected.trend = trend_.forecast(expected.ahead, memories);
    const auto r = residual(config, {.time = expected.time.start(), .value = expected.mean()}, expected);
    const auto found = residuals_.quantiles(r, residuals_.shares(r));
    const double drift = kScoreOf95Percent * trend_.drift(expected.ahead, residuals_.deviation(), memories);
    points.push_back({expected.time.start(), floored(found.median - std::hypot(found.median - found.lower, drift)),
                      floored(found.median), floored(found.median + std::hypot(found.upper - found.median, drift))});
  }
  return points;
}

}  // namespace adcore

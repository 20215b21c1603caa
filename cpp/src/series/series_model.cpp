#include "adcore/series/series_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "adcore/base/error.hpp"
#include "adcore/state/fields.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

namespace {

constexpr auto kKind = snapshot_kind("sers");
constexpr std::uint16_t kVersion = 1;
constexpr double kLeastLogProbability = -708.3964185322641;
constexpr double kDeviationsOf95Percent = 1.959963984540054;

auto start_of_bucket(std::int64_t time, std::int64_t span) -> std::int64_t {
  const auto rest = time % span;
  return time - (rest < 0 ? rest + span : rest);
}

// ln of both tails of a normal, from the ratio of Mills where erfc underflows.
auto log_two_tails(double z) -> double {
  const double size = std::abs(z);
  if (size < 25) return std::log(std::erfc(size / std::sqrt(2.0)));
  return -size * size / 2 - std::log(size * std::sqrt(std::acos(-1.0) / 2));
}

}  // namespace

auto SeriesModel::assess(const SeriesConfig& config, const SeriesSample& sample) const -> SeriesAssessment {
  SeriesAssessment seen;
  seen.log_single = seen.log_probability = log_single(config, sample);
  seen.log_multi = std::numeric_limits<double>::quiet_NaN();
  const double deviation = std::sqrt(squares_ / std::max(count_, 1.0));
  seen.typical = seen.median = mean_;
  seen.lower = mean_ - kDeviationsOf95Percent * deviation;
  seen.upper = mean_ + kDeviationsOf95Percent * deviation;
  seen.above = sample.value > seen.typical;
  return seen;
}

auto SeriesModel::log_single(const SeriesConfig& config, const SeriesSample& sample) const -> double {
  if (!informative()) return 0;
  const double deviation = std::max(std::sqrt(squares_ / count_), 1e-4 * std::abs(mean_));
  if (deviation == 0) return sample.value == mean_ ? 0 : kLeastLogProbability;
  const double z = (sample.value - mean_) / deviation;
  if ((config.side == Side::high && z <= 0) || (config.side == Side::low && z >= 0)) return 0;
  return std::max(log_two_tails(z), kLeastLogProbability);
}

auto SeriesModel::expected(const SeriesConfig&, std::int64_t) const -> double { return mean_; }

void SeriesModel::learn(const SeriesConfig& config, const SeriesSample& sample, const SeriesAssessment&, double weight) {
  count_ += weight;
  const double deviation = sample.value - mean_;
  mean_ += weight * deviation / count_;
  squares_ += weight * deviation * (sample.value - mean_);
  pass(config, sample.time);
}

void SeriesModel::pass(const SeriesConfig& config, std::int64_t time) {
  last_time_ = start_of_bucket(time, config.bucket_span);
}

auto SeriesModel::informative() const noexcept -> bool { return count_ >= 3; }
auto SeriesModel::last_time() const noexcept -> std::int64_t { return last_time_; }

auto SeriesModel::forecast(const SeriesConfig& config, std::int64_t from, std::size_t buckets) const
    -> std::vector<ForecastPoint> {
  std::vector<ForecastPoint> points;
  const auto now = assess(config, {.time = from, .value = mean_});
  for (std::size_t i = 0; i < buckets; ++i) {
    points.push_back({from + static_cast<std::int64_t>(i) * config.bucket_span, now.lower, now.median, now.upper});
  }
  return points;
}

auto SeriesModel::to_bytes() const -> std::vector<std::byte> {
  auto copy = *this;
  FieldSizer sizer;
  copy.fields(sizer);
  std::vector<std::byte> fields(sizer.bytes());
  FieldWriter writer(fields.data());
  copy.fields(writer);
  ByteWriter bytes(kKind, kVersion);
  bytes.put_bytes(fields);
  return bytes.finish();
}

auto SeriesModel::from_bytes(std::span<const std::byte> bytes) -> SeriesModel {
  ByteReader reader(bytes, kKind, kVersion);
  const auto fields = reader.get_bytes();
  reader.finish();
  SeriesModel model;
  FieldSizer sizer;
  model.fields(sizer);
  if (fields.size() != sizer.bytes()) throw_snapshot("a series of another length");
  FieldReader from(fields.data());
  model.fields(from);
  model.check();
  return model;
}

void SeriesModel::check() const {
  const bool possible = count_ >= 0 && squares_ >= 0 && std::isfinite(count_ + mean_ + squares_);
  if (!possible) throw_snapshot("a series whose moments are impossible");
}

}  // namespace adcore

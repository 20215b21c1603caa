#include "adcore/series/series_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "adcore/base/log_space.hpp"
#include "adcore/base/normal_tail.hpp"
#include "adcore/series/window_shape.hpp"

namespace adcore {

namespace {

constexpr double kMostValue = 1e16;
constexpr double kNoticeable = 1.05;  // factor of the variance
constexpr double kHalfHour = 1'800'000;
// What a model forgets per half hour, and at most per bucket.
constexpr double kModelForgotten = 0.001;
constexpr float kLeastSamples = 3;
constexpr double kRelativeResolution = 1e-4;
constexpr double kAbsoluteResolution = 1e-9;
constexpr double kCountResolution = 0.4;  // whole numbers stand for one unit of width
constexpr double kCountOffset = 0.5;
constexpr double kLeastBase = 0.1;  // of the mean size of values
// Fewer records than usual make a value less sure, by how much is itself not sure.
constexpr double kMostCountFactor = 10;
constexpr double kLeastCountFactor = 0.2;
constexpr double kCountMemory = 500;
// Zeros of series that are nearly always empty say nothing.
constexpr double kEmptySeries = 0.05;
constexpr double kFullSeries = 0.2;
constexpr double kOccupancyMemory = 300;
constexpr double kLogOfOnePercent = -4.6051701859880914;
constexpr double kTrustInOtherClock = 0.01;
constexpr double kDaysUntilChange = 1;
constexpr double kDaysRelaxed = 3;
// Outliers become the rule only after they might have been a change.
constexpr double kDaysUntilRule = 2;

auto kept_after(double buckets, std::int64_t span) noexcept -> double {
  return 1 / (1 + kModelForgotten * buckets * std::min(1.0, static_cast<double>(span) / kHalfHour));
}

auto raise(LogTails& tails, double log_odds, const LogTails& other) noexcept -> bool {
  const bool raised = log_odds + other.both > tails.both;
  tails.lower = std::max(tails.lower, log_odds + other.lower);
  tails.upper = std::max(tails.upper, log_odds + other.upper);
  tails.both = std::max(tails.both, log_odds + other.both);
  return raised;
}

void learn_shape(WindowShape& shape, const SeriesAssessment& seen, double ahead) {
  shape.skip(static_cast<std::int64_t>(ahead) - 1);
  shape.learn(seen.score, seen.unlikeness);
}

// Squares and their sums must fit single precision.
auto bounded_value(double value) noexcept -> double { return std::clamp(value, -kMostValue, kMostValue); }

}  // namespace

auto SeriesModel::expectation(const SeriesConfig& config, std::int64_t time) const noexcept -> Expectation {
  Expectation expected;
  expected.time = BucketTime::of(time, config.bucket_span);
  if (samples_ == 0) return expected;
  expected.ahead = static_cast<double>(std::max<std::int64_t>(expected.time.index - learned_index_, 0));
  expected.trend = trend_.at(expected.ahead, Trend::memories(config.bucket_span));
  expected.spread = spread_.factor(Spread::slot(seasons_.local(expected.time), seasons_.knows_week()));
  if (seasons_.any_open()) {
    expected.season = seasons_.at(expected.time, expected.spread);
    expected.doubt = seasons_.doubt(expected.time, expected.spread);
  }
  return expected;
}

auto SeriesModel::floored(double value) const noexcept -> double {
  return never_negative_ ? std::max(value, 0.0) : value;
}

auto SeriesModel::residual(const SeriesConfig& config, const SeriesSample& sample,
                           const Expectation& expected) const noexcept -> Residual {
  Residual r;
  r.value = bounded_value(sample.value);
  r.mean = floored(expected.mean());
  if (sample.count > 0 && usual_count_ > 0)
    r.count_factor = std::clamp(usual_count_ / sample.count, kLeastCountFactor, kMostCountFactor);
  r.factor = expected.spread * r.count_factor + expected.doubt;
  const bool counts = config.kind == SeriesKind::count;
  r.offset = counts ? kCountOffset : 0;
  r.least_base = kLeastBase * level_;
  r.resolution = std::max(kRelativeResolution * std::max(std::abs(r.mean), static_cast<double>(level_)),
                          counts ? kCountResolution : kAbsoluteResolution);
  return r;
}

auto SeriesModel::ask_other_clocks(const Residual& r, const Expectation& expected, LogTails& tails) const noexcept
    -> bool {
  if (tails.both > kLogOfOnePercent || !seasons_.any_open()) return false;
  const auto guesses = seasons_.guesses(expected.time, expected.spread);
  bool raised = false;
  for (const auto& guess : {guesses.now, guesses.earlier, guesses.later}) {
    if (guess.value == expected.season) continue;
    auto other = r;
    other.mean = floored(expected.trend + guess.value);
    raised |= raise(tails, guess.log_odds, residuals_.tails(other, residuals_.shares(other)));
  }
  return raised;
}

auto SeriesModel::empty_weight(const SeriesSample& sample) const noexcept -> double {
  if (sample.count > 0) return 1;
  return std::clamp((occupancy_ - kEmptySeries) / (kFullSeries - kEmptySeries), 0.0, 1.0);
}

void SeriesModel::describe(const Residual& r, const ResidualModel::Shares& shares,
                           SeriesAssessment& seen) const noexcept {
  seen.multimodal = residuals_.is_multimodal(shares);
  const auto found = residuals_.quantiles(r, shares);
  seen.median = floored(found.median);
  seen.lower = floored(found.lower);
  seen.upper = floored(found.upper);
  seen.typical = seen.multimodal ? floored(residuals_.nearest_mode(r)) : seen.median;
  seen.above = r.value > seen.typical;
  seen.incomplete_bucket = r.count_factor > kNoticeable;
}

auto SeriesModel::assess(const SeriesConfig& config, const SeriesSample& sample, const WindowShape* shape) const
    -> SeriesAssessment {
  const auto expected = expectation(config, sample.time);
  const auto r = residual(config, sample, expected);
  const auto shares = residuals_.shares(r);
  SeriesAssessment seen;
  seen.log_multi = std::numeric_limits<double>::quiet_NaN();
  seen.high_variance = expected.spread > kNoticeable;
  if (samples_ == 0) {
    seen.typical = seen.lower = seen.median = seen.upper = sample.value;
    return seen;
  }
  describe(r, shares, seen);
  if (!informative()) return seen;
  const double weight = empty_weight(sample);
  auto found = residuals_.tails(r, shares);
  seen.by_other_clock = ask_other_clocks(r, expected, found);
  const double score = normal_quantile_of_log_tail(weight * found.both - std::numbers::ln2);
  seen.score = std::copysign(score, r.value - seen.median);
  const double unnoticed = kRelativeResolution * std::max(std::abs(r.mean), static_cast<double>(level_));
  const bool nothing = is_other_side(config.side, seen.above) || std::abs(r.value - seen.typical) <= unnoticed;
  seen.log_single = nothing ? 0 : std::max(weight * found.sided(config.side), kLeastLogProbability);
  seen.log_uncalibrated = seen.log_single;
  if (!config.pooled) add_recent(config, seen);
  if (shape != nullptr && expected.ahead == 1) add_shape(*shape, seen);
  if (!config.pooled) add_length(seen);
  seen.log_probability =
      nothing ? 0 : std::clamp(calibration_.calibrated(seen.log_uncalibrated), kLeastLogProbability, 0.0);
  return seen;
}

auto SeriesModel::log_single(const SeriesConfig& config, const SeriesSample& sample) const -> double {
  if (!informative()) return 0;
  const auto expected = expectation(config, sample.time);
  const auto r = residual(config, sample, expected);
  const auto shares = residuals_.shares(r);
  auto found = residuals_.tails(r, shares);
  ask_other_clocks(r, expected, found);
  return std::max(empty_weight(sample) * found.sided(config.side), kLeastLogProbability);
}

auto SeriesModel::expected(const SeriesConfig& config, std::int64_t time) const -> double {
  const auto expected = expectation(config, time);
  const auto r = residual(config, {.time = time, .value = expected.mean()}, expected);
  return samples_ == 0 ? 0 : floored(residuals_.quantiles(r, residuals_.shares(r)).median);
}

void SeriesModel::learn(const SeriesConfig& config, const SeriesSample& given, const SeriesAssessment& seen,
                        double weight, WindowShape* shape) {
  auto sample = given;
  sample.value = bounded_value(given.value);
  const auto expected = expectation(config, sample.time);
  const bool first = samples_ == 0;
  const double kept = kept_after(expected.ahead, config.bucket_span);
  const double day = expected.time.buckets(kMsPerDay);
  const double believed = weight * empty_weight(sample);
  const double trust = !informative() ? 1 : seen.by_other_clock ? kTrustInOtherClock : trust_.of(seen.score);
  if (!first && !config.pooled) recent_.skip(static_cast<std::int64_t>(expected.ahead) - 1);
  count_sample(sample, weight);
  if (believed > 0) {
    auto r = residual(config, sample, expected);
    if (first) r.mean = r.value;
    else residuals_.learn(r, believed, trust, trust < 1 ? 1 / std::pow(seen.anomaly_length, 2) : 1, kept);
    const bool is_new_kind = learn_expectation(config, sample, expected, believed, trust);
    if (!first) learn_history(config, seen, trust, kept, expected.ahead);
    if (shape != nullptr && is_new_kind) shape->forget();
    else if (shape != nullptr && informative()) learn_shape(*shape, seen, expected.ahead);
    const auto change =
        change_.learn(sample.value, expected.mean(), seen.score, expected.ahead, kDaysUntilChange * day);
    if (change.found) follow(change, day);
  }
  last_index_ = std::max(last_index_, expected.time.index);
  learned_index_ = first ? expected.time.index : std::max(learned_index_, expected.time.index);
}

void SeriesModel::count_sample(const SeriesSample& sample, double weight) noexcept {
  const bool empty = sample.count == 0;
  const auto gain = [&](double memory) {
    return static_cast<float>(std::max(1 / (samples_ + 1.0), 1 / memory) * weight);
  };
  occupancy_ += gain(kOccupancyMemory) * ((empty ? 0.0F : 1.0F) - occupancy_);
  if (empty) return;
  usual_count_ += gain(kCountMemory) * (static_cast<float>(sample.count) - usual_count_);
  level_ += gain(kCountMemory) * (static_cast<float>(std::abs(sample.value)) - level_);
  never_negative_ = never_negative_ && sample.value >= 0;
  samples_ = std::min(samples_ + 1, 1e6F);
}

auto SeriesModel::learn_expectation(const SeriesConfig& config, const SeriesSample& sample, const Expectation& expected,
                                    double weight, double trust) noexcept -> bool {
  const double usual_error = residuals_.deviation();
  if (usual_error > 0) {
    const double error = (sample.value - expected.mean()) / usual_error;
    const double day = expected.time.buckets(kMsPerDay);
    const auto slot = Spread::slot(seasons_.local(expected.time), seasons_.knows_week());
    spread_.learn(slot, error * error, weight * std::min(24 / day, 1.0), day);
  }
  const auto memories = Trend::memories(config.bucket_span);
  const double slow_trend = trend_.slow_at(expected.ahead, memories);
  trend_.learn(sample.value - expected.season, expected.ahead, weight * trust, usual_error, memories);
  const auto change = seasons_.learn(expected.time, {.value = sample.value,
                                                     .trend = expected.trend,
                                                     .slow_trend = slow_trend,
                                                     .weight = weight * trust,
                                                     .usual_error = usual_error,
                                                     .spread = expected.spread});
  follow(config, change);
  return change.opened;
}

void SeriesModel::learn_history(const SeriesConfig& config, const SeriesAssessment& seen, double trust, double kept,
                                double ahead) noexcept {
  const double day = static_cast<double>(kMsPerDay) / static_cast<double>(config.bucket_span);
  if (!informative()) return;
  calibration_.learn(seen.log_uncalibrated, seen.anomaly_length);
  trust_.learn(seen.score, seen.anomaly_length, ahead, kDaysUntilRule * std::max(day, 24.0));
  if (config.pooled) return;
  recent_.learn(seen.by_other_clock ? 0 : seen.score, trust, kept);
  shape_.learn(seen.log_uncalibrated, seen.score);
}

void SeriesModel::follow(const SeriesConfig& config, const SeasonChange& change) noexcept {
  if (!change.opened) return;
  trend_.restart({change.level, 0}, Trend::memories(config.bucket_span));
  residuals_.scale(std::sqrt(1 / change.ratio));
  residuals_.restart();
  recent_.forget();
}

void SeriesModel::follow(const Change& change, double day) noexcept {
  trend_.shift(change.shift);
  if (change.factor != 1) {
    trend_.scale(change.factor);
    seasons_.scale(change.factor);
    residuals_.scale(std::abs(change.factor));
  }
  trust_.relax(kDaysRelaxed * day);
  recent_.forget();
}

void SeriesModel::pass(const SeriesConfig& config, std::int64_t time) {
  last_index_ = std::max(last_index_, BucketTime::of(time, config.bucket_span).index);
}

auto SeriesModel::informative() const noexcept -> bool { return samples_ >= kLeastSamples; }

auto SeriesModel::last_time(const SeriesConfig& config) const noexcept -> std::int64_t {
  return last_index_ * config.bucket_span;
}

}  // namespace adcore

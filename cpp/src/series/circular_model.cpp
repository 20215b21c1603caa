#include "adcore/series/circular_model.hpp"

#include <numbers>

#include "adcore/base/error.hpp"
#include "adcore/base/log_space.hpp"
#include "adcore/series/student.hpp"

namespace adcore {

namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;
/// The deviation of a time that was seen once: half an hour of a day, three and a half of a week.
constexpr double kTimePrior = kTurn / 48.0;

auto direction_of(double value, double period) noexcept -> Direction<2> {
  const double angle = kTurn * value / period;
  return {std::cos(angle), std::sin(angle)};
}

/// In [0, period).
auto wrapped(double value, double period) noexcept -> double {
  const double rest = value - period * std::floor(value / period);
  return rest < period ? rest : 0.0;
}

auto seconds_of(const Direction<2>& direction, double period) noexcept -> double {
  return wrapped(std::atan2(direction[1], direction[0]) / kTurn * period, period);
}

/// ln of how much is forgiven: e^-(periods^4), as a time that is new may simply not have had its turn.
auto log_forgiven(double periods) noexcept -> double { return -(periods * periods) * (periods * periods); }

}  // namespace

auto CircularModel::assess(const CircularConfig& config, std::int64_t bucket_start, double value) const
    -> CircularAssessment {
  if (age_.buckets() == 0) return {};
  const auto period = static_cast<double>(config.period);
  const auto seen = clusters_.judge(direction_of(value, period), kTimePrior);
  const double forgiven = log_forgiven(age_.elapsed(config.bucket_span, bucket_start) / (1000.0 * period));
  const double not_forgiven = seen.log_probability + log_one_minus_exp(forgiven);
  const double typical = seconds_of(seen.nearest, period);
  const double half = std::min(kScoreOf95Percent * seen.mode.deviation / kTurn, 0.5) * period;
  return {.log_probability = std::min(log_add_exp(forgiven, not_forgiven), 0.0),
          .typical = typical,
          .lower = wrapped(typical - half, period),
          .upper = wrapped(typical + half, period),
          .multimodal = seen.modes > 1,
          .above = wrapped(value - typical, period) < period / 2};
}

void CircularModel::learn(const CircularConfig& config, std::int64_t bucket_start, double value, double weight) {
  clusters_.age(age_.learn(config.bucket_span, bucket_start));
  clusters_.add(direction_of(value, static_cast<double>(config.period)), weight);
}

void CircularModel::pass(const CircularConfig& config, std::int64_t bucket_start) {
  clusters_.age(age_.pass(config.bucket_span, bucket_start));
}

void CircularModel::check() const {
  age_.check();
  clusters_.check();
  if ((age_.buckets() == 0) != clusters_.empty()) throw_snapshot("a model of no buckets, or no times");
}

}  // namespace adcore

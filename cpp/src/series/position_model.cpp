#include "adcore/series/position_model.hpp"

#include <numbers>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

constexpr double kRadian = std::numbers::pi / 180.0;
/// The deviation of a place that was seen once: 1e-3 of the radius of the earth, 6.4 km.
constexpr double kPlacePrior = 1e-3;

auto direction_of(const Position& position) noexcept -> Direction<3> {
  const double latitude = position.latitude * kRadian;
  const double longitude = position.longitude * kRadian;
  return {std::cos(latitude) * std::cos(longitude), std::cos(latitude) * std::sin(longitude), std::sin(latitude)};
}

auto position_of(const Direction<3>& direction) noexcept -> Position {
  return {std::atan2(direction[2], std::hypot(direction[0], direction[1])) / kRadian,
          std::atan2(direction[1], direction[0]) / kRadian};
}

}  // namespace

auto PositionModel::assess(const Position& position) const -> PositionAssessment {
  if (age_.buckets() == 0) return {};
  const auto seen = clusters_.judge(direction_of(position), kPlacePrior);
  return {seen.log_probability, position_of(seen.nearest), seen.modes > 1};
}

void PositionModel::learn(std::int64_t bucket_span, std::int64_t bucket_start, const Position& position,
                          double weight) {
  clusters_.age(age_.learn(bucket_span, bucket_start));
  clusters_.add(direction_of(position), weight);
}

void PositionModel::pass(std::int64_t bucket_span, std::int64_t bucket_start) {
  clusters_.age(age_.pass(bucket_span, bucket_start));
}

void PositionModel::check() const {
  age_.check();
  clusters_.check();
  if ((age_.buckets() == 0) != clusters_.empty()) throw_snapshot("a model of no buckets, or no positions");
}

}  // namespace adcore

// ThresholdedForest::extrapolate: the forest continues its own shingle, and the transform is undone step by step.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "adcore/base/error.hpp"
#include "adcore/detect/thresholded_forest.hpp"

namespace adcore {

namespace {

constexpr std::size_t kLongestHorizon = 100'000;

void check(std::size_t horizon, double centrality, std::size_t shingle_size) {
  if (horizon < 1 || horizon > kLongestHorizon) {
    throw_invalid_argument("horizon", static_cast<double>(horizon), "it must be between 1 and 100000");
  }
  if (!(centrality >= 0 && centrality <= 1)) {
    throw_invalid_argument("centrality", centrality, "it must be between 0 and 1");
  }
  if (shingle_size < 2) {
    throw_invalid_argument("shingle_size", static_cast<double>(shingle_size), "a forecast needs at least 2");
  }
}

/// Continues a point by `horizon` blocks, each imputed from the ones before.
auto continue_point(const Forest& forest, std::vector<float> point, std::size_t horizon, double centrality)
    -> Extrapolation {
  const std::size_t block = forest.config().input_dimensions;
  std::vector<std::uint32_t> newest(block);
  std::iota(newest.begin(), newest.end(), static_cast<std::uint32_t>(point.size() - block));
  Extrapolation ahead;
  ahead.horizon = horizon;
  for (std::size_t step = 0; step < horizon; ++step) {
    std::shift_left(point.begin(), point.end(), static_cast<std::ptrdiff_t>(block));
    auto next = forest.impute(point, newest, centrality);
    const auto tail = static_cast<std::ptrdiff_t>(block);
    ahead.value.insert(ahead.value.end(), next.value.end() - tail, next.value.end());
    ahead.low.insert(ahead.low.end(), next.low.end() - tail, next.low.end());
    ahead.high.insert(ahead.high.end(), next.high.end() - tail, next.high.end());
    point = std::move(next.value);
  }
  return ahead;
}

/// Undoes the transform of step after step; differences add up along the way.
class Unroller {
 public:
  Unroller(const Transform& transform, std::span<const double> newest)
      : transform_(transform), last_(newest.begin(), newest.end()) {}

  void append(std::span<const float> value, std::span<const float> low, std::span<const float> high, Forecast& out) {
    const auto centre = invert(value);
    const auto below = invert(low);
    const auto above = invert(high);
    for (std::size_t i = 0; i < centre.size(); ++i) {
      out.value.push_back(centre[i]);
      out.low.push_back(std::min(below[i], centre[i]));
      out.high.push_back(std::max(above[i], centre[i]));
    }
    last_ = centre;
    ++steps_;
  }

 private:
  [[nodiscard]] auto invert(std::span<const float> block) const -> std::vector<double> {
    std::vector<double> values(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(last_.size()));
    transform_.invert(values, last_);
    if (transform_.is_differencing()) return values;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += static_cast<double>(steps_) * transform_.drift(i);
    return values;
  }

  const Transform& transform_;
  std::vector<double> last_;
  std::size_t steps_ = 0;
};

}  // namespace

auto ThresholdedForest::extrapolate(std::size_t horizon, bool corrected, double centrality) const -> Forecast {
  check(horizon, centrality, config_.forest.shingle_size);
  const std::size_t width = config_.forest.input_dimensions;
  const std::size_t block = forest_->config().input_dimensions;
  Forecast forecast;
  forecast.horizon = horizon;
  forecast.input_dimensions = width;
  for (std::size_t step = 1; step <= horizon; ++step) {
    forecast.timestamp.push_back(preprocessor_.pace().timestamp_after(step));
  }
  if (!is_ready()) {
    for (auto* column : {&forecast.value, &forecast.low, &forecast.high}) column->assign(horizon * width, 0.0);
    return forecast;
  }
  std::vector<float> point(forest_->shingle().begin(), forest_->shingle().end());
  if (corrected) {
    Frame frame;
    preprocessor_.frame(frame);
    point = corrector_.corrected_point(point, preprocessor_.steps() - 1, frame);
  }
  const Extrapolation ahead = continue_point(*forest_, std::move(point), horizon, centrality);
  Unroller unroller(preprocessor_.transform(), preprocessor_.history().newest());
  std::int64_t time = preprocessor_.pace().latest();
  const auto at = [&](const std::vector<float>& values, std::size_t step) {
    return std::span<const float>(values).subspan(step * block, block);
  };
  for (std::size_t step = 0; step < horizon; ++step) {
    unroller.append(at(ahead.value, step), at(ahead.low, step), at(ahead.high, step), forecast);
    if (block == width) continue;
    time = std::max(time, preprocessor_.invert_time(static_cast<double>(at(ahead.value, step)[width]), time));
    forecast.timestamp[step] = time;
  }
  return forecast;
}

}  // namespace adcore

#include "adcore/series/period_search.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "adcore/series/bucket_time.hpp"

namespace adcore {

namespace {

constexpr std::uint32_t kLeastLag = 3;
constexpr double kLeastCorrelation = 0.3;
constexpr double kLeastRise = 0.2;  // over the dip before: a slow decay has none
constexpr double kNearlyBest = 0.85;
constexpr double kMostDeviations = 3;
constexpr std::int64_t kLongestWindow = 60 * kMsPerDay;

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

// Residuals of a straight line, 0 where nothing is known, outliers cut.
template <class Window>
auto detrended(const Window& values) noexcept -> Window {
  double n = 0, t = 0, x = 0, tt = 0, tx = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    const auto at = static_cast<double>(i);
    n += 1, t += at, x += values[i], tt += at * at, tx += at * values[i];
  }
  const double slope = (tx - t * x / n) / (tt - t * t / n);
  const double level = (x - slope * t) / n;
  Window left{};
  double squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i])) left[i] = static_cast<float>(values[i] - level - slope * static_cast<double>(i));
    squares += static_cast<double>(left[i]) * left[i];
  }
  const auto most = static_cast<float>(kMostDeviations * std::sqrt(squares / n));
  for (auto& value : left) value = std::clamp(value, -most, most);
  return left;
}

template <class Window>
auto product(const Window& values, std::size_t lag) noexcept -> double {
  std::array<float, 8> sums{};
  std::size_t i = 0;
  for (; i + lag + 8 <= values.size(); i += 8) {
    for (std::size_t k = 0; k < 8; ++k) sums[k] += values[i + k] * values[i + k + lag];
  }
  double sum = 0;
  for (; i + lag < values.size(); ++i) sum += static_cast<double>(values[i]) * values[i + lag];
  for (const float part : sums) sum += part;
  return sum / static_cast<double>(values.size() - lag);
}

// The top of the parabola through three neighbours, as an offset from the middle one.
auto top_of_parabola(double left, double middle, double right) noexcept -> double {
  const double bend = left - 2 * middle + right;
  return bend < 0 ? std::clamp((left - right) / (2 * bend), -0.5, 0.5) : 0;
}

template <class Window>
auto peak_near(const Window& values, std::size_t lag) noexcept -> double {
  const auto at = [&](std::size_t l) { return product(values, l); };
  while (lag + 2 < values.size() && at(lag + 1) > at(lag)) ++lag;
  while (lag > 1 && at(lag - 1) > at(lag)) --lag;
  return static_cast<double>(lag) + top_of_parabola(at(lag - 1), at(lag), at(lag + 1));
}

// Several periods together tell its length better than one.
template <class Window>
auto refined(const Window& values, std::size_t lag) noexcept -> double {
  double period = peak_near(values, lag);
  double times = 2;
  while (times * period < static_cast<double>(values.size()) / 2) {
    period = peak_near(values, static_cast<std::size_t>(std::lround(times * period))) / times;
    times *= 2;
  }
  return period;
}

// The first lag that is as good as any, after a dip.
template <class Window>
auto find_lag(const Window& values) noexcept -> std::size_t {
  constexpr std::size_t kMostLag = std::tuple_size_v<Window> / 3;
  std::array<double, kMostLag + 2> correlations{};
  const double variance = product(values, 0);
  if (!(variance > 0)) return 0;
  for (std::size_t lag = 1; lag < correlations.size(); ++lag) correlations[lag] = product(values, lag) / variance;
  double dip = correlations[1];
  double best = 0;
  std::array<bool, kMostLag + 2> is_peak{};
  for (std::size_t lag = kLeastLag; lag <= kMostLag; ++lag) {
    const double here = correlations[lag];
    dip = std::min(dip, correlations[lag - 1]);
    is_peak[lag] = here >= correlations[lag - 1] && here > correlations[lag + 1] && here > kLeastCorrelation &&
                   here - dip > kLeastRise;
    if (is_peak[lag]) best = std::max(best, here);
  }
  for (std::size_t lag = kLeastLag; lag <= kMostLag; ++lag) {
    if (is_peak[lag] && correlations[lag] >= kNearlyBest * best) return lag;
  }
  return 0;
}

template <class Window>
auto find_period(const Window& values) noexcept -> double {
  const auto known = std::count_if(values.begin(), values.end(), [](float v) { return !std::isnan(v); });
  if (known * 2 < static_cast<std::ptrdiff_t>(values.size())) return 0;
  const auto left = detrended(values);
  const auto lag = find_lag(left);
  if (lag == 0) return 0;
  const double period = refined(left, lag);
  return period >= kLeastLag ? period : 0;
}

}  // namespace

auto PeriodSearch::learn(std::int64_t bucket, double value, std::int64_t span) noexcept -> double {
  if (count_ == 0 && open_count_ == 0) first_ = bucket;
  const auto cell = (bucket - first_) >> scale_;
  if (cell < 0 || std::cmp_greater(cell, kWindow + kWindow / 2)) {
    restart(bucket);
    return 0;
  }
  close_cell(static_cast<std::uint32_t>(cell));
  double period = 0;
  if (count_ == kWindow) {
    period = find_period(values_) * static_cast<double>(std::int64_t{1} << scale_);
    const double window = std::ldexp(static_cast<double>(span) * kWindow, scale_);
    if (window >= static_cast<double>(kLongestWindow)) restart(bucket);
    else halve();
  }
  open_sum_ += static_cast<float>(value);
  open_count_ += 1;
  return period;
}

void PeriodSearch::close_cell(std::uint32_t cells) noexcept {
  if (count_ >= cells || count_ == kWindow) return;
  values_[count_++] = open_count_ > 0 ? open_sum_ / open_count_ : kUnknown;
  open_sum_ = open_count_ = 0;
  while (count_ < std::min(cells, kWindow)) values_[count_++] = kUnknown;
}

void PeriodSearch::halve() noexcept {
  for (std::size_t i = 0; i < kWindow / 2; ++i) {
    const float left = values_[2 * i];
    const float right = values_[2 * i + 1];
    values_[i] = std::isnan(left) ? right : std::isnan(right) ? left : (left + right) / 2;
  }
  count_ = kWindow / 2;
  ++scale_;
}

void PeriodSearch::restart(std::int64_t bucket) noexcept {
  *this = PeriodSearch();
  first_ = bucket;
}

auto PeriodSearch::is_possible() const noexcept -> bool {
  constexpr std::int64_t kMostBucket = 1'000'000'000'000'000;
  constexpr std::uint8_t kMostScale = 40;
  return count_ < kWindow && scale_ < kMostScale && first_ > -kMostBucket && first_ < kMostBucket && open_count_ >= 0 &&
         std::isfinite(open_sum_) && std::isfinite(open_count_) &&
         std::none_of(values_.begin(), values_.end(), [](float value) { return std::isinf(value); });
}

}  // namespace adcore

#include "adcore/score/interval_highs.hpp"

#include <algorithm>
#include <functional>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

constexpr std::uint64_t kMostZeros = std::uint64_t{1} << 53U;

/// Whether so many values like this one were added since the last age(), but for rounding.
auto holds(const QuantileHistogram& histogram, std::uint32_t value, std::size_t count) noexcept -> bool {
  return histogram.like(value) >= static_cast<double>(count) * (1.0 - 1e-9);
}

}  // namespace

void IntervalHighs::start() noexcept {
  highs_.clear();
  zeros_ = 0;
}

void IntervalHighs::add(std::vector<std::uint32_t>& high, std::size_t size, QuantileHistogram& histogram) {
  std::sort(high.begin(), high.end(), std::greater<>());
  const std::size_t ranked = std::min(high.size(), highs_.size());
  for (std::size_t i = 0; i < ranked; ++i) {
    if (high[i] <= highs_[i]) continue;
    histogram.add(highs_[i], -1.0);
    histogram.add(high[i], 1.0);
    highs_[i] = high[i];
  }
  const std::size_t counted = std::max(size, highs_.size() + zeros_);
  for (std::size_t i = ranked; i < high.size(); ++i) {
    histogram.add(high[i], 1.0);
    highs_.push_back(high[i]);
  }
  const std::size_t zeros = counted - highs_.size();
  if (zeros != zeros_) histogram.add(0, static_cast<double>(zeros) - static_cast<double>(zeros_));
  zeros_ = zeros;
}

void IntervalHighs::write(ByteWriter& out) const {
  out.put_all(highs_);
  out.put_count(zeros_);
}

void IntervalHighs::read(ByteReader& in, const QuantileHistogram& histogram) {
  highs_ = in.get_all<std::uint32_t>(in.remaining());
  zeros_ = static_cast<std::size_t>(in.get_count(kMostZeros));
  bool possible = std::is_sorted(highs_.begin(), highs_.end(), std::greater<>()) && holds(histogram, 0, zeros_);
  std::size_t first = 0;  // of those in the same bin
  for (std::size_t i = 0; i < highs_.size() && possible; ++i) {
    if (HistogramBins::bin_of(highs_[i]) != HistogramBins::bin_of(highs_[first])) first = i;
    possible = highs_[i] > 0 && holds(histogram, highs_[i], i - first + 1);
  }
  if (!possible) throw_snapshot("an interval with scores that the histogram does not have");
}

}  // namespace adcore

#include "adcore/score/quantile_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

/// Bins per doubling, and the first value from which there is more than one value to a bin.
constexpr std::uint32_t kBins = 64;
constexpr std::uint32_t kFirstWide = 2 * kBins;
constexpr unsigned kFirstWideBits = 8;
constexpr double kMostCount = 0x1p62;

}  // namespace

auto HistogramBins::bin_of(std::uint32_t value) noexcept -> std::size_t {
  if (value < kFirstWide) return value;
  const auto doublings = static_cast<unsigned>(std::bit_width(value)) - kFirstWideBits;
  return kBins * (doublings + 1U) + (value >> (doublings + 1U));
}

auto HistogramBins::start_of(std::size_t bin) noexcept -> double {
  if (bin < kFirstWide) return static_cast<double>(bin);
  const auto doublings = static_cast<int>(bin / kBins) - 2;
  return std::ldexp(static_cast<double>(kBins + bin % kBins), doublings + 1);
}

void QuantileHistogram::add(std::uint32_t value, double weight) {
  const std::size_t bin = HistogramBins::bin_of(value);
  if (bin >= counts_.size()) counts_.resize(bin + 1);
  counts_[bin] += weight;
  total_ += weight;
}

void QuantileHistogram::age(double kept) noexcept {
  for (auto& count : counts_) count *= kept;
  total_ *= kept;
}

auto QuantileHistogram::below(std::uint32_t value) const noexcept -> double {
  const std::size_t end = std::min(HistogramBins::bin_of(value), counts_.size());
  double sum = 0.0;
  for (std::size_t bin = 0; bin < end; ++bin) sum += counts_[bin];
  return sum;
}

auto QuantileHistogram::up_to(double x) const noexcept -> double {
  if (counts_.empty()) return 0.0;
  if (x >= HistogramBins::start_of(counts_.size())) return total_;
  const auto whole = static_cast<std::uint32_t>(x);
  const std::size_t bin = HistogramBins::bin_of(whole);
  const double start = HistogramBins::start_of(bin);
  const double width = HistogramBins::start_of(bin + 1) - start;
  return below(whole) + counts_[bin] * (x - start) / width;
}

auto QuantileHistogram::value_at(double count) const noexcept -> double {
  double before = 0.0;
  for (std::size_t bin = 0; bin < counts_.size(); ++bin) {
    const double inside = counts_[bin];
    if (inside > 0.0 && before + inside >= count) {
      const double start = HistogramBins::start_of(bin);
      const double width = HistogramBins::start_of(bin + 1) - start;
      return start + width * std::clamp((count - before) / inside, 0.0, 1.0);
    }
    before += inside;
  }
  return HistogramBins::start_of(counts_.size());
}

void QuantileHistogram::write(ByteWriter& out) const {
  const auto used = counts_.size() - static_cast<std::size_t>(std::count(counts_.begin(), counts_.end(), 0.0));
  out.put_count(used);
  for (std::size_t bin = 0; bin < counts_.size(); ++bin) {
    if (counts_[bin] == 0.0) continue;
    out.put_count(bin);
    out.put(counts_[bin]);
  }
  out.put(total_);
}

auto QuantileHistogram::read(ByteReader& in) -> QuantileHistogram {
  const std::size_t bins = HistogramBins::bin_of(std::numeric_limits<std::uint32_t>::max()) + 1;
  QuantileHistogram histogram;
  double sum = 0.0;
  for (auto used = in.get_count(bins); used > 0; --used) {
    const auto bin = static_cast<std::size_t>(in.get_count(bins - 1));
    const double count = in.get<double>();
    if (bin < histogram.counts_.size()) throw_snapshot("a histogram whose bins are not in order");
    const bool is_possible = count > 0.0 && count <= kMostCount;  // NaN is not
    if (!is_possible) throw_snapshot("a histogram with a count that cannot be");
    histogram.counts_.resize(bin + 1);
    histogram.counts_[bin] = count;
    sum += count;
  }
  // What was counted one by one differs from the sum of the bins by rounding, and goes on as it was.
  histogram.total_ = in.get<double>();
  if (!(std::abs(histogram.total_ - sum) <= 1e-6 * sum)) throw_snapshot("a histogram with a total that is not its own");
  return histogram;
}

}  // namespace adcore

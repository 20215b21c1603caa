#include "adcore/score/detector_equalizer.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/base/error.hpp"
#include "adcore/score/raw_score.hpp"

namespace adcore {

namespace {

/// Bins of the histogram per unit of -ln p.
constexpr double kUnits = 100.0;
/// Where ln p ends for the histogram; probabilities that are doubles do not get there.
constexpr double kMostUnlikely = 1e6;
constexpr double kFewest = 1.5;
/// Slower than models age.
constexpr double kDecayShare = 0.05;

auto units_of(double log_probability) noexcept -> double { return kUnits * std::min(-log_probability, kMostUnlikely); }

}  // namespace

void DetectorEqualizer::learn(std::size_t detector, double log_probability) {
  if (!(log_probability < kLogInsignificant)) return;
  seen_[detector].add(static_cast<std::uint32_t>(units_of(log_probability)), 1.0);
}

auto DetectorEqualizer::is_ready() const noexcept -> bool {
  return seen_.size() > 1 &&
         std::all_of(seen_.begin(), seen_.end(), [](const auto& seen) { return seen.total() >= kFewest; });
}

auto DetectorEqualizer::median_at(double rank) const -> double {
  std::vector<double> values;
  values.reserve(seen_.size());
  for (const auto& seen : seen_) values.push_back(seen.value_at(rank * seen.total()));
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * (*middle + *std::max_element(values.begin(), middle));
}

// What was never seen has no rank: beyond the largest value the way goes on as it went to there, but not faster, so
// that the first great anomaly of a detector is not taken for one of the others' usual ones.
auto DetectorEqualizer::common_units(const QuantileHistogram& own, double units) const -> double {
  const double largest = own.value_at(own.total());
  if (units <= largest) return median_at(own.up_to(units) / own.total());
  const double common = median_at(1.0);
  return common + (units - largest) * std::min(1.0, common / largest);
}

auto DetectorEqualizer::corrected(std::size_t detector, double log_probability) const -> double {
  if (!(log_probability < kLogInsignificant) || !is_ready()) return log_probability;
  const double common = -common_units(seen_[detector], units_of(log_probability)) / kUnits;
  const double full = (log_probability - kLogInsignificant) / (kLogHighlyUnusual - kLogInsignificant);
  return std::lerp(log_probability, common, std::min(full, 1.0));
}

void DetectorEqualizer::pass_to(std::int64_t bucket_start) noexcept {
  const std::int64_t bucket = time_.bucket_at(bucket_start);
  if (started_ && bucket > bucket_) {
    const double kept = std::exp(-kDecayShare * time_.decay() * static_cast<double>(bucket - bucket_));
    for (auto& seen : seen_) seen.age(kept);
  }
  bucket_ = started_ ? std::max(bucket, bucket_) : bucket;
  started_ = true;
}

void DetectorEqualizer::write(ByteWriter& out) const {
  out.put(started_);
  out.put(bucket_);
  for (const auto& seen : seen_) seen.write(out);
}

void DetectorEqualizer::read(ByteReader& in) {
  started_ = in.get<bool>();
  bucket_ = in.get<std::int64_t>();
  if (!ScoreTime::is_possible(bucket_)) throw_snapshot("a bucket before or after all times");
  for (auto& seen : seen_) seen = QuantileHistogram::read(in);
}

}  // namespace adcore

#include "adcore/job/companions.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/score/raw_score.hpp"
#include "adcore/series/student.hpp"

namespace adcore {

namespace {

constexpr double kFewestPairs = 32.0;
constexpr double kLeastCorrelation = 0.3;
// What one anomaly may say about how series run along.
constexpr double kMostDeviate = 4.0;
// Deviates that differ by a tenth are as good as equal.
constexpr double kResolution = 0.01;
// Pairs that are compared in a bucket, where there are fewer series.
constexpr std::size_t kPairsPerBucket = 1'024;

// How much of a correlation the best of so many shows by chance, in the units of Fisher's transformation.
auto chance_of_best(std::size_t series, double pairs) noexcept -> double {
  return (1.0 + std::sqrt(2.0 * std::log(static_cast<double>(std::max<std::size_t>(series, 2))))) /
         std::sqrt(pairs - 3.0);
}

}  // namespace

struct Companions::Pairs {
  double count = 0.0;
  double mean_a = 0.0;
  double mean_b = 0.0;
  double aa = 0.0;  // sums of products of what is left of the means
  double ab = 0.0;
  double bb = 0.0;

  // How closely they go along beyond chance, among so many series; 0 where they do not.
  [[nodiscard]] auto closeness(std::size_t series) const noexcept -> double {
    if (count < kFewestPairs || !(aa > 0.0) || !(bb > 0.0)) return 0.0;
    const double correlation = std::min(std::abs(ab) / std::sqrt(aa * bb), 1.0);
    return std::tanh(std::atanh(correlation) - chance_of_best(series, count));
  }
  // What is to be expected of a where b is known.
  [[nodiscard]] auto predict(double b) const noexcept -> Student {
    const double slope = ab / bb;
    const double variance = std::max((aa - slope * ab) / (count - 2.0), kResolution);
    const double away = b - mean_b;
    return {.centre = mean_a + slope * away,
            .deviation = std::sqrt(variance * (1.0 + 1.0 / count + away * away / bb)),
            .freedom = count - 2.0};
  }
};

auto Companions::pairs(std::uint32_t a, std::uint32_t b) const noexcept -> Pairs {
  Pairs pairs;
  double sums[5] = {};
  for (std::size_t i = 0; i < kWindow; ++i) {
    const double x = rows_[a].recent[i];
    const double y = rows_[b].recent[i];
    if (std::isnan(x) || std::isnan(y)) continue;
    ++pairs.count;
    sums[0] += x, sums[1] += y, sums[2] += x * x, sums[3] += x * y, sums[4] += y * y;
  }
  if (pairs.count < kFewestPairs) return pairs;
  pairs.mean_a = sums[0] / pairs.count;
  pairs.mean_b = sums[1] / pairs.count;
  pairs.aa = sums[2] - sums[0] * pairs.mean_a;
  pairs.ab = sums[3] - sums[0] * pairs.mean_b;
  pairs.bb = sums[4] - sums[1] * pairs.mean_b;
  return pairs;
}

auto Companions::may_be_companions(std::uint32_t a, std::uint32_t b, const SeriesTable& table) const noexcept -> bool {
  return a != b && !table.is_free(b) && table.facts(a).partition == table.facts(b).partition;
}

auto Companions::compare(std::uint32_t series, std::span<const double> deviates, const SeriesTable& table,
                         Side side) const -> std::optional<Comparison> {
  const std::uint32_t companion = rows_[series].companion;
  if (companion == kNone || std::isnan(deviates[companion])) return std::nullopt;
  const Pairs known = pairs(series, companion);
  // The companion may have left, and its number may be another's.
  if (!may_be_companions(series, companion, table) || known.closeness(rows_.size()) < kLeastCorrelation) {
    return std::nullopt;
  }
  const Student expected = known.predict(deviates[companion]);
  const auto tails = student_tails(expected.score(deviates[series]), expected.freedom);
  return Comparison{companion, std::clamp(tails.sided(side), kLogLeast, 0.0)};
}

auto Companions::closest(std::uint32_t series, const SeriesTable& table) const noexcept -> std::uint32_t {
  double most = kLeastCorrelation;
  std::uint32_t found = kNone;
  for (std::uint32_t other = 0; other < rows_.size(); ++other) {
    if (!may_be_companions(series, other, table)) continue;
    const double closeness = pairs(series, other).closeness(rows_.size());
    if (closeness > most) most = closeness, found = other;
  }
  return found;
}

void Companions::learn(std::span<const double> deviates, const SeriesTable& table) {
  const std::size_t slot = buckets_++ % kWindow;
  for (std::size_t series = 0; series < rows_.size(); ++series) {
    rows_[series].recent[slot] = static_cast<float>(std::clamp(deviates[series], -kMostDeviate, kMostDeviate));
  }
  const std::size_t looks =
      rows_.empty() ? 0 : std::clamp<std::size_t>(kPairsPerBucket / rows_.size(), 1, rows_.size());
  for (std::size_t i = 0; i < looks; ++i) {
    const auto series = static_cast<std::uint32_t>(next_++ % rows_.size());
    if (!table.is_free(series)) rows_[series].companion = closest(series, table);
  }
}

void Companions::write(ByteWriter& writer) const {
  writer.put(buckets_);
  writer.put(next_);
  writer.put_count(rows_.size());
  for (const Row& row : rows_) {
    writer.put(row.companion);
    for (const float deviate : row.recent) writer.put(deviate);
  }
}

void Companions::read(ByteReader& reader, std::size_t series) {
  buckets_ = reader.get<std::uint64_t>();
  next_ = reader.get<std::uint64_t>();
  rows_.assign(reader.get_count(series), Row());
  for (Row& row : rows_) {
    row.companion = reader.get<std::uint32_t>();
    if (row.companion != kNone && row.companion >= rows_.size()) throw_snapshot("a companion is no series");
    for (float& deviate : row.recent) {
      deviate = reader.get<float>();
      if (std::abs(deviate) > static_cast<float>(kMostDeviate)) throw_snapshot("a deviate is out of range");
    }
  }
}

}  // namespace adcore

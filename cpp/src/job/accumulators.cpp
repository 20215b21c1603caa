#include "adcore/job/accumulators.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "adcore/job/information.hpp"

namespace adcore {

namespace {

// 53 bits are what a double holds exactly.
auto number_of(std::string_view text) noexcept -> double { return static_cast<double>(hash_text(text) >> 11U); }

void add_compensated(double& sum, double& error, double value) noexcept {
  const double total = sum + value;
  error += std::abs(sum) >= std::abs(value) ? (sum - total) + value : (value - total) + sum;
  sum = total;
}

}  // namespace

auto has_values(const DetectorPlan& plan, const RecordRow& row) noexcept -> bool {
  if (plan.metric != kNone && !std::isfinite(row.metrics[plan.metric])) return false;
  if (plan.longitude != kNone && !std::isfinite(row.metrics[plan.longitude])) return false;
  return plan.text == kNone || !row.texts[plan.text].empty();
}

auto RecordSums::total() const noexcept -> double { return std::isfinite(sum) ? sum + error : sum; }

auto RecordSums::variance() const noexcept -> double {
  return std::max(0.0, (squares - first * first / events) / events);
}

Accumulators::Accumulators(const DetectorPlan& plan) : plan_(plan) {}

auto Accumulators::slot_bytes() const noexcept -> std::uint64_t {
  switch (plan_.measure()) {
    case Measure::distinct_count: return sizeof(RecordSums) + sizeof(DistinctCounter);
    case Measure::median: return sizeof(RecordSums) + sizeof(QuantileSketch);
    case Measure::info_content: return sizeof(RecordSums) + sizeof(Interner);
    default: return sizeof(RecordSums);
  }
}

auto Accumulators::add_slot() -> std::uint32_t {
  sums_.emplace_back();
  if (plan_.measure() == Measure::distinct_count) distinct_.emplace_back();
  if (plan_.measure() == Measure::median) quantiles_.emplace_back();
  if (plan_.measure() == Measure::info_content) texts_.emplace_back();
  return static_cast<std::uint32_t>(sums_.size() - 1);
}

template <class Sketch, class Add>
void Accumulators::grow(Sketch& sketch, MemoryBudget& budget, const Add& add) {
  const std::size_t before = sketch.memory_bytes();
  add(sketch);
  const std::size_t after = sketch.memory_bytes();
  if (after <= before) return;
  grown_ += after - before;
  budget.hold(after - before);
}

void Accumulators::add(std::uint32_t slot, const RecordRow& row, MemoryBudget& budget) {
  RecordSums& sums = sums_[slot];
  sums.time += row.events * row.offset;
  switch (plan_.measure()) {
    case Measure::distinct_count:
      grow(distinct_[slot], budget, [&](auto& counter) { counter.add(number_of(row.texts[plan_.text])); });
      break;
    case Measure::info_content:
      grow(texts_[slot], budget, [&](auto& texts) { texts.intern(row.texts[plan_.text]); });
      break;
    case Measure::median:
      grow(quantiles_[slot], budget, [&](auto& sketch) { sketch.add(row.metrics[plan_.metric]); });
      add_compensated(sums.sum, sums.error, row.events * row.metrics[plan_.metric]);
      break;
    case Measure::sum: add_compensated(sums.sum, sums.error, row.metrics[plan_.metric]); break;
    case Measure::minimum:
    case Measure::maximum:
    case Measure::mean:
    case Measure::metric:
    case Measure::varp: add_moments(sums, row.metrics[plan_.metric], row.events); break;
    case Measure::lat_long:
      sums.sum += row.events * row.metrics[plan_.metric];
      sums.first += row.events * row.metrics[plan_.longitude];
      break;
    default: break;
  }
  sums.events += row.events;
}

// Only what the measure needs would be quicker by nanoseconds; one loop is simpler.
void Accumulators::add_moments(RecordSums& sums, double value, double events) noexcept {
  if (sums.events == 0.0) sums.origin = value;
  const double deviation = value - sums.origin;
  add_compensated(sums.sum, sums.error, events * value);
  sums.minimum = std::min(sums.minimum, value);
  sums.maximum = std::max(sums.maximum, value);
  sums.first += events * deviation;
  sums.squares += events * deviation * deviation;
}

auto Accumulators::median(std::uint32_t slot) const -> double {
  std::vector<WeightedValue> points;
  quantiles_[slot].sorted_points(points);
  return weighted_quantile(points, 0.5);
}

auto Accumulators::information(std::uint32_t slot) const -> double {
  const Interner& texts = texts_[slot];
  std::vector<std::string_view> sorted;
  for (std::uint32_t code = 0; code < texts.size(); ++code) sorted.push_back(texts.text(code));
  std::sort(sorted.begin(), sorted.end());
  return information_bytes(sorted);
}

void Accumulators::write(ByteWriter& writer) const {
  writer.put_count(sums_.size());
  for (const auto& sums : sums_) {
    for (const double value : {sums.events, sums.time, sums.sum, sums.error, sums.minimum, sums.maximum, sums.origin,
                               sums.first, sums.squares}) {
      writer.put(value);
    }
  }
  for (const auto& counter : distinct_) counter.write(writer);
  for (const auto& sketch : quantiles_) sketch.write(writer);
  for (const auto& texts : texts_) texts.write(writer);
  writer.put_count(grown_);
}

void Accumulators::read(ByteReader& reader) {
  const auto slots = reader.get_count(reader.remaining() / sizeof(RecordSums));
  for (std::uint64_t i = 0; i < slots; ++i) {
    RecordSums& sums = sums_[add_slot()];
    for (double* value : {&sums.events, &sums.time, &sums.sum, &sums.error, &sums.minimum, &sums.maximum, &sums.origin,
                          &sums.first, &sums.squares}) {
      *value = reader.get<double>();
    }
    if (!(sums.events > 0.0)) throw_snapshot("a series without events is in a bucket");
  }
  for (auto& counter : distinct_) counter = DistinctCounter::read(reader);
  for (auto& sketch : quantiles_) sketch = QuantileSketch::read(reader);
  for (auto& texts : texts_) texts = Interner::read(reader);
  grown_ = reader.get_count(std::uint64_t{1} << 62U);
}

}  // namespace adcore

#include "adcore/series/rare_model.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/base/error.hpp"
#include "adcore/series/bucket_time.hpp"
#include "adcore/series/mass_up_to.hpp"
#include "adcore/series/rarity.hpp"

namespace adcore {

namespace {

/// Beyond it the units start again from 1.
constexpr double kMostUnit = 1e100;
/// Of a tree: the node with its links.
constexpr std::size_t kNodeBytes = 64;

auto is_count(double x) noexcept -> bool { return x >= 0.0 && x <= 1e200; }

}  // namespace

auto RareModel::known(std::uint32_t value) const noexcept -> const Value* {
  const auto found = values_.find(value);
  return found == values_.end() ? nullptr : &found->second;
}

/// ln of the probability of so long a gap, if every bucket had the value with the same probability; for a new value,
/// the gap since there was any new value.
auto RareModel::log_gap(const Value* value, std::int64_t bucket) const noexcept -> double {
  const double count = value != nullptr ? value->count : firsts_;
  const double life = value != nullptr ? buckets_ - value->born : buckets_;
  const double empty = static_cast<double>(bucket - (value != nullptr ? value->last_bucket : last_first_) - 1);
  return empty > 0.0 ? empty * std::log1p(-std::min(count / (life + unit_), 1.0 - 1e-15)) : 0.0;
}

void RareModel::assess(std::int64_t bucket_start, std::span<const std::uint32_t> values,
                       std::span<RareAssessment> found) const {
  std::vector<double> counts;  // with this bucket
  for (const auto value : values) {
    const Value* seen = known(value);
    counts.push_back((seen != nullptr ? seen->count : 0.0) + unit_);
  }
  MassUpTo mass(counts);
  double total = unit_;
  double squares = 0.0;
  for (const auto& [number, value] : values_) {
    mass.add(value.count);
    total += value.count;
    squares += value.count * value.count;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Value* seen = known(values[i]);
    // Those that occur as seldom, this one with this bucket among them.
    const double log_frequency = std::log(std::min(1.0, (mass.at(counts[i]) + unit_) / total));
    found[i] = {
        .log_probability = log_joint_of_two(log_frequency, log_gap(seen, floor_divide(bucket_start, bucket_span_))),
        .expected = seen != nullptr ? std::min(1.0, seen->count / buckets_) : 0.0,
        .first_occurrence = seen == nullptr};
    if (squares > 0.0) found[i].relative_rarity = squares / (total - unit_) / (total - unit_) * total / counts[i];
  }
}

void RareModel::learn(std::int64_t bucket_start, std::span<const std::uint32_t> values) {
  unit_ /= std::max(age_.learn(bucket_span_, bucket_start), 1.0 / kMostUnit);
  if (unit_ > kMostUnit) rescale();
  const std::int64_t bucket = floor_divide(bucket_start, bucket_span_);
  bool is_first = false;
  for (const auto number : values) {
    const auto [place, is_new] =
        values_.try_emplace(number, Value{.count = 0.0, .born = buckets_, .last_bucket = bucket});
    place->second.count += unit_;
    place->second.last_bucket = bucket;
    is_first |= is_new;
  }
  buckets_ += unit_;
  if (!is_first) return;
  firsts_ += unit_;
  last_first_ = bucket;
}

void RareModel::forget(std::uint32_t value) { values_.erase(value); }

void RareModel::rescale() noexcept {
  const double factor = 1.0 / unit_;
  for (auto* count : {&unit_, &buckets_, &firsts_}) *count *= factor;
  for (auto& [number, value] : values_) {
    value.count *= factor;
    value.born *= factor;
  }
}

auto RareModel::memory_bytes() const noexcept -> std::size_t {
  return sizeof(*this) + values_.size() * (sizeof(Value) + kNodeBytes);
}

void RareModel::write(ByteWriter& out) const {
  age_.write(out);
  for (const double count : {unit_, buckets_, firsts_}) out.put(count);
  out.put(last_first_);
  out.put_count(values_.size());
  for (const auto& [number, value] : values_) {
    out.put(number);
    out.put(value.count);
    out.put(value.born);
    out.put(value.last_bucket);
  }
}

void RareModel::read(ByteReader& in) {
  age_.read(in);
  for (auto* count : {&unit_, &buckets_, &firsts_}) *count = in.get<double>();
  last_first_ = in.get<std::int64_t>();
  const bool possible = unit_ >= 1.0 && is_count(unit_) && is_count(buckets_) && is_count(firsts_);
  if (!possible || !BucketAge::is_possible(last_first_)) throw_snapshot("a model of rare values that cannot be");
  values_.clear();
  for (auto count = in.get_count(in.remaining()); count > 0; --count) {
    const auto number = in.get<std::uint32_t>();
    Value value;
    value.count = in.get<double>();
    value.born = in.get<double>();
    value.last_bucket = in.get<std::int64_t>();
    check(value);
    if (!values_.emplace(number, value).second) throw_snapshot("a rare value that is there twice");
  }
}

void RareModel::check(const Value& value) const {
  const bool counted = is_count(value.count) && is_count(value.born) && value.born <= buckets_;
  if (!counted || !BucketAge::is_possible(value.last_bucket)) throw_snapshot("a rare value that cannot be");
}

}  // namespace adcore

// Snapshots of the corrector. Sizes follow from the configuration; everything else is checked.
#include <cmath>

#include "adcore/base/error.hpp"
#include "adcore/detect/corrector.hpp"

namespace adcore {

namespace {

void check_length(std::size_t length, std::size_t expected) {
  if (length != 0 && length != expected) throw_snapshot("a point of a wrong length");
}

template <class T>
void check_range(const std::vector<T>& values) {
  for (const T value : values) {
    if (!(std::abs(value) <= static_cast<T>(kMaximumMagnitude))) throw_snapshot("a point out of range");
  }
}

void check_score(double score) {
  if (!std::isfinite(score) || score < 0) throw_snapshot("a score that cannot be");
}

}  // namespace

auto Corrector::memory_bytes() const noexcept -> std::size_t {
  std::size_t doubles = past_.scale.capacity() + past_.mean_moved.capacity();
  for (const auto* column : {&ignore_above_, &ignore_below_, &ignore_above_ratio_, &ignore_below_ratio_}) {
    doubles += column->capacity();
  }
  return doubles * sizeof(double) + (past_.point.capacity() + past_.expected.capacity()) * sizeof(float) +
         (run_actual_.capacity() + run_expected_.capacity()) * sizeof(Deviation);
}

void Corrector::write(ByteWriter& out) const {
  out.put(past_.exists);
  out.put_count(past_.step);
  out.put(past_.relative_index);
  out.put(past_.score);
  out.put_all(past_.point);
  out.put_all(past_.expected);
  out.put_all(past_.scale);
  out.put_all(past_.mean_moved);
  out.put(has_last_);
  out.put(last_score_);
  out.put(last_threshold_);
  out.put_count(run_length_);
  for (const auto* run : {&run_actual_, &run_expected_}) {
    for (const auto& value : *run) value.write(out);
  }
}

void Corrector::read(ByteReader& in) {
  past_.exists = in.get<bool>();
  past_.step = in.get_count(~std::uint64_t{0});
  past_.relative_index = in.get<std::int32_t>();
  past_.score = in.get<double>();
  past_.point = in.get_all<float>(dimensions_);
  past_.expected = in.get_all<float>(dimensions_);
  past_.scale = in.get_all<double>(block_);
  past_.mean_moved = in.get_all<double>(block_);
  has_last_ = in.get<bool>();
  last_score_ = in.get<double>();
  last_threshold_ = in.get<double>();
  run_length_ = static_cast<std::uint32_t>(in.get_count(kLongestRun));
  for (auto* run : {&run_actual_, &run_expected_}) {
    for (auto& value : *run) value.read(in);
  }
  check();
}

void Corrector::check() const {
  const auto farthest = static_cast<std::int64_t>(shingle_size_) - 1;
  if (past_.relative_index > 0 || -std::int64_t{past_.relative_index} > farthest) throw_snapshot("a relative index");
  if (past_.exists == past_.point.empty() || past_.exists == past_.scale.empty()) {
    throw_snapshot("an anomaly without its point");
  }
  if (!past_.exists && !(past_.expected.empty() && past_.mean_moved.empty())) throw_snapshot("traces of no anomaly");
  check_length(past_.point.size(), dimensions_);
  check_length(past_.expected.size(), dimensions_);
  check_length(past_.scale.size(), block_);
  check_length(past_.mean_moved.size(), block_);
  check_range(past_.point);
  check_range(past_.expected);
  check_range(past_.scale);
  check_range(past_.mean_moved);
  for (const double score : {past_.score, last_score_, last_threshold_}) check_score(score);
  if (run_length_ > kLongestRun) throw_snapshot("a run too long");
  for (const auto* run : {&run_actual_, &run_expected_}) {
    for (const auto& value : *run) value.check();
  }
}

}  // namespace adcore

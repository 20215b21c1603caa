#include "adcore/job/row_reader.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

void check_count(const char* name, std::size_t columns, std::size_t expected) {
  if (columns == expected) return;
  throw_invalid_argument(name, std::to_string(columns) + " columns", std::to_string(expected) + " columns");
}

void check_rows(const char* name, std::size_t rows, std::size_t expected) {
  if (rows == expected) return;
  throw_invalid_argument(name, std::to_string(rows) + " rows", std::to_string(expected) + " rows, as timestamps has");
}

void check_codes(const KeyView& key) {
  for (const std::uint32_t code : key.codes) {
    if (code >= key.labels.size() && code != kNoCode) {
      throw_invalid_argument("codes", code, "below the number of labels, " + std::to_string(key.labels.size()));
    }
  }
}

}  // namespace

// All is checked before the first row is taken: a refused batch leaves nothing behind.
void check_batch(const FieldPlan& plan, const JobBatch& batch) {
  check_count("metrics", batch.metrics.size(), plan.metrics.size());
  check_count("keys", batch.keys.size(), plan.keys.size());
  for (const auto& metric : batch.metrics) check_rows("metrics", metric.size, batch.timestamps.size());
  for (const auto& key : batch.keys) {
    check_rows("keys", key.codes.size(), batch.timestamps.size());
    check_codes(key);
  }
}

RowReader::RowReader(const FieldPlan& plan, const JobBatch& batch, std::vector<KeptValues>& kept, MemoryBudget& budget)
    : plan_(plan),
      batch_(batch),
      kept_(kept),
      budget_(budget),
      kept_codes_(plan.keys.size()),
      influencer_codes_(plan.keys.size()),
      metrics_(plan.metrics.size()),
      codes_(plan.keys.size()),
      texts_(plan.keys.size()),
      influencers_(plan.influencers.size()) {
  check_batch(plan, batch);
  for (std::size_t i = 0; i < plan.keys.size(); ++i) {
    if (plan.keys[i].is_kept) kept_codes_[i].resize(batch.keys[i].labels.size());
    if (plan.keys[i].influencer != kNone) influencer_codes_[i].resize(batch.keys[i].labels.size());
  }
  record_ = {metrics_.data(), codes_.data(), texts_.data(), influencers_.data(), 1.0, 0.0};
}

auto RowReader::read(std::size_t row, JobBucket& bucket) -> RecordRow& {
  for (std::size_t i = 0; i < metrics_.size(); ++i) metrics_[i] = batch_.metrics[i][row];
  for (std::size_t i = 0; i < texts_.size(); ++i) read_key(i, row, bucket);
  if (plan_.summary_count != kNone) record_.events = metrics_[plan_.summary_count];
  return record_;
}

void RowReader::read_key(std::size_t column, std::size_t row, JobBucket& bucket) {
  const KeyView& key = batch_.keys[column];
  const std::uint32_t label = key.codes[row];
  texts_[column] = label == kNoCode ? std::string_view() : key.labels[label];
  const bool is_missing = texts_[column].empty();
  const KeyColumn& plan = plan_.keys[column];
  if (plan.is_kept) codes_[column] = is_missing ? kNone : kept_code(column, label, bucket);
  if (plan.influencer != kNone) {
    influencers_[plan.influencer] = is_missing ? kNone : influencer_code(column, label, bucket);
  }
}

auto RowReader::kept_code(std::size_t column, std::uint32_t label, const JobBucket& bucket) -> std::uint32_t {
  CachedCode& cached = kept_codes_[column][label];
  if (cached.code == kRefused && cached.stamp == budget_.releases()) return kRefused;
  if (cached.code >= kRefused) cached.code = kept_[column].code_of(texts_[column], bucket.number, budget_);
  else if (cached.stamp != bucket.serial) kept_[column].note(cached.code, bucket.number);
  cached.stamp = cached.code == kRefused ? budget_.releases() : bucket.serial;
  return cached.code;
}

auto RowReader::influencer_code(std::size_t column, std::uint32_t label, JobBucket& bucket) -> std::uint32_t {
  CachedCode& cached = influencer_codes_[column][label];
  if (cached.code < kRefused && cached.stamp == bucket.serial) return cached.code;
  cached = {bucket.serial, bucket.influencers[plan_.keys[column].influencer].code_of(texts_[column], budget_)};
  return cached.code;
}

auto RowReader::missing_fields() const noexcept -> std::size_t {
  return static_cast<std::size_t>(std::count_if(plan_.fields.begin(), plan_.fields.end(), [&](const auto& field) {
    return std::all_of(field.metrics.begin(), field.metrics.end(), [&](auto i) { return std::isnan(metrics_[i]); }) &&
           std::all_of(field.keys.begin(), field.keys.end(), [&](auto i) { return texts_[i].empty(); });
  }));
}

void RowReader::forget_codes() {
  for (auto& codes : kept_codes_) std::fill(codes.begin(), codes.end(), CachedCode{});
}

}  // namespace adcore

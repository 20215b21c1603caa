// What a job gathers, the slow way: records are kept, and every value is worked out from all records of its bucket.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "adcore/job/config.hpp"
#include "adcore/job/feature_names.hpp"
#include "adcore/job/field_plan.hpp"
#include "adcore/job/information.hpp"
#include "tests/job_records.hpp"

namespace adcore::reference {

using testing::PlottedValues;
using testing::Record;

class Job {
 public:
  explicit Job(JobConfig config) : config_(std::move(config)), plan_(config_) {}

  void add(const Record& record) {
    const std::int64_t start = floor_to(record.time, config_.bucket_span);
    const std::int64_t newest = newest_.value_or(start);
    if (!newest_) first_open_ = floor_to(start - config_.latency, config_.bucket_span);
    if (start < first_open_ || floor_to(record.time, 1'000) < newest - config_.latency) {
      ++out_of_order;
      return;
    }
    newest_ = std::max(newest, start);
    first_open_ = std::max(first_open_, floor_to(*newest_ - config_.latency, config_.bucket_span));
    ++processed;
    missing += missing_fields(record);
    if (events_of(record) > 0.0) records_[start].push_back(record);
    else records_[start];
  }

  /// Starts and events of the final buckets.
  [[nodiscard]] auto buckets() const -> std::map<std::int64_t, double> {
    std::map<std::int64_t, double> buckets;
    if (records_.empty()) return buckets;
    for (auto start = records_.begin()->first; start < first_open_; start += config_.bucket_span) {
      const auto found = records_.find(start);
      buckets[start] = 0.0;
      if (found == records_.end()) continue;
      for (const auto& record : found->second) buckets[start] += events_of(record);
    }
    return buckets;
  }

  /// All values of the final buckets.
  [[nodiscard]] auto values() const -> PlottedValues {
    PlottedValues values;
    for (std::uint32_t detector = 0; detector < plan_.detectors.size(); ++detector) add_values(detector, values);
    return values;
  }

  std::uint64_t processed = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t missing = 0;

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // partition, over, by

  static auto floor_to(std::int64_t time, std::int64_t step) -> std::int64_t {
    return time - ((time % step) + step) % step;
  }
  static auto number(const Record& record, const std::string& field) -> double {
    const auto found = record.numbers.find(field);
    return found == record.numbers.end() ? kMissing : found->second;
  }
  static auto text(const Record& record, const std::string& field) -> std::string {
    const auto found = record.texts.find(field);
    return found == record.texts.end() ? "" : found->second;
  }
  [[nodiscard]] auto events_of(const Record& record) const -> double {
    return config_.summary_count_field_name.empty() ? 1.0 : number(record, config_.summary_count_field_name);
  }

  [[nodiscard]] auto missing_fields(const Record& record) const -> std::uint64_t {
    std::set<std::string> fields(config_.influencers.begin(), config_.influencers.end());
    for (const auto& d : config_.detectors) {
      fields.insert({d.field_name, d.by_field_name, d.over_field_name, d.partition_field_name});
    }
    fields.insert(config_.summary_count_field_name);
    fields.erase("");
    return static_cast<std::uint64_t>(std::count_if(fields.begin(), fields.end(), [&](const auto& field) {
      return text(record, field).empty() && std::isnan(number(record, field));
    }));
  }

  [[nodiscard]] auto groups_of(const std::vector<Record>& records, const DetectorSettings& settings,
                               const DetectorPlan& plan) const -> std::map<Key, std::vector<Record>> {
    std::map<Key, std::vector<Record>> groups;
    for (const auto& record : records) {
      const auto by = text(record, settings.by_field_name);
      const auto over = text(record, settings.over_field_name);
      if (!settings.use_null &&
          ((!settings.by_field_name.empty() && by.empty()) || (!settings.over_field_name.empty() && over.empty()))) {
        continue;
      }
      if (plan.metric != kNone && !std::isfinite(number(record, settings.field_name))) continue;
      if (plan.text != kNone && text(record, settings.field_name).empty()) continue;
      groups[{text(record, settings.partition_field_name), over, by}].push_back(record);
    }
    return groups;
  }

  void add_values(std::uint32_t detector, PlottedValues& values) const {
    const auto& settings = config_.detectors[detector];
    const auto& plan = plan_.detectors[detector];
    std::set<Key> known;
    for (const auto& [start, events] : buckets()) {
      const auto found = records_.find(start);
      const auto groups =
          found == records_.end() ? std::map<Key, std::vector<Record>>() : groups_of(found->second, settings, plan);
      for (const auto& [key, records] : groups) add_features(start, detector, key, records, values);
      if (!plan.function->empty_is_zero || plan.is_population()) continue;
      for (const auto& key : known) {
        if (!groups.contains(key)) put(start, detector, key, Feature::value, 0.0, values);
      }
      for (const auto& [key, records] : groups) known.insert(key);
    }
  }

  void put(std::int64_t start, std::uint32_t detector, const Key& key, Feature feature, double value,
           PlottedValues& values) const {
    const auto name = std::string(model_feature_of(plan_.detectors[detector], feature));
    values[{start, detector, std::get<0>(key), std::get<1>(key), std::get<2>(key), name}] = value;
  }

  void add_features(std::int64_t start, std::uint32_t detector, const Key& key, const std::vector<Record>& records,
                    PlottedValues& values) const {
    const auto& settings = config_.detectors[detector];
    if (plan_.detectors[detector].measure() == Measure::metric) {
      put(start, detector, key, Feature::value, value_of(Measure::mean, settings, records), values);
      put(start, detector, key, Feature::minimum, value_of(Measure::minimum, settings, records), values);
      put(start, detector, key, Feature::maximum, value_of(Measure::maximum, settings, records), values);
      return;
    }
    const double value = value_of(plan_.detectors[detector].measure(), settings, records);
    if (!std::isnan(value)) put(start, detector, key, Feature::value, value, values);
  }

  [[nodiscard]] auto value_of(Measure measure, const DetectorSettings& settings,
                              const std::vector<Record>& records) const -> double {
    std::vector<double> numbers;
    std::set<std::string> texts;
    double events = 0.0;
    double sum = 0.0;
    double weighted = 0.0;
    for (const auto& record : records) {
      const double value = number(record, settings.field_name);
      numbers.push_back(value);
      texts.insert(text(record, settings.field_name));
      events += events_of(record);
      sum += value;
      weighted += value * events_of(record);
    }
    switch (measure) {
      case Measure::count: return events;
      case Measure::distinct_count: return static_cast<double>(texts.size());
      case Measure::info_content: {
        const std::vector<std::string_view> sorted(texts.begin(), texts.end());
        return information_bytes(sorted);
      }
      case Measure::minimum: return *std::min_element(numbers.begin(), numbers.end());
      case Measure::maximum: return *std::max_element(numbers.begin(), numbers.end());
      case Measure::mean: return weighted / events;
      case Measure::sum: return sum;
      case Measure::median: return median_of(numbers);
      case Measure::varp: return variance_of(records, settings, weighted / events, events);
      default: return kMissing;
    }
  }

  static auto median_of(std::vector<double> numbers) -> double {
    std::sort(numbers.begin(), numbers.end());
    const std::size_t half = numbers.size() / 2;
    return numbers.size() % 2 == 1 ? numbers[half] : (numbers[half - 1] + numbers[half]) / 2.0;
  }
  [[nodiscard]] auto variance_of(const std::vector<Record>& records, const DetectorSettings& settings, double mean,
                                 double events) const -> double {
    if (events < 3.0) return kMissing;
    double squares = 0.0;
    for (const auto& record : records) {
      const double deviation = number(record, settings.field_name) - mean;
      squares += events_of(record) * deviation * deviation;
    }
    return squares / events;
  }

  JobConfig config_;
  FieldPlan plan_;
  std::optional<std::int64_t> newest_;
  std::int64_t first_open_ = 0;
  std::map<std::int64_t, std::vector<Record>> records_;
};

}  // namespace adcore::reference

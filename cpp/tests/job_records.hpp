// Records as people have them, and a job that is fed with them.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "adcore/job/engine.hpp"

namespace adcore::testing {

inline constexpr std::int64_t kMinute = 60'000;

struct Record {
  std::int64_t time = 0;
  std::map<std::string, double> numbers;
  std::map<std::string, std::string> texts;
};

/// The columns of some records, in the order that a job wants them.
class RecordColumns {
 public:
  RecordColumns(const FieldPlan& plan, std::span<const Record> records) {
    for (const auto& record : records) times_.push_back(record.time);
    for (const auto& metric : plan.metrics) add_metric(metric, records);
    for (const auto& key : plan.keys) add_key(key.field, records);
    for (const auto& column : numbers_) metrics_.emplace_back(std::span<const double>(column));
    for (std::size_t i = 0; i < codes_.size(); ++i) keys_.push_back({codes_[i], labels_[i]});
  }
  [[nodiscard]] auto batch() const -> JobBatch { return {times_, metrics_, keys_}; }

 private:
  static auto name_of(const MetricColumn& column) -> std::string {
    if (column.part == FieldPart::latitude) return column.field + ".latitude";
    return column.part == FieldPart::longitude ? column.field + ".longitude" : column.field;
  }
  void add_metric(const MetricColumn& metric, std::span<const Record> records) {
    auto& column = numbers_.emplace_back();
    for (const auto& record : records) {
      const auto found = record.numbers.find(name_of(metric));
      column.push_back(found == record.numbers.end() ? kMissing : found->second);
    }
  }
  void add_key(const std::string& field, std::span<const Record> records) {
    auto& codes = codes_.emplace_back();
    auto& labels = labels_.emplace_back();
    std::map<std::string_view, std::uint32_t> known;
    for (const auto& record : records) {
      const auto found = record.texts.find(field);
      if (found == record.texts.end()) {
        codes.push_back(kNoCode);
        continue;
      }
      const auto [place, is_new] = known.try_emplace(found->second, static_cast<std::uint32_t>(labels.size()));
      if (is_new) labels.push_back(found->second);
      codes.push_back(place->second);
    }
  }

  std::vector<std::int64_t> times_;
  std::vector<std::vector<double>> numbers_;
  std::vector<std::vector<std::uint32_t>> codes_;
  std::vector<std::vector<std::string_view>> labels_;
  std::vector<ColumnView> metrics_;
  std::vector<KeyView> keys_;
};

inline void feed(JobEngine& engine, std::span<const Record> records, std::size_t batch = 1'000'000) {
  for (std::size_t first = 0; first < records.size(); first += batch) {
    const auto part = records.subspan(first, std::min(batch, records.size() - first));
    engine.process(RecordColumns(engine.plan(), part).batch());
  }
}

[[nodiscard]] inline auto text_of(const JobResults& results, std::uint32_t code) -> std::string {
  return code == kNone ? "" : std::string(results.texts.text(code));
}

/// (bucket start, detector, partition, over, by, model feature) -> actual, of everything plotted.
using PlottedValues =
    std::map<std::tuple<std::int64_t, std::uint32_t, std::string, std::string, std::string, std::string>, double>;

[[nodiscard]] inline auto plotted_values(const JobResults& results) -> PlottedValues {
  PlottedValues values;
  const auto& plot = results.model_plot;
  for (std::size_t i = 0; i < plot.actual.size(); ++i) {
    values[{plot.timestamp[i], plot.detector_index[i], text_of(results, plot.partition_field_value[i]),
            text_of(results, plot.over_field_value[i]), text_of(results, plot.by_field_value[i]),
            text_of(results, plot.model_feature[i])}] = plot.actual[i];
  }
  return values;
}

}  // namespace adcore::testing

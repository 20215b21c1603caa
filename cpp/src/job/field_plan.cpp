#include "adcore/job/field_plan.hpp"

#include <algorithm>
#include <map>

namespace adcore {

namespace {

template <class Column, class Matches>
auto index_of(const std::vector<Column>& columns, Matches matches) -> std::uint32_t {
  const auto found = std::find_if(columns.begin(), columns.end(), matches);
  return found == columns.end() ? kNone : static_cast<std::uint32_t>(found - columns.begin());
}

}  // namespace

FieldPlan::FieldPlan(const JobConfig& config) {
  for (const auto& detector : config.detectors) plan_detector(detector);
  for (const auto& field : config.influencers) {
    const std::uint32_t column = key(field);
    keys[column].influencer = static_cast<std::uint32_t>(influencers.size());
    influencers.push_back(column);
  }
  if (!config.summary_count_field_name.empty()) {
    summary_count = metric(config.summary_count_field_name, FieldPart::value);
  }
  gather_influencers();
  list_fields();
}

void FieldPlan::plan_detector(const DetectorSettings& detector) {
  DetectorPlan plan;
  plan.function = job_function_from(detector.function);
  plan.use_null = detector.use_null;
  plan.by = kept_key(detector.by_field_name);
  plan.over = kept_key(detector.over_field_name);
  plan.partition = kept_key(detector.partition_field_name);
  if (reads_numbers(plan.measure())) plan.metric = metric(detector.field_name, FieldPart::value);
  if (reads_texts(plan.measure())) {
    plan.text = key(detector.field_name);
    keys[plan.text].is_measured = true;
  }
  if (plan.measure() == Measure::lat_long) {
    plan.metric = metric(detector.field_name, FieldPart::latitude);
    plan.longitude = metric(detector.field_name, FieldPart::longitude);
  }
  detectors.push_back(plan);
}

auto FieldPlan::metric(const std::string& field, FieldPart part) -> std::uint32_t {
  const auto known =
      index_of(metrics, [&](const auto& column) { return column.field == field && column.part == part; });
  if (known != kNone) return known;
  metrics.push_back({field, part});
  return static_cast<std::uint32_t>(metrics.size() - 1);
}

auto FieldPlan::key(const std::string& field) -> std::uint32_t {
  const auto known = index_of(keys, [&](const auto& column) { return column.field == field; });
  if (known != kNone) return known;
  keys.push_back({.field = field});
  return static_cast<std::uint32_t>(keys.size() - 1);
}

auto FieldPlan::kept_key(const std::string& field) -> std::uint32_t {
  if (field.empty()) return kNone;
  const std::uint32_t column = key(field);
  keys[column].is_kept = true;
  return column;
}

// An influencer that is a field of the detector has one value in a series: it has all of the influence.
void FieldPlan::gather_influencers() {
  for (auto& detector : detectors) {
    for (std::uint32_t place = 0; place < influencers.size(); ++place) {
      const std::uint32_t column = influencers[place];
      const bool is_own = column == detector.by || column == detector.over || column == detector.partition;
      if (!is_own) detector.gathered_influencers.push_back(place);
    }
  }
}

void FieldPlan::list_fields() {
  std::map<std::string, Field> by_name;
  for (std::uint32_t i = 0; i < metrics.size(); ++i) by_name[metrics[i].field].metrics.push_back(i);
  for (std::uint32_t i = 0; i < keys.size(); ++i) by_name[keys[i].field].keys.push_back(i);
  for (auto& [name, field] : by_name) fields.push_back(std::move(field));
}

}  // namespace adcore

#include "adcore/job/config_codec.hpp"

#include <algorithm>
#include <span>
#include <string>

namespace adcore {

namespace {

constexpr std::uint64_t kMostItems = std::uint64_t{1} << 24U;

void put_text(ByteWriter& writer, const std::string& text) { writer.put_bytes(std::as_bytes(std::span(text))); }

auto get_text(ByteReader& reader) -> std::string {
  const auto bytes = reader.get_bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void put_texts(ByteWriter& writer, const std::vector<std::string>& texts) {
  writer.put_count(texts.size());
  for (const auto& text : texts) put_text(writer, text);
}

// Every item takes at least one byte: a count beyond what is left is refused before anything is allocated.
template <class Item, class Get>
auto get_items(ByteReader& reader, const Get& get) -> std::vector<Item> {
  const auto count = reader.get_count(std::min<std::uint64_t>(kMostItems, reader.remaining()));
  std::vector<Item> items;
  for (std::uint64_t i = 0; i < count; ++i) items.push_back(get(reader));
  return items;
}

auto get_texts(ByteReader& reader) -> std::vector<std::string> { return get_items<std::string>(reader, get_text); }

void put_actions(ByteWriter& writer, const RuleActions& actions) {
  writer.put(actions.skip_result);
  writer.put(actions.skip_model_update);
}

auto get_actions(ByteReader& reader) -> RuleActions {
  RuleActions actions;
  actions.skip_result = reader.get<bool>();
  actions.skip_model_update = reader.get<bool>();
  return actions;
}

auto get_condition(ByteReader& reader) -> RuleCondition {
  RuleCondition condition;
  condition.applies_to = static_cast<RuleQuantity>(reader.get_at_most(static_cast<std::uint8_t>(RuleQuantity::time)));
  condition.comparison = static_cast<RuleOperator>(reader.get_at_most(static_cast<std::uint8_t>(RuleOperator::lte)));
  condition.value = reader.get<double>();
  return condition;
}

auto get_scope(ByteReader& reader) -> RuleScope {
  RuleScope scope;
  scope.field = get_text(reader);
  scope.include = reader.get<bool>();
  scope.items = get_texts(reader);
  return scope;
}

void put_rule(ByteWriter& writer, const CustomRule& rule) {
  put_actions(writer, rule.actions);
  writer.put(rule.force_time_shift);
  writer.put_count(rule.conditions.size());
  for (const auto& condition : rule.conditions) {
    writer.put(condition.applies_to);
    writer.put(condition.comparison);
    writer.put(condition.value);
  }
  writer.put_count(rule.scopes.size());
  for (const auto& scope : rule.scopes) {
    put_text(writer, scope.field);
    writer.put(scope.include);
    put_texts(writer, scope.items);
  }
}

auto get_rule(ByteReader& reader) -> CustomRule {
  CustomRule rule;
  rule.actions = get_actions(reader);
  rule.force_time_shift = reader.get<std::int64_t>();
  rule.conditions = get_items<RuleCondition>(reader, get_condition);
  rule.scopes = get_items<RuleScope>(reader, get_scope);
  return rule;
}

void put_detector(ByteWriter& writer, const DetectorSettings& detector) {
  put_text(writer, detector.function);
  put_text(writer, detector.field_name);
  put_text(writer, detector.by_field_name);
  put_text(writer, detector.over_field_name);
  put_text(writer, detector.partition_field_name);
  writer.put(detector.use_null);
  writer.put(detector.exclude_frequent);
  writer.put_count(detector.custom_rules.size());
  for (const auto& rule : detector.custom_rules) put_rule(writer, rule);
}

auto get_detector(ByteReader& reader) -> DetectorSettings {
  DetectorSettings detector;
  detector.function = get_text(reader);
  detector.field_name = get_text(reader);
  detector.by_field_name = get_text(reader);
  detector.over_field_name = get_text(reader);
  detector.partition_field_name = get_text(reader);
  detector.use_null = reader.get<bool>();
  detector.exclude_frequent =
      static_cast<ExcludeFrequent>(reader.get_at_most(static_cast<std::uint8_t>(ExcludeFrequent::over)));
  detector.custom_rules = get_items<CustomRule>(reader, get_rule);
  return detector;
}

auto get_event(ByteReader& reader) -> CalendarEvent {
  CalendarEvent event;
  event.start_time = reader.get<std::int64_t>();
  event.end_time = reader.get<std::int64_t>();
  event.actions = get_actions(reader);
  event.force_time_shift = reader.get<std::int64_t>();
  return event;
}

}  // namespace

void write_job_config(ByteWriter& writer, const JobConfig& config) {
  writer.put(config.bucket_span);
  writer.put(config.latency);
  writer.put_count(config.detectors.size());
  for (const auto& detector : config.detectors) put_detector(writer, detector);
  put_texts(writer, config.influencers);
  put_text(writer, config.summary_count_field_name);
  writer.put(config.multivariate_by_fields);
  writer.put(config.shape_feature);
  writer.put(config.model_prune_window);
  writer.put(config.model_memory_limit);
  writer.put(config.model_plot);
  put_texts(writer, config.model_plot_terms);
  writer.put(config.threads);
}

auto read_job_config(ByteReader& reader) -> JobConfig {
  JobConfig config;
  config.bucket_span = reader.get<std::int64_t>();
  config.latency = reader.get<std::int64_t>();
  config.detectors = get_items<DetectorSettings>(reader, get_detector);
  config.influencers = get_texts(reader);
  config.summary_count_field_name = get_text(reader);
  config.multivariate_by_fields = reader.get<bool>();
  config.shape_feature = reader.get<bool>();
  config.model_prune_window = reader.get<std::int64_t>();
  config.model_memory_limit = reader.get<std::uint64_t>();
  config.model_plot = reader.get<bool>();
  config.model_plot_terms = get_texts(reader);
  config.threads = reader.get<std::uint32_t>();
  return config;
}

void write_events(ByteWriter& writer, const std::vector<CalendarEvent>& events) {
  writer.put_count(events.size());
  for (const auto& event : events) {
    writer.put(event.start_time);
    writer.put(event.end_time);
    put_actions(writer, event.actions);
    writer.put(event.force_time_shift);
  }
}

auto read_events(ByteReader& reader) -> std::vector<CalendarEvent> {
  return get_items<CalendarEvent>(reader, get_event);
}

}  // namespace adcore

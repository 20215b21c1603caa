// A job's configuration as plain Python values, and back. Keys that are not there have their defaults; keys that are
// not known are the caller's mistake.
#include "job_config.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "adcore/base/error.hpp"

namespace adcore::python {
namespace {

template <class Value, std::size_t count>
using Names = std::array<std::pair<std::string_view, Value>, count>;

constexpr Names<ExcludeFrequent, 4> kFrequents{{{"none", ExcludeFrequent::none},
                                                {"all", ExcludeFrequent::all},
                                                {"by", ExcludeFrequent::by},
                                                {"over", ExcludeFrequent::over}}};
constexpr Names<RuleQuantity, 4> kQuantities{{{"actual", RuleQuantity::actual},
                                              {"typical", RuleQuantity::typical},
                                              {"diff_from_typical", RuleQuantity::diff_from_typical},
                                              {"time", RuleQuantity::time}}};
constexpr Names<RuleOperator, 4> kOperators{
    {{"gt", RuleOperator::gt}, {"gte", RuleOperator::gte}, {"lt", RuleOperator::lt}, {"lte", RuleOperator::lte}}};

template <class Value, std::size_t count>
auto value_of(const Names<Value, count>& names, const char* key, const std::string& name) -> Value {
  for (const auto& [known, value] : names) {
    if (known == name) return value;
  }
  std::string allowed;
  for (const auto& [known, value] : names) allowed += (allowed.empty() ? "" : ", ") + std::string(known);
  throw_invalid_argument(key, "'" + name + "'", allowed);
}

template <class Value, std::size_t count>
auto name_of(const Names<Value, count>& names, Value value) -> std::string {
  for (const auto& [name, known] : names) {
    if (known == value) return std::string(name);
  }
  return {};
}

/// The keys of one dictionary, each asked for once.
class Keys {
 public:
  explicit Keys(const ConfigDict& given) : left_(given.attr("copy")()) {}

  /// Replaces `value` by what the dictionary has, if it has the key and it is not None.
  template <class T>
  void take(const char* key, T& value) {
    const py::object found = left_.attr("pop")(key, py::none());
    if (!found.is_none()) value = found.cast<T>();
  }
  template <class Value, std::size_t count>
  void take(const char* key, const Names<Value, count>& names, Value& value) {
    std::string name = name_of(names, value);
    take(key, name);
    value = value_of(names, key, name);
  }
  void finish() const {
    if (left_.empty()) return;
    throw_invalid_argument("config", "the key '" + py::str(left_.begin()->first).cast<std::string>() + "'",
                           "the keys documented");
  }

 private:
  py::dict left_;
};

auto unpack_actions(const std::vector<std::string>& names, bool& shifts) -> RuleActions {
  RuleActions actions;
  for (const auto& name : names) {
    if (name == "skip_result") actions.skip_result = true;
    else if (name == "skip_model_update") actions.skip_model_update = true;
    else if (name == "force_time_shift") shifts = true;
    else throw_invalid_argument("actions", "'" + name + "'", "skip_result, skip_model_update, force_time_shift");
  }
  return actions;
}

auto unpack_condition(const ConfigDict& given) -> RuleCondition {
  RuleCondition condition;
  Keys keys(given);
  keys.take("applies_to", kQuantities, condition.applies_to);
  keys.take("operator", kOperators, condition.comparison);
  keys.take("value", condition.value);
  keys.finish();
  return condition;
}

auto unpack_scope(const std::string& field, const ConfigDict& given) -> RuleScope {
  RuleScope scope{.field = field, .include = true, .items = {}};
  std::string filter_type = "include";
  Keys keys(given);
  keys.take("filter_type", filter_type);
  keys.take("items", scope.items);
  keys.finish();
  scope.include = filter_type == "include";
  return scope;
}

auto unpack_rule(const ConfigDict& given) -> CustomRule {
  CustomRule rule;
  std::vector<std::string> actions{"skip_result"};
  DictList conditions;
  py::dict scopes;
  bool shifts = false;
  std::int64_t shift = 0;
  Keys keys(given);
  keys.take("actions", actions);
  keys.take("force_time_shift", shift);
  keys.take("conditions", conditions);
  keys.take("scope", scopes);
  keys.finish();
  rule.actions = unpack_actions(actions, shifts);
  rule.force_time_shift = shifts ? shift : 0;
  for (const auto& condition : conditions) rule.conditions.push_back(unpack_condition(condition.cast<ConfigDict>()));
  for (const auto& [field, scope] : scopes) {
    rule.scopes.push_back(unpack_scope(field.cast<std::string>(), scope.cast<ConfigDict>()));
  }
  return rule;
}

auto unpack_detector(const ConfigDict& given) -> DetectorSettings {
  DetectorSettings detector;
  DictList rules;
  Keys keys(given);
  keys.take("function", detector.function);
  keys.take("field_name", detector.field_name);
  keys.take("by_field_name", detector.by_field_name);
  keys.take("over_field_name", detector.over_field_name);
  keys.take("partition_field_name", detector.partition_field_name);
  keys.take("use_null", detector.use_null);
  keys.take("exclude_frequent", kFrequents, detector.exclude_frequent);
  keys.take("custom_rules", rules);
  keys.finish();
  detector.custom_rules = unpack_rules(rules);
  return detector;
}

auto pack_actions(const CustomRule& rule) -> std::vector<std::string> {
  std::vector<std::string> actions;
  if (rule.actions.skip_result) actions.emplace_back("skip_result");
  if (rule.actions.skip_model_update) actions.emplace_back("skip_model_update");
  if (rule.force_time_shift != 0) actions.emplace_back("force_time_shift");
  return actions;
}

auto pack_rule(const CustomRule& rule) -> ConfigDict {
  py::list conditions;
  for (const auto& condition : rule.conditions) {
    ConfigDict packed;
    packed["applies_to"] = name_of(kQuantities, condition.applies_to);
    packed["operator"] = name_of(kOperators, condition.comparison);
    packed["value"] = condition.value;
    conditions.append(packed);
  }
  py::dict scopes;
  for (const auto& scope : rule.scopes) {
    ConfigDict packed;
    packed["items"] = scope.items;
    packed["filter_type"] = scope.include ? "include" : "exclude";
    scopes[scope.field.c_str()] = packed;
  }
  ConfigDict packed;
  packed["actions"] = pack_actions(rule);
  packed["force_time_shift"] = rule.force_time_shift;
  packed["conditions"] = conditions;
  packed["scope"] = scopes;
  return packed;
}

auto pack_detector(const DetectorSettings& detector) -> ConfigDict {
  const auto field = [](const std::string& name) { return name.empty() ? py::object(py::none()) : py::str(name); };
  py::list rules;
  for (const auto& rule : detector.custom_rules) rules.append(pack_rule(rule));
  ConfigDict packed;
  packed["function"] = detector.function;
  packed["field_name"] = field(detector.field_name);
  packed["by_field_name"] = field(detector.by_field_name);
  packed["over_field_name"] = field(detector.over_field_name);
  packed["partition_field_name"] = field(detector.partition_field_name);
  packed["use_null"] = detector.use_null;
  packed["exclude_frequent"] = name_of(kFrequents, detector.exclude_frequent);
  packed["custom_rules"] = rules;
  return packed;
}

}  // namespace

auto unpack_rules(const DictList& given) -> std::vector<CustomRule> {
  std::vector<CustomRule> rules;
  for (const auto& rule : given) rules.push_back(unpack_rule(rule.cast<ConfigDict>()));
  return rules;
}

auto unpack_events(const DictList& given) -> std::vector<CalendarEvent> {
  std::vector<CalendarEvent> events;
  for (const auto& item : given) {
    CalendarEvent event;
    py::object description;
    Keys keys(item.cast<ConfigDict>());
    keys.take("start_time", event.start_time);
    keys.take("end_time", event.end_time);
    keys.take("skip_result", event.actions.skip_result);
    keys.take("skip_model_update", event.actions.skip_model_update);
    keys.take("force_time_shift", event.force_time_shift);
    keys.take("description", description);
    keys.finish();
    events.push_back(event);
  }
  return events;
}

auto unpack_job_config(const ConfigDict& given) -> JobConfig {
  JobConfig config;
  DictList detectors;
  Keys keys(given);
  keys.take("bucket_span", config.bucket_span);
  keys.take("latency", config.latency);
  keys.take("detectors", detectors);
  keys.take("influencers", config.influencers);
  keys.take("summary_count_field_name", config.summary_count_field_name);
  keys.take("multivariate_by_fields", config.multivariate_by_fields);
  keys.take("shape_feature", config.shape_feature);
  keys.take("model_prune_window", config.model_prune_window);
  keys.take("model_memory_limit", config.model_memory_limit);
  keys.take("model_plot", config.model_plot);
  keys.take("model_plot_terms", config.model_plot_terms);
  keys.take("threads", config.threads);
  keys.finish();
  for (const auto& detector : detectors) config.detectors.push_back(unpack_detector(detector.cast<ConfigDict>()));
  return config;
}

auto pack_job_config(const JobConfig& config) -> ConfigDict {
  py::list detectors;
  for (const auto& detector : config.detectors) detectors.append(pack_detector(detector));
  ConfigDict packed;
  packed["bucket_span"] = config.bucket_span;
  packed["latency"] = config.latency;
  packed["detectors"] = detectors;
  packed["influencers"] = config.influencers;
  packed["summary_count_field_name"] =
      config.summary_count_field_name.empty() ? py::object(py::none()) : py::str(config.summary_count_field_name);
  packed["multivariate_by_fields"] = config.multivariate_by_fields;
  packed["shape_feature"] = config.shape_feature;
  packed["model_prune_window"] = config.prune_window();
  packed["model_memory_limit"] = config.model_memory_limit;
  packed["model_plot"] = config.model_plot;
  packed["model_plot_terms"] = config.model_plot_terms;
  packed["threads"] = config.threads;
  return packed;
}

}  // namespace adcore::python

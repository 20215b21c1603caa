#include "adcore/job/custom_rule.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/series/bucket_time.hpp"

namespace adcore {

namespace {

auto item_matches(std::string_view item, std::string_view value) noexcept -> bool {
  if (item == "*") return true;
  if (item.starts_with('*')) return value.ends_with(item.substr(1));
  if (item.ends_with('*')) return value.starts_with(item.substr(0, item.size() - 1));
  return item == value;
}

auto compare(double a, RuleOperator comparison, double b) noexcept -> bool {
  switch (comparison) {
    case RuleOperator::gt: return a > b;
    case RuleOperator::gte: return a >= b;
    case RuleOperator::lt: return a < b;
    case RuleOperator::lte: return a <= b;
  }
  return false;
}

auto condition_matches(const RuleCondition& condition, const RuleSubject& subject) noexcept -> bool {
  const auto holds = [&](double quantity) { return compare(quantity, condition.comparison, condition.value); };
  switch (condition.applies_to) {
    case RuleQuantity::actual: return holds(subject.actual);
    case RuleQuantity::typical: return subject.has_typical && holds(subject.typical);
    case RuleQuantity::diff_from_typical:
      return subject.has_typical && holds(std::abs(subject.actual - subject.typical));
    case RuleQuantity::time: return holds(static_cast<double>(subject.bucket_start) / kMsPerSecond);
  }
  return false;
}

}  // namespace

auto RuleScope::admits(std::string_view value) const noexcept -> bool {
  const bool listed =
      std::any_of(items.begin(), items.end(), [value](const auto& item) { return item_matches(item, value); });
  return listed == include;
}

auto conditions_match(const CustomRule& rule, const RuleSubject& subject) noexcept -> bool {
  return std::all_of(rule.conditions.begin(), rule.conditions.end(),
                     [&](const auto& condition) { return condition_matches(condition, subject); });
}

auto clock_is_set(const CustomRule& rule, std::int64_t bucket_start, std::int64_t bucket_span) noexcept -> bool {
  if (rule.force_time_shift == 0) return false;
  const auto holds_at = [&](std::int64_t start) { return conditions_match(rule, {0.0, 0.0, false, start}); };
  return std::all_of(rule.conditions.begin(), rule.conditions.end(),
                     [](const auto& condition) { return condition.applies_to == RuleQuantity::time; }) &&
         holds_at(bucket_start) && !holds_at(bucket_start - bucket_span);
}

}  // namespace adcore

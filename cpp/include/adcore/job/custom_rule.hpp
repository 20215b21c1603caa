// Custom rules: what people know about their data that a model cannot.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace adcore {

enum class RuleQuantity : std::uint8_t { actual, typical, diff_from_typical, time };
enum class RuleOperator : std::uint8_t { gt, gte, lt, lte };

struct RuleCondition {
  RuleQuantity applies_to = RuleQuantity::actual;
  RuleOperator comparison = RuleOperator::gt;
  /// Of `time`: epoch seconds.
  double value = 0.0;
};

/// A by, over or partition value that has to be in a list, or must not be.
struct RuleScope {
  std::string field;
  bool include = true;
  /// May begin or end with one `*`, which stands for any text.
  std::vector<std::string> items;

  [[nodiscard]] auto admits(std::string_view value) const noexcept -> bool;
};

/// What a rule, or a calendar event, leaves of a value's treatment.
struct RuleActions {
  bool skip_result = false;
  bool skip_model_update = false;

  void add(const RuleActions& other) noexcept {
    skip_result |= other.skip_result;
    skip_model_update |= other.skip_model_update;
  }
};

struct CustomRule {
  RuleActions actions{.skip_result = true};
  /// ms by which models' clocks are set, once; 0: not at all. See clock_is_set().
  std::int64_t force_time_shift = 0;
  std::vector<RuleCondition> conditions;
  std::vector<RuleScope> scopes;
};

/// What conditions ask about.
struct RuleSubject {
  double actual;
  double typical;
  bool has_typical;  ///< false while the model has not learned: conditions about it never match
  std::int64_t bucket_start;
};

/// All of the conditions; scopes are the caller's to check.
[[nodiscard]] auto conditions_match(const CustomRule& rule, const RuleSubject& subject) noexcept -> bool;
/// The bucket is the first in which all of the conditions hold. Only those on time can tell: clocks are set before
/// values are looked at, so a rule with others, or with none, sets no clock.
[[nodiscard]] auto clock_is_set(const CustomRule& rule, std::int64_t bucket_start, std::int64_t bucket_span) noexcept
    -> bool;

/// Something planned: rows of its buckets are no news to learn from.
struct CalendarEvent {
  /// Epoch ms; in effect over the buckets that overlap [start_time, end_time).
  std::int64_t start_time = 0;
  std::int64_t end_time = 0;
  RuleActions actions{.skip_result = true, .skip_model_update = true};
  /// ms by which models' clocks are set before the bucket in which the event starts.
  std::int64_t force_time_shift = 0;
};

}  // namespace adcore

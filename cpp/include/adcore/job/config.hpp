// What a JobEngine is made with. src/adcore/job checks what people write; here only what the engine relies on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adcore/job/custom_rule.hpp"

namespace adcore {

enum class ExcludeFrequent : std::uint8_t { none, all, by, over };

struct DetectorSettings {
  /// A name of the function table.
  std::string function = "count";
  /// Empty where there is none.
  std::string field_name;
  std::string by_field_name;
  std::string over_field_name;
  std::string partition_field_name;
  /// A missing by or over value is the value "".
  bool use_null = false;
  ExcludeFrequent exclude_frequent = ExcludeFrequent::none;
  std::vector<CustomRule> custom_rules;
};

struct JobConfig {
  /// ms
  std::int64_t bucket_span = 300'000;
  /// How long, in ms, behind the newest bucket's start rows are still taken.
  std::int64_t latency = 0;
  std::vector<DetectorSettings> detectors;
  /// Field names.
  std::vector<std::string> influencers;
  /// Empty: every row is one event.
  std::string summary_count_field_name;
  /// Series of one detector and partition are compared with those they run along with; see Companions.
  bool multivariate_by_fields = false;
  /// The order of the last buckets is looked at as well; see WindowShape.
  bool shape_feature = false;
  /// Series idle for longer, in ms, are dropped; 0: the larger of 30 days and 20 buckets.
  std::int64_t model_prune_window = 0;
  /// Bytes.
  std::uint64_t model_memory_limit = std::uint64_t{1} << 30U;
  bool model_plot = false;
  /// Values of by, over or partition fields that are plotted; empty: all.
  std::vector<std::string> model_plot_terms;
  /// Threads that assess series; no result depends on it.
  std::uint32_t threads = 1;

  /// Throws InvalidArgument that names the first field out of range.
  void validate() const;
  [[nodiscard]] auto prune_window() const noexcept -> std::int64_t;
};

/// Throws InvalidArgument for a model_memory_limit that is too large to add to.
void check_memory_limit(std::uint64_t bytes);

/// Longest bucket_span, latency and model_prune_window: a thousand years.
inline constexpr std::int64_t kLongestJobSpan = 31'557'600'000'000;

}  // namespace adcore

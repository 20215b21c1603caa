// ClosingBucket: one bucket, and what the detectors have to know to judge it.
#pragma once

#include <cstdint>
#include <vector>

#include "adcore/job/config.hpp"
#include "adcore/job/job_bucket.hpp"
#include "adcore/job/kept_values.hpp"

namespace adcore {

struct ClosingBucket {
  const JobConfig& config;
  const FieldPlan& plan;
  /// By key column.
  const std::vector<KeptValues>& kept;
  const JobBucket& records;
  /// ms since the epoch.
  std::int64_t start;
  /// Nothing is learned.
  bool is_interim;
  /// Fraction of the events to be expected that have come, in [0, 1]; 1 for a final bucket.
  double completeness;
  /// What calendar events say of all series.
  RuleActions calendar;

  [[nodiscard]] auto middle() const noexcept -> std::int64_t { return start + config.bucket_span / 2; }
  [[nodiscard]] auto text(std::uint32_t column, std::uint32_t code) const -> std::string_view {
    return code == kNone ? std::string_view() : kept[column].text(code);
  }
};

}  // namespace adcore

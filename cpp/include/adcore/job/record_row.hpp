// One record, as the detectors see it.
#pragma once

#include <cstdint>
#include <string_view>

#include "adcore/job/field_plan.hpp"

namespace adcore {

/// A value that there was no memory for.
inline constexpr std::uint32_t kRefused = kNone - 1;

struct RecordRow {
  /// By metric column; NaN is missing.
  const double* metrics;
  /// By key column: the code of a kept value; kNone is missing.
  const std::uint32_t* codes;
  /// By key column; empty is missing.
  const std::string_view* texts;
  /// By influencer: the code of the value within the bucket; kNone is missing.
  const std::uint32_t* influencers;
  /// Events that the record stands for, > 0.
  double events;
  /// ms since the start of the bucket.
  double offset;
};

}  // namespace adcore

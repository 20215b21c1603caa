// The functions of a job's detectors.
#pragma once

#include <cstdint>
#include <string_view>

#include "adcore/series/config.hpp"

namespace adcore {

/// What is gathered of a bucket.
enum class Measure : std::uint8_t {
  count,
  distinct_count,
  info_content,
  minimum,
  maximum,
  mean,
  median,
  metric,  ///< mean, minimum and maximum at once
  varp,
  sum,
  rare,
  freq_rare,
  lat_long,
  time_of_day,
  time_of_week,
};

struct JobFunction {
  std::string_view name;  ///< as configured and echoed
  Measure measure;
  Side side;
  bool empty_is_zero;            ///< of an individual series: a bucket without events is a zero, and is modelled
  std::string_view description;  ///< `function_description` of a record
};

/// The function of a name in lower case; nullptr if there is none.
[[nodiscard]] auto job_function_from(std::string_view name) noexcept -> const JobFunction*;

/// Whether it reads numbers of its field.
[[nodiscard]] constexpr auto reads_numbers(Measure measure) noexcept -> bool {
  return measure >= Measure::minimum && measure <= Measure::sum;
}
/// Whether it reads texts of its field.
[[nodiscard]] constexpr auto reads_texts(Measure measure) noexcept -> bool {
  return measure == Measure::distinct_count || measure == Measure::info_content;
}
/// Whether values are whole numbers of things, modelled as counts.
[[nodiscard]] constexpr auto counts_things(Measure measure) noexcept -> bool {
  return measure <= Measure::info_content;
}
/// Whether categories are compared, and not values.
[[nodiscard]] constexpr auto is_rare(Measure measure) noexcept -> bool {
  return measure == Measure::rare || measure == Measure::freq_rare;
}
/// Whether values go round a circle.
[[nodiscard]] constexpr auto is_time(Measure measure) noexcept -> bool {
  return measure == Measure::time_of_day || measure == Measure::time_of_week;
}

}  // namespace adcore

#include "adcore/job/function.hpp"

#include <algorithm>
#include <iterator>

namespace adcore {

namespace {

// The short names stay in here.
namespace table {

using enum Measure;
using enum Side;

constexpr JobFunction kFunctions[] = {
    {"count", count, both, true, "count"},
    {"high_count", count, high, true, "count"},
    {"low_count", count, low, true, "count"},
    {"non_zero_count", count, both, false, "count"},
    {"nzc", count, both, false, "count"},
    {"high_non_zero_count", count, high, false, "count"},
    {"high_nzc", count, high, false, "count"},
    {"low_non_zero_count", count, low, false, "count"},
    {"low_nzc", count, low, false, "count"},
    {"distinct_count", distinct_count, both, false, "distinct_count"},
    {"dc", distinct_count, both, false, "distinct_count"},
    {"high_distinct_count", distinct_count, high, false, "distinct_count"},
    {"high_dc", distinct_count, high, false, "distinct_count"},
    {"low_distinct_count", distinct_count, low, false, "distinct_count"},
    {"low_dc", distinct_count, low, false, "distinct_count"},
    {"info_content", info_content, both, false, "info_content"},
    {"high_info_content", info_content, high, false, "info_content"},
    {"low_info_content", info_content, low, false, "info_content"},
    {"min", minimum, low, false, "min"},
    {"max", maximum, high, false, "max"},
    {"mean", mean, both, false, "mean"},
    {"high_mean", mean, high, false, "mean"},
    {"low_mean", mean, low, false, "mean"},
    {"avg", mean, both, false, "mean"},
    {"high_avg", mean, high, false, "mean"},
    {"low_avg", mean, low, false, "mean"},
    {"median", median, both, false, "median"},
    {"high_median", median, high, false, "median"},
    {"low_median", median, low, false, "median"},
    {"metric", metric, both, false, "mean"},
    {"varp", varp, both, false, "varp"},
    {"high_varp", varp, high, false, "varp"},
    {"low_varp", varp, low, false, "varp"},
    {"sum", sum, both, true, "sum"},
    {"high_sum", sum, high, true, "sum"},
    {"low_sum", sum, low, true, "sum"},
    {"non_null_sum", sum, both, false, "sum"},
    {"high_non_null_sum", sum, high, false, "sum"},
    {"low_non_null_sum", sum, low, false, "sum"},
    {"rare", rare, both, false, "rare"},
    {"freq_rare", freq_rare, both, false, "rare"},
    {"lat_long", lat_long, both, false, "lat_long"},
    {"time_of_day", time_of_day, both, false, "time"},
    {"time_of_week", time_of_week, both, false, "time"},
};

}  // namespace table

}  // namespace

auto job_function_from(std::string_view name) noexcept -> const JobFunction* {
  const auto* const found = std::find_if(std::begin(table::kFunctions), std::end(table::kFunctions),
                                         [name](const JobFunction& function) { return function.name == name; });
  return found == std::end(table::kFunctions) ? nullptr : found;
}

}  // namespace adcore

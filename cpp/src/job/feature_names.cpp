#include "adcore/job/feature_names.hpp"

#include <utility>

namespace adcore {

namespace {

/// Of an individual series, and of a population.
using Names = std::pair<std::string_view, std::string_view>;

auto count_names(bool empty_is_zero) noexcept -> Names {
  if (!empty_is_zero) return {"'non-zero count per bucket by person'", "'count per bucket by person and attribute'"};
  return {"'count per bucket by person'", "'count per bucket by person and attribute'"};
}

auto sum_names(bool empty_is_zero) noexcept -> Names {
  if (!empty_is_zero) return {"'bucket non-null sum by person'", "'bucket sum by person and attribute'"};
  return {"'bucket sum by person'", "'bucket sum by person and attribute'"};
}

auto names_of(const JobFunction& function) noexcept -> Names {
  switch (function.measure) {
    case Measure::count: return count_names(function.empty_is_zero);
    case Measure::sum: return sum_names(function.empty_is_zero);
    case Measure::distinct_count:
      return {"'unique count per bucket by person'", "'unique count per bucket by person and attribute'"};
    case Measure::info_content:
      return {"'information content of value per bucket by person'",
              "'information content of value per bucket by person and attribute'"};
    case Measure::minimum: return {"'minimum value by person'", "'minimum value by person and attribute'"};
    case Measure::maximum: return {"'maximum value by person'", "'maximum value by person and attribute'"};
    case Measure::mean:
    case Measure::metric: return {"'arithmetic mean value by person'", "'mean value by person and attribute'"};
    case Measure::median: return {"'median value by person'", "'median value by person and attribute'"};
    case Measure::varp: return {"'variance of values by person'", "'variance of values by person and attribute'"};
    case Measure::rare:
    case Measure::freq_rare: return {"'rare person'", "'rare attribute by person'"};
    case Measure::lat_long: return {"'mean position by person'", "'mean position by person and attribute'"};
    case Measure::time_of_day:
      return {"'time-of-day per bucket by person'", "'time-of-day per bucket by person and attribute'"};
    case Measure::time_of_week:
      return {"'time-of-week per bucket by person'", "'time-of-week per bucket by person and attribute'"};
  }
  return {};
}

}  // namespace

auto description_of(const DetectorPlan& plan, Feature feature) noexcept -> std::string_view {
  switch (feature) {
    case Feature::minimum: return "min";
    case Feature::maximum: return "max";
    case Feature::value: return plan.function->description;
  }
  return {};
}

auto model_feature_of(const DetectorPlan& plan, Feature feature) noexcept -> std::string_view {
  const auto in = [&](const Names& names) { return plan.is_population() ? names.second : names.first; };
  switch (feature) {
    case Feature::minimum: return in({"'minimum value by person'", "'minimum value by person and attribute'"});
    case Feature::maximum: return in({"'maximum value by person'", "'maximum value by person and attribute'"});
    case Feature::value: return in(names_of(*plan.function));
  }
  return {};
}

}  // namespace adcore

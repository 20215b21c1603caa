// What results call the numbers of a series.
#pragma once

#include <string_view>

#include "adcore/job/field_plan.hpp"
#include "adcore/job/leaf.hpp"

namespace adcore {

/// `function_description` of a record.
[[nodiscard]] auto description_of(const DetectorPlan& plan, Feature feature) noexcept -> std::string_view;
/// `model_feature` of a plot or a forecast.
[[nodiscard]] auto model_feature_of(const DetectorPlan& plan, Feature feature) noexcept -> std::string_view;

}  // namespace adcore

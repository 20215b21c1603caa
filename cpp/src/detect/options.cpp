#include "adcore/detect/options.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 6> kTransforms = {
    "none", "weighted", "difference", "normalize", "normalize_difference", "subtract_moving_average"};
constexpr std::array<std::string_view, 3> kModes = {"standard", "time_augmented", "streaming_impute"};
constexpr std::array<std::string_view, 6> kImputations = {"previous", "zero", "fixed_values",
                                                          "linear",   "next", "forest"};
constexpr std::array<std::string_view, 3> kLatePolicies = {"learn", "skip", "refuse"};
constexpr std::array<std::string_view, 7> kCorrections = {
    "none", "noise", "anomaly_in_shingle", "conditional_forecast", "forecast", "data_drift", "alert_once"};
constexpr std::array<std::string_view, 3> kStatuses = {"warming_up", "scored", "skipped"};

auto find_name(const char* argument, std::string_view name, std::span<const std::string_view> names) -> std::size_t {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return i;
  }
  std::string allowed = "it must be one of";
  for (const auto known : names) allowed.append(" '").append(known).append("'");
  throw_invalid_argument(argument, "'" + std::string(name) + "'", allowed);
}

}  // namespace

auto name_of(TransformMethod method) noexcept -> std::string_view {
  return kTransforms[static_cast<std::size_t>(method)];
}
auto name_of(Mode mode) noexcept -> std::string_view { return kModes[static_cast<std::size_t>(mode)]; }
auto name_of(ImputationMethod method) noexcept -> std::string_view {
  return kImputations[static_cast<std::size_t>(method)];
}
auto name_of(LatePolicy policy) noexcept -> std::string_view { return kLatePolicies[static_cast<std::size_t>(policy)]; }
auto name_of(Correction correction) noexcept -> std::string_view {
  return kCorrections[static_cast<std::size_t>(correction)];
}
auto name_of(RowStatus status) noexcept -> std::string_view { return kStatuses[static_cast<std::size_t>(status)]; }

auto transform_from_name(std::string_view name) -> TransformMethod {
  return static_cast<TransformMethod>(find_name("transform", name, kTransforms));
}
auto mode_from_name(std::string_view name) -> Mode { return static_cast<Mode>(find_name("mode", name, kModes)); }
auto imputation_from_name(std::string_view name) -> ImputationMethod {
  return static_cast<ImputationMethod>(find_name("imputation", name, kImputations));
}
auto late_policy_from_name(std::string_view name) -> LatePolicy {
  return static_cast<LatePolicy>(find_name("late_rows", name, kLatePolicies));
}

}  // namespace adcore

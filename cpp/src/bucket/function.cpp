#include "adcore/bucket/function.hpp"

#include <array>
#include <limits>

namespace adcore {

namespace {

constexpr std::array<std::string_view, kNumberOfBucketFunctions> kNames{"sum",
                                                                        "non_null_sum",
                                                                        "mean",
                                                                        "min",
                                                                        "max",
                                                                        "value_count",
                                                                        "count",
                                                                        "variance",
                                                                        "cardinality",
                                                                        "percentile",
                                                                        "median_absolute_deviation",
                                                                        "weighted_mean"};

struct Alias {
  std::string_view name;
  BucketFunction function;
};
constexpr std::array<Alias, 3> kAliases{{{"avg", BucketFunction::mean},
                                         {"varp", BucketFunction::variance},
                                         {"weighted_avg", BucketFunction::weighted_mean}}};

}  // namespace

auto to_string(BucketFunction function) noexcept -> std::string_view {
  return kNames[static_cast<std::size_t>(function)];
}

auto bucket_function_from(std::string_view name) noexcept -> std::optional<BucketFunction> {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<BucketFunction>(i);
  }
  for (const auto& alias : kAliases) {
    if (alias.name == name) return alias.function;
  }
  return std::nullopt;
}

auto empty_value(BucketFunction function) noexcept -> double {
  switch (function) {
    case BucketFunction::sum:
    case BucketFunction::value_count:
    case BucketFunction::count:
    case BucketFunction::cardinality: return 0.0;
    default: return std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace adcore

#include "adcore/bucket/config.hpp"

#include <string>

#include "adcore/base/error.hpp"

namespace adcore {

namespace {

void check_column(const char* name, std::uint32_t column, std::uint32_t columns) {
  if (column >= columns) throw_invalid_argument(name, column, "below value_columns, " + std::to_string(columns));
}

void check_feature(const BucketFeature& feature, std::uint32_t columns) {
  if (static_cast<std::uint8_t>(feature.function) >= kNumberOfBucketFunctions) {
    throw_invalid_argument("function", static_cast<double>(feature.function), "one of the enumerators");
  }
  if (feature.function != BucketFunction::count) check_column("column", feature.column, columns);
  if (feature.function == BucketFunction::weighted_mean) {
    check_column("weight_column", feature.weight_column, columns);
  }
  if (feature.function == BucketFunction::percentile && !(feature.percentile >= 0.0 && feature.percentile <= 100.0)) {
    throw_invalid_argument("percentile", feature.percentile, "0 to 100");
  }
}

void check_duration(const char* name, std::int64_t value, std::int64_t least) {
  if (value < least || value > kMaximumDuration) {
    throw_invalid_argument(name, std::to_string(value), std::to_string(least) + " to 2^60 ms");
  }
}

}  // namespace

void BucketConfig::validate() const {
  check_duration("bucket_span", bucket_span, 1);
  check_duration("window_delay", window_delay, 0);
  if (features.empty() || features.size() > kMostBucketFeatures) {
    throw_invalid_argument("features", static_cast<double>(features.size()), "1 to 65 536 features");
  }
  if (value_columns > kMostBucketFeatures) throw_invalid_argument("value_columns", value_columns, "0 to 65 536");
  for (const auto& feature : features) check_feature(feature, value_columns);
  if (maximum_gap == 0) throw_invalid_argument("maximum_gap", 0.0, "1 or more");
  if (maximum_entities == 0) throw_invalid_argument("maximum_entities", 0.0, "1 or more");
  if (maximum_open_vectors == 0) throw_invalid_argument("maximum_open_vectors", 0.0, "1 or more");
}

}  // namespace adcore

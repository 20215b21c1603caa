#include "adcore/job/config.hpp"

#include <algorithm>
#include <string>

#include "adcore/base/error.hpp"
#include "adcore/job/function.hpp"
#include "adcore/series/bucket_time.hpp"

namespace adcore {

namespace {

constexpr std::size_t kMostDetectors = 4'096;
constexpr std::size_t kMostInfluencers = 1'024;
constexpr std::uint32_t kMostThreads = 1'024;
constexpr std::int64_t kMostLatencyBuckets = std::int64_t{1} << 20;
constexpr std::uint64_t kLargestMemoryLimit = std::uint64_t{1} << 62U;

void check_duration(const char* name, std::int64_t value, std::int64_t least) {
  if (value < least || value > kLongestJobSpan) {
    throw_invalid_argument(name, std::to_string(value), std::to_string(least) + " ms to 1000 years");
  }
}

void require_field(const std::string& field, const char* name, const std::string& function) {
  if (field.empty()) throw_invalid_argument(name, "none", "a field, for function " + function);
}

void check_detector(const DetectorSettings& detector) {
  const auto* const function = job_function_from(detector.function);
  if (function == nullptr) throw_invalid_argument("function", "'" + detector.function + "'", "a name of a function");
  const Measure measure = function->measure;
  if (reads_numbers(measure) || reads_texts(measure) || measure == Measure::lat_long) {
    require_field(detector.field_name, "field_name", detector.function);
  }
  if (is_rare(measure)) require_field(detector.by_field_name, "by_field_name", detector.function);
  if (measure == Measure::freq_rare) require_field(detector.over_field_name, "over_field_name", detector.function);
}

}  // namespace

void check_memory_limit(std::uint64_t bytes) {
  if (bytes > kLargestMemoryLimit) throw_invalid_argument("model_memory_limit", std::to_string(bytes), "at most 2^62");
}

void JobConfig::validate() const {
  check_duration("bucket_span", bucket_span, 1);
  check_duration("latency", latency, 0);
  check_duration("model_prune_window", model_prune_window, 0);
  if (latency / bucket_span > kMostLatencyBuckets) {
    throw_invalid_argument("latency", std::to_string(latency), "at most 2^20 times bucket_span");
  }
  check_memory_limit(model_memory_limit);
  if (detectors.empty() || detectors.size() > kMostDetectors) {
    throw_invalid_argument("detectors", std::to_string(detectors.size()), "1 to 4096 detectors");
  }
  if (influencers.size() > kMostInfluencers) {
    throw_invalid_argument("influencers", std::to_string(influencers.size()), "at most 1024 fields");
  }
  if (threads == 0 || threads > kMostThreads) throw_invalid_argument("threads", threads, "1 to 1024");
  for (const auto& detector : detectors) check_detector(detector);
}

auto JobConfig::prune_window() const noexcept -> std::int64_t {
  return model_prune_window > 0 ? model_prune_window : std::max(30 * kMsPerDay, 20 * bucket_span);
}

}  // namespace adcore

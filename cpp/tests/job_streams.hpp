// Streams of records with something to find.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "adcore/base/random.hpp"
#include "tests/job_records.hpp"

namespace adcore::testing {

inline constexpr std::int64_t kStreamSpan = 600'000;
inline constexpr std::int64_t kStreamStart = 1'600'000'200'000;

struct StreamOptions {
  std::size_t buckets = 300;
  std::size_t hosts = 4;
  std::uint64_t seed = 1;
  /// In this bucket host0 has ten times as many records, all of them of user "mallory", whose x is 500; 0: never.
  std::size_t burst = 0;
};

/// Records of field x, about 100, by host and user: about ten of each host in a bucket.
[[nodiscard]] inline auto stream(const StreamOptions& options) -> std::vector<Record> {
  Random random(options.seed);
  std::vector<Record> records;
  for (std::size_t bucket = 0; bucket < options.buckets; ++bucket) {
    const std::size_t first = records.size();
    for (std::size_t host = 0; host < options.hosts; ++host) {
      const bool is_burst = options.burst != 0 && bucket == options.burst && host == 0;
      const std::size_t usual = 8 + random.next() % 5;
      for (std::size_t i = 0; i < usual + (is_burst ? 100 : 0); ++i) {
        Record record{.time = kStreamStart + static_cast<std::int64_t>(bucket) * kStreamSpan +
                              static_cast<std::int64_t>(random.next() % kStreamSpan),
                      .numbers = {},
                      .texts = {}};
        const bool is_odd = i >= usual;
        record.numbers["x"] = is_odd ? 500.0 : 95.0 + 10.0 * random.uniform();
        record.texts["host"] = "host" + std::to_string(host);
        record.texts["user"] = is_odd ? "mallory" : "user" + std::to_string(random.next() % 6);
        records.push_back(record);
      }
    }
    std::sort(records.begin() + static_cast<std::ptrdiff_t>(first), records.end(),
              [](const auto& a, const auto& b) { return a.time < b.time; });
  }
  return records;
}

/// A detector of a function, by host where `by` says so.
[[nodiscard]] inline auto detector(const std::string& function, const std::string& field, const std::string& by,
                                   const std::string& over = "") -> DetectorSettings {
  DetectorSettings settings;
  settings.function = function;
  settings.field_name = field;
  settings.by_field_name = by;
  settings.over_field_name = over;
  return settings;
}

[[nodiscard]] inline auto stream_config(std::vector<DetectorSettings> detectors) -> JobConfig {
  JobConfig config;
  config.bucket_span = kStreamSpan;
  config.detectors = std::move(detectors);
  config.influencers = {"user", "host"};
  return config;
}

}  // namespace adcore::testing

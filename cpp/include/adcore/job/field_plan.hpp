// FieldPlan: which columns a job reads, and who reads them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "adcore/job/config.hpp"
#include "adcore/job/function.hpp"

namespace adcore {

/// No column, no code, no field.
inline constexpr std::uint32_t kNone = 0xffffffffU;

enum class FieldPart : std::uint8_t { value, latitude, longitude };

/// A column of numbers that every batch brings.
struct MetricColumn {
  std::string field;
  FieldPart part = FieldPart::value;
};

/// A column of texts that every batch brings.
struct KeyColumn {
  std::string field;
  /// Values are by, over or partition values of a detector: they are kept as long as the job lives.
  bool is_kept = false;
  /// Values are told apart by distinct_count or info_content.
  bool is_measured = false;
  /// Place among the influencers, kNone if it is none: values are kept as long as the bucket is open.
  std::uint32_t influencer = kNone;
};

/// What one detector reads: indexes of columns, kNone where it reads none.
struct DetectorPlan {
  const JobFunction* function = nullptr;
  std::uint32_t metric = kNone;
  std::uint32_t longitude = kNone;
  std::uint32_t text = kNone;
  std::uint32_t by = kNone;
  std::uint32_t over = kNone;
  std::uint32_t partition = kNone;
  bool use_null = false;
  /// Influencers (places) whose values' parts in a value have to be gathered: those that are no field of the detector.
  std::vector<std::uint32_t> gathered_influencers;

  [[nodiscard]] auto is_population() const noexcept -> bool { return over != kNone; }
  [[nodiscard]] auto measure() const noexcept -> Measure { return function->measure; }
};

struct FieldPlan {
  explicit FieldPlan(const JobConfig& config);

  std::vector<MetricColumn> metrics;
  std::vector<KeyColumn> keys;
  std::vector<DetectorPlan> detectors;
  /// Index of the key column of each influencer.
  std::vector<std::uint32_t> influencers;
  /// Index of the metric column of the summary count, kNone without one.
  std::uint32_t summary_count = kNone;
  /// The analysed fields, each once, as the columns that hold it: a field is missing where all of them are.
  struct Field {
    std::vector<std::uint32_t> metrics;
    std::vector<std::uint32_t> keys;
  };
  std::vector<Field> fields;

 private:
  void plan_detector(const DetectorSettings& detector);
  auto metric(const std::string& field, FieldPart part) -> std::uint32_t;
  auto key(const std::string& field) -> std::uint32_t;
  auto kept_key(const std::string& field) -> std::uint32_t;
  void gather_influencers();
  void list_fields();
};

}  // namespace adcore

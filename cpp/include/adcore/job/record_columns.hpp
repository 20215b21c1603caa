// The columns of records, and what other results have in common with them.
#pragma once

#include <cstdint>
#include <vector>

namespace adcore {

// Every table lists its columns once, with their names, for whoever reads, writes or packs them:
//
//   template <class Visit> void columns(Visit& visit) { visit("timestamp", timestamp); ... }
//
// Texts are codes of JobResults::texts, kNone for none. first_x and xs are a slice of the table x.

/// Truth values are kept as bytes: std::vector<bool> has no address.
using Flags = std::vector<std::uint8_t>;
using Numbers = std::vector<double>;
using Codes = std::vector<std::uint32_t>;
using Times = std::vector<std::int64_t>;

/// What scores are made of, once more when the normaliser has learned.
struct ScoredColumns {
  Numbers log_probability;
  Flags level;
  std::vector<std::uint64_t> class_id;
  std::vector<std::uint64_t> scope_id;

  template <class Visit>
  void columns(Visit& visit) {
    visit("log_probability", log_probability);
    visit("level", level);
    visit("class_id", class_id);
    visit("scope_id", scope_id);
  }
};

/// What records and causes have in common.
struct LeafColumns {
  Numbers probability;
  Codes function_description;
  Codes by_field_value;
  Codes correlated_by_field_value;
  Codes over_field_value;
  Codes partition_field_value;
  Numbers typical;
  Numbers actual;
  Numbers typical_longitude;
  Numbers actual_longitude;
  Codes first_influence;
  Codes influences;

  template <class Visit>
  void columns(Visit& visit) {
    visit("probability", probability);
    visit("function_description", function_description);
    visit("by_field_value", by_field_value);
    visit("correlated_by_field_value", correlated_by_field_value);
    visit("over_field_value", over_field_value);
    visit("partition_field_value", partition_field_value);
    visit("typical", typical);
    visit("actual", actual);
    visit("typical_longitude", typical_longitude);
    visit("actual_longitude", actual_longitude);
    visit("first_influence", first_influence);
    visit("influences", influences);
  }
};

/// 0, false and NaN are what is not said.
struct ExplanationColumns {
  std::vector<std::int8_t> anomaly_type;  // 1 spike, -1 dip
  std::vector<std::int32_t> anomaly_length;
  std::vector<std::int32_t> single_bucket_impact;
  std::vector<std::int32_t> record_multi_bucket_impact;
  std::vector<std::int32_t> shape_impact;
  std::vector<std::int32_t> anomaly_characteristics_impact;
  Numbers lower_confidence_bound;
  Numbers typical_value;
  Numbers upper_confidence_bound;
  Flags high_variance_penalty;
  Flags incomplete_bucket_penalty;
  Flags multimodal_distribution;
  Flags by_field_first_occurrence;
  Numbers by_field_relative_rarity;

  template <class Visit>
  void columns(Visit& visit) {
    visit("anomaly_type", anomaly_type);
    visit("anomaly_length", anomaly_length);
    visit("single_bucket_impact", single_bucket_impact);
    visit("record_multi_bucket_impact", record_multi_bucket_impact);
    visit("shape_impact", shape_impact);
    visit("anomaly_characteristics_impact", anomaly_characteristics_impact);
    visit("lower_confidence_bound", lower_confidence_bound);
    visit("typical_value", typical_value);
    visit("upper_confidence_bound", upper_confidence_bound);
    visit("high_variance_penalty", high_variance_penalty);
    visit("incomplete_bucket_penalty", incomplete_bucket_penalty);
    visit("multimodal_distribution", multimodal_distribution);
    visit("by_field_first_occurrence", by_field_first_occurrence);
    visit("by_field_relative_rarity", by_field_relative_rarity);
  }
};

struct RecordColumns {
  Codes bucket;
  Times timestamp;
  Flags is_interim;
  Codes detector_index;
  Numbers record_score;
  Numbers initial_record_score;
  Numbers multi_bucket_impact;
  LeafColumns leaf;
  Codes first_cause;
  Codes causes;
  ExplanationColumns explanation;
  ScoredColumns scored;

  template <class Visit>
  void columns(Visit& visit) {
    visit("bucket", bucket);
    visit("timestamp", timestamp);
    visit("is_interim", is_interim);
    visit("detector_index", detector_index);
    visit("record_score", record_score);
    visit("initial_record_score", initial_record_score);
    visit("multi_bucket_impact", multi_bucket_impact);
    leaf.columns(visit);
    visit("first_cause", first_cause);
    visit("causes", causes);
    explanation.columns(visit);
    scored.columns(visit);
  }
};

}  // namespace adcore

"""The names that result documents use themselves: no field of the data may hide them."""

from __future__ import annotations

__all__ = ["RESERVED"]

# What is written beside these under the name of a field of the data is left out where it is one.
RESERVED = frozenset({
    "job_id", "result_type", "timestamp", "bucket_span", "is_interim", "probability",
    "detector_index", "sequence_num", "record_score", "initial_record_score",
    "multi_bucket_impact", "by_field_name", "by_field_value", "correlated_by_field_value",
    "over_field_name", "over_field_value", "partition_field_name", "partition_field_value",
    "function", "function_description", "typical", "actual", "field_name", "causes",
    "influencers", "geo_results", "anomaly_score_explanation", "influencer_field_name",
    "influencer_field_value", "influencer_field_values", "influencer_score",
    "initial_influencer_score", "anomaly_score", "initial_anomaly_score", "raw_anomaly_score",
    "event_count", "bucket_influencers", "processing_time_ms", "scheduled_events", "records",
    "model_feature", "model_lower", "model_upper", "model_median", "forecast_id",
    "forecast_lower", "forecast_upper", "forecast_prediction", "overall_score", "jobs", "_id",
    "_index", "_source", "_type",
})  # fmt: skip

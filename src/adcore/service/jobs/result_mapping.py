"""The mapping of the indices that results of jobs are in."""

from __future__ import annotations

from typing import Any

__all__ = ["RESULT_MAPPING"]

_KEYWORD = {"type": "keyword"}
_DATE = {"type": "date", "format": "strict_date_optional_time||epoch_millis"}
_LONG, _DOUBLE, _BOOLEAN = {"type": "long"}, {"type": "double"}, {"type": "boolean"}
_TEXT = {"type": "text"}
_OPAQUE = {"type": "object", "enabled": False}
_INFLUENCERS = {
    "type": "nested",
    "properties": {"influencer_field_name": _KEYWORD, "influencer_field_values": _KEYWORD},
}
# What says of which series a result is.
_SERIES = {
    f"{role}_field_{part}": _KEYWORD
    for role in ("by", "over", "partition")
    for part in ("name", "value")
} | {"correlated_by_field_value": _KEYWORD}
_MEASURED = {
    **_SERIES,
    "probability": _DOUBLE,
    "function": _KEYWORD,
    "function_description": _KEYWORD,
    "field_name": _KEYWORD,
    "typical": _DOUBLE,
    "actual": _DOUBLE,
    "geo_results": {"properties": {"actual_point": _KEYWORD, "typical_point": _KEYWORD}},
}
_COMMON = {
    "job_id": _KEYWORD,
    "result_type": _KEYWORD,
    "timestamp": _DATE,
    "bucket_span": _LONG,
    "is_interim": _BOOLEAN,
}
_RECORD = {
    **_MEASURED,
    "record_score": _DOUBLE,
    "initial_record_score": _DOUBLE,
    "multi_bucket_impact": _DOUBLE,
    "detector_index": _LONG,
    "sequence_num": _LONG,
    "causes": {"type": "nested", "properties": {**_MEASURED, "influencers": _INFLUENCERS}},
    "influencers": _INFLUENCERS,
    "anomaly_score_explanation": {"type": "object", "dynamic": "true"},
}
_BUCKET_INFLUENCER = {
    **_COMMON,
    "influencer_field_name": _KEYWORD,
    "probability": _DOUBLE,
    "anomaly_score": _DOUBLE,
    "initial_anomaly_score": _DOUBLE,
    "raw_anomaly_score": _DOUBLE,
}
_BUCKET = {
    "anomaly_score": _DOUBLE,
    "initial_anomaly_score": _DOUBLE,
    "event_count": _LONG,
    "processing_time_ms": _LONG,
    "scheduled_events": _KEYWORD,
    "bucket_influencers": {"type": "nested", "properties": _BUCKET_INFLUENCER},
    "raw_anomaly_score": _DOUBLE,
}
_INFLUENCER = {
    "influencer_field_name": _KEYWORD,
    "influencer_field_value": _KEYWORD,
    "influencer_score": _DOUBLE,
    "initial_influencer_score": _DOUBLE,
}
_MODEL_PLOT = {
    "model_feature": _KEYWORD,
    "model_lower": _DOUBLE,
    "model_upper": _DOUBLE,
    "model_median": _DOUBLE,
}
_FORECAST = {
    "forecast_id": _KEYWORD,
    "forecast_lower": _DOUBLE,
    "forecast_upper": _DOUBLE,
    "forecast_prediction": _DOUBLE,
    "forecast_status": _KEYWORD,
    "forecast_progress": _DOUBLE,
    "forecast_messages": _KEYWORD,
    "forecast_memory_bytes": _LONG,
    "processing_time_ms": _LONG,
    "processed_record_count": _LONG,
    **{f"forecast_{moment}_timestamp": _DATE for moment in ("start", "end", "create", "expiry")},
}
_CATEGORY = {
    "category_id": _LONG,
    "terms": _TEXT,
    "regex": _KEYWORD,
    "grok_pattern": _KEYWORD,
    "examples": _TEXT,
    "max_matching_length": _LONG,
    "num_matches": _LONG,
    "preferred_to_categories": _LONG,
}
_SNAPSHOT = {
    "snapshot_id": _KEYWORD,
    "snapshot_doc_count": _LONG,
    "min_version": _KEYWORD,
    "description": _KEYWORD,
    "latest_record_time_stamp": _DATE,
    "latest_result_time_stamp": _DATE,
    "retain": _BOOLEAN,
    "model_size_stats": _OPAQUE,
    "quantiles": _OPAQUE,
}
_TALLIES = {
    **dict.fromkeys(
        (
            "processed_field_count",
            "input_bytes",
            "input_field_count",
            "input_record_count",
            "invalid_date_count",
            "missing_field_count",
            "out_of_order_timestamp_count",
            "empty_bucket_count",
            "sparse_bucket_count",
            "bucket_count",
            "model_bytes",
            "peak_model_bytes",
            "model_bytes_exceeded",
            "model_bytes_memory_limit",
            "total_by_field_count",
            "total_over_field_count",
            "total_partition_field_count",
            "bucket_allocation_failures_count",
            "categorized_doc_count",
            "total_category_count",
            "frequent_category_count",
            "rare_category_count",
            "dead_category_count",
            "failed_category_count",
        ),
        _LONG,
    ),
    **dict.fromkeys(
        (
            "earliest_record_timestamp",
            "latest_record_timestamp",
            "last_data_time",
            "log_time",
            "latest_empty_bucket_timestamp",
            "latest_sparse_bucket_timestamp",
        ),
        _DATE,
    ),
    "memory_status": _KEYWORD,
    "categorization_status": _KEYWORD,
}
# Fields of the data are shown beside these, as texts.
RESULT_MAPPING: dict[str, Any] = {
    "dynamic_templates": [
        {"texts": {"match_mapping_type": "string", "mapping": {"type": "keyword"}}}
    ],
    "date_detection": False,
    "numeric_detection": False,
    "properties": {
        **_COMMON, **_RECORD, **_BUCKET, **_INFLUENCER, **_MODEL_PLOT, **_FORECAST, **_CATEGORY,
        **_SNAPSHOT, **_TALLIES,
    },
}  # fmt: skip

"""The mappings of the indices that the service keeps."""

from __future__ import annotations

from typing import Any

__all__ = [
    "DETECTOR_MAPPING", "INSIGHT_MAPPING", "JOB_MAPPING", "RESULT_MAPPING", "TASK_MAPPING",
]  # fmt: skip

_KEYWORD = {"type": "keyword"}
_DATE = {"type": "date", "format": "strict_date_time||epoch_millis"}
_LONG, _DOUBLE, _BOOLEAN = {"type": "long"}, {"type": "double"}, {"type": "boolean"}
_OPAQUE = {"type": "object", "enabled": False}
_NAMED_TEXT = {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}}


def _nested(**properties: Any) -> dict[str, Any]:
    return {"type": "nested", "properties": properties}


_USER = _nested(
    name=_NAMED_TEXT,
    backend_roles=_NAMED_TEXT,
    roles=_NAMED_TEXT,
    custom_attribute_names=_NAMED_TEXT,
    user_requested_tenant=_NAMED_TEXT,
)
_ENTITY = _nested(name=_KEYWORD, value=_KEYWORD)
_FEATURE_VALUE = _nested(feature_id=_KEYWORD, data=_DOUBLE)
_PERIOD = {"properties": {"period": {"properties": {"interval": _LONG, "unit": _KEYWORD}}}}

_DETECTOR = {
    "name": _NAMED_TEXT,
    "description": {"type": "text"},
    "time_field": _KEYWORD,
    "indices": _NAMED_TEXT,
    "filter_query": _OPAQUE,
    "detection_interval": _PERIOD,
    "window_delay": _PERIOD,
    "frequency": _PERIOD,
    "shingle_size": _LONG,
    "schema_version": _LONG,
    "feature_attributes": _nested(
        feature_id=_NAMED_TEXT,
        feature_name=_NAMED_TEXT,
        feature_enabled=_BOOLEAN,
        aggregation_query=_OPAQUE,
    ),
    "ui_metadata": _OPAQUE,
    "last_update_time": _DATE,
    "category_field": _KEYWORD,
    "user": _USER,
    "detector_type": _KEYWORD,
    "detection_date_range": {"properties": {"start_time": _DATE, "end_time": _DATE}},
    "result_index": _KEYWORD,
    "imputation_option": _OPAQUE,
    "rules": _OPAQUE,
    "recency_emphasis": _LONG,
    "history": _LONG,
}

DETECTOR_MAPPING: dict[str, Any] = {"dynamic": False, "properties": _DETECTOR}

JOB_MAPPING: dict[str, Any] = {
    "dynamic": False,
    "properties": {
        "name": _KEYWORD,
        "schedule": _OPAQUE,
        "window_delay": _PERIOD,
        "enabled": _BOOLEAN,
        "enabled_time": _DATE,
        "disabled_time": _DATE,
        "last_update_time": _DATE,
        "lock_duration_seconds": _LONG,
        "user": _USER,
        "result_index": _KEYWORD,
    },
}

TASK_MAPPING: dict[str, Any] = {
    "dynamic": False,
    "properties": {
        "last_update_time": _DATE,
        "started_by": _KEYWORD,
        "stopped_by": _KEYWORD,
        "error": {"type": "text"},
        "state": _KEYWORD,
        "detector_id": _KEYWORD,
        "task_progress": {"type": "float"},
        "init_progress": {"type": "float"},
        "current_piece": _DATE,
        "execution_start_time": _DATE,
        "execution_end_time": _DATE,
        "is_latest": _BOOLEAN,
        "task_type": _KEYWORD,
        "checkpoint_id": _KEYWORD,
        "coordinating_node": _KEYWORD,
        "worker_node": _KEYWORD,
        "detector": {"properties": _DETECTOR},
        "detection_date_range": {"properties": {"start_time": _DATE, "end_time": _DATE}},
        "entity": _ENTITY,
        "parent_task_id": _KEYWORD,
        "estimated_minutes_left": _LONG,
        "user": _USER,
    },
}

RESULT_MAPPING: dict[str, Any] = {
    "dynamic": False,
    "properties": {
        "detector_id": _KEYWORD,
        "schema_version": {"type": "integer"},
        "data_start_time": _DATE,
        "data_end_time": _DATE,
        "feature_data": _nested(feature_id=_KEYWORD, feature_name=_KEYWORD, data=_DOUBLE),
        "execution_start_time": _DATE,
        "execution_end_time": _DATE,
        "anomaly_score": _DOUBLE,
        "anomaly_grade": _DOUBLE,
        "confidence": _DOUBLE,
        "threshold": _DOUBLE,
        "error": {"type": "text"},
        "entity": _ENTITY,
        "user": _USER,
        "task_id": _KEYWORD,
        "model_id": _KEYWORD,
        "is_anomaly": _BOOLEAN,
        "approx_anomaly_start_time": _DATE,
        "relevant_attribution": _FEATURE_VALUE,
        "past_values": _FEATURE_VALUE,
        "expected_values": _nested(likelihood=_DOUBLE, value_list=_FEATURE_VALUE),
        "feature_imputed": _nested(feature_id=_KEYWORD, imputed=_BOOLEAN),
    },
}

_INTEGER = {"type": "integer"}

INSIGHT_MAPPING: dict[str, Any] = {
    "dynamic": False,
    "properties": {
        "window_start": _DATE,
        "window_end": _DATE,
        "generated_at": _DATE,
        "doc_detector_names": _KEYWORD,
        "doc_detector_ids": _KEYWORD,
        "doc_indices": _KEYWORD,
        "doc_model_ids": _KEYWORD,
        "clusters": _nested(
            event_start=_DATE,
            event_end=_DATE,
            cluster_text={"type": "text"},
            detector_ids=_KEYWORD,
            detector_names=_KEYWORD,
            indices=_KEYWORD,
            entities=_KEYWORD,
            model_ids=_KEYWORD,
            num_anomalies=_INTEGER,
            anomalies=_nested(
                model_id=_KEYWORD,
                detector_id=_KEYWORD,
                data_start_time=_DATE,
                data_end_time=_DATE,
            ),
        ),
        "stats": {
            "properties": {
                "num_clusters": _INTEGER,
                "num_anomalies": _INTEGER,
                "num_detectors": _INTEGER,
                "num_indices": _INTEGER,
                "num_series": _INTEGER,
            }
        },
    },
}

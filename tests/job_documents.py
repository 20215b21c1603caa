"""Results of jobs as the store has them, made by hand: for tests of reading alone."""

from __future__ import annotations

from typing import Any

from job_api import START, Api

SPAN = 600


def bucket(job_id: str, at: int, score: float, **changes: Any) -> dict[str, Any]:
    """The bucket that starts so many buckets after `START`."""
    span = changes.get("bucket_span", SPAN)
    timestamp = START + at * span * 1000
    influencer = {
        "job_id": job_id, "result_type": "bucket_influencer",
        "influencer_field_name": "bucket_time",
        "initial_anomaly_score": score, "anomaly_score": score, "raw_anomaly_score": 0.5,
        "probability": 1.7340849573442696e-4, "timestamp": timestamp, "bucket_span": span,
        "is_interim": False,
    }  # fmt: skip
    return {
        "job_id": job_id, "timestamp": timestamp, "anomaly_score": score, "bucket_span": span,
        "initial_anomaly_score": score, "event_count": 153, "is_interim": False,
        "bucket_influencers": [influencer] if score else [], "processing_time_ms": 3,
        "result_type": "bucket",
    } | changes  # fmt: skip


def record(job_id: str, at: int, score: float, **changes: Any) -> dict[str, Any]:
    """A record of a bucket."""
    return {
        "job_id": job_id, "result_type": "record", "probability": 0.000113075,
        "record_score": score, "initial_record_score": 82.8891, "bucket_span": SPAN,
        "detector_index": 0, "is_interim": False,
        "timestamp": START + at * SPAN * 1000, "partition_field_name": "kpi_indicator",
        "partition_field_value": "online_purchases", "function": "low_non_zero_count",
        "function_description": "count", "typical": [3582.53], "actual": [575.0],
        "influencers": [{"influencer_field_name": "kpi_indicator",
                         "influencer_field_values": ["online_purchases"]}],
        "kpi_indicator": ["online_purchases"],
    } | changes  # fmt: skip


def influencer(job_id: str, at: int, score: float, **changes: Any) -> dict[str, Any]:
    """An influencer of a bucket."""
    return {
        "job_id": job_id, "result_type": "influencer", "influencer_field_name": "airline",
        "influencer_field_value": "AAL", "airline": "AAL", "influencer_score": score,
        "initial_influencer_score": score, "probability": 0.01, "bucket_span": SPAN,
        "is_interim": False, "timestamp": START + at * SPAN * 1000,
    } | changes  # fmt: skip


def store(api: Api, job_id: str, *documents: dict[str, Any]) -> None:
    """Put documents where the results of a job are."""
    config = api.service.registry.get(job_id)
    numbered = {f"{job_id}_{number}": each for number, each in enumerate(documents)}
    api.service.results.write(config, numbered)

"""What a job is doing: its state, counts and sizes, as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adcore.job import JobConfig
from adcore.service.jobs.forecasts import Forecasts
from adcore.service.jobs.job_run import JobRun
from adcore.service.jobs.states import AWAITING_UPGRADE, OPENED, JobStates
from adcore.service.jobs.timing import Timing

__all__ = ["job_stats"]

_COUNTS = (
    "processed_record_count", "processed_field_count", "input_bytes", "input_field_count",
    "invalid_date_count", "missing_field_count", "out_of_order_timestamp_count",
    "empty_bucket_count", "sparse_bucket_count", "bucket_count",
)  # fmt: skip


def job_stats(
    config: JobConfig,
    states: JobStates,
    run: JobRun | None,
    forecasts: Forecasts,
    node: Mapping[str, Any],
    now: int,
) -> dict[str, Any]:
    """The stats of one job.

    Parameters
    ----------
    run : JobRun or None
        If it is open.
    node : mapping
        Who works on it.
    now : int
        Epoch milliseconds.
    """
    job_id = config.job_id
    kept = states.facts(job_id)
    facts = kept if run is None else kept | run.facts()
    state = states.state(job_id)
    answer: dict[str, Any] = {
        "job_id": job_id,
        "data_counts": facts.get("data_counts") or no_counts(job_id),
        "model_size_stats": facts.get("model_size_stats") or _no_size(config, now),
        "forecasts_stats": forecasts.stats(config),
        "state": state,
    }
    if state == OPENED and run is None:
        answer["assignment_explanation"] = AWAITING_UPGRADE
    elif state == OPENED:
        answer |= {
            "node": dict(node),
            "assignment_explanation": "",
            "open_time": f"{max(now - int(kept['open_time']), 0) // 1_000}s",
        }
    elif facts.get("reason"):
        answer["assignment_explanation"] = facts["reason"]
    timing = Timing.of(facts.get("timing"))
    answer["timing_stats"] = timing.to_api(job_id, config.bucket_span)
    return answer


def no_counts(job_id: str) -> dict[str, Any]:
    """The counts of a job that has seen nothing."""
    return {"job_id": job_id, **dict.fromkeys(_COUNTS, 0), "input_record_count": 0}


def _no_size(config: JobConfig, now: int) -> dict[str, Any]:
    """The size of models that there are not yet."""
    names = (
        "total_by_field_count", "total_over_field_count", "total_partition_field_count",
        "bucket_allocation_failures_count",
    )  # fmt: skip
    return {
        "job_id": config.job_id,
        "result_type": "model_size_stats",
        "model_bytes": 0,
        "model_bytes_memory_limit": config.analysis_limits.model_memory_bytes,
        **dict.fromkeys(names, 0),
        "memory_status": "ok",
        "log_time": now,
    }

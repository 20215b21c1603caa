"""Forecasts: what the models of a job expect of times to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

from adcore.job import JobConfig
from adcore.job.forecast import ForecastRequest
from adcore.service.jobs.errors import not_found
from adcore.service.jobs.expressions import expand
from adcore.service.jobs.job_run import JobRun
from adcore.service.jobs.result_store import ResultStore
from adcore.store.ids import uuid_text

__all__ = ["Forecasts"]

_STATS = "model_forecast_request_stats"


class Forecasts:
    """The forecasts of all jobs, among their results.

    Parameters
    ----------
    results : ResultStore
    """

    def __init__(self, results: ResultStore) -> None:
        self._results = results

    def make(self, run: JobRun, request: ForecastRequest) -> str:
        """Forecast, and keep it; returns its id.

        Raises
        ------
        JobError, JobStateError
            If the job can have none.
        """
        now = self._results.clock()
        started = perf_counter()
        forecast_id = uuid_text()
        documents = run.forecast(forecast_id, request.duration.text)
        times = [each["timestamp"] for each in documents.values()]
        start = run.last_finalized_bucket_end or now
        stats: dict[str, Any] = {
            "job_id": run.config.job_id,
            "result_type": _STATS,
            "forecast_id": forecast_id,
            "processed_record_count": len(documents),
            "forecast_messages": [],
            "timestamp": min(times, default=start),
            "forecast_start_timestamp": start,
            "forecast_end_timestamp": max(times, default=start),
            "forecast_create_timestamp": now,
            "forecast_expiry_timestamp": now + request.expires_in.milliseconds,
            "forecast_progress": 1.0,
            "processing_time_ms": int((perf_counter() - started) * 1_000),
            "forecast_memory_bytes": 0,
            "forecast_status": "finished",
        }
        stats_id = f"{run.config.job_id}_{_STATS}_{forecast_id}"
        self._results.write(run.config, {**documents, stats_id: stats})
        return forecast_id

    def all(self, config: JobConfig) -> list[dict[str, Any]]:
        """What is known of each forecast of a job."""
        return self._results.find(config, {"term": {"result_type": _STATS}})

    def delete(self, config: JobConfig, expression: str | None, *, allow_none: bool) -> None:
        """Delete the forecasts of an expression.

        Raises
        ------
        ApiError
            404.
        """
        ids = [each["forecast_id"] for each in self.all(config)]
        for forecast_id in expand(
            expression,
            ids,
            lambda word: not_found(f"No forecast(s) [{word}] exists for job [{config.job_id}]"),
            allow_no_match=allow_none,
        ):
            self._results.delete(config.job_id, forecast_id=forecast_id)

    def delete_expired(self, config: JobConfig) -> None:
        """Delete those that are not kept any longer."""
        for stats in self.all(config):
            expiry = stats["forecast_expiry_timestamp"]
            # One that expires when it is made is kept for ever.
            if stats["forecast_create_timestamp"] < expiry <= self._results.clock():
                self._results.delete(config.job_id, forecast_id=stats["forecast_id"])

    def stats(self, config: JobConfig) -> dict[str, Any]:
        """The ``forecasts_stats`` of a job."""
        found = self.all(config)
        answer: dict[str, Any] = {"total": len(found), "forecasted_jobs": int(bool(found))}
        if found:
            answer |= {
                "memory_bytes": _spread(found, "forecast_memory_bytes"),
                "records": _spread(found, "processed_record_count"),
                "processing_time_ms": _spread(found, "processing_time_ms"),
                "status": dict(Counter(each["forecast_status"] for each in found)),
            }
        return answer


def _spread(found: Sequence[Mapping[str, Any]], name: str) -> dict[str, float]:
    values = [float(each[name]) for each in found]
    return {
        "total": sum(values),
        "min": min(values),
        "avg": sum(values) / len(values),
        "max": max(values),
    }

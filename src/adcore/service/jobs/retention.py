"""What is old enough to be deleted: results, forecasts, snapshots of models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from adcore.job import JobConfig
from adcore.service.jobs.forecasts import Forecasts
from adcore.service.jobs.result_store import MODEL_RESULTS, ResultStore
from adcore.service.jobs.snapshots import Snapshots

__all__ = ["delete_expired"]

_DAY = 86_400_000


def delete_expired(
    configs: Iterable[JobConfig],
    results: ResultStore,
    forecasts: Forecasts,
    snapshots: Snapshots,
) -> None:
    """Delete what jobs do not keep any longer.

    Parameters
    ----------
    configs : iterable of JobConfig
        The jobs.
    """
    for config in configs:
        _delete_results(config, results)
        forecasts.delete_expired(config)
        for snapshot_id in list(_expired(config, snapshots.all(config))):
            snapshots.delete(config, snapshot_id)


def _delete_results(config: JobConfig, results: ResultStore) -> None:
    """The age of results counts from the latest bucket, not from today."""
    days = config.results_retention_days
    if days is None:
        return
    latest = results.find(
        config, {"term": {"result_type": "bucket"}}, sort=[{"timestamp": "desc"}], size=1
    )
    if latest:
        end = latest[0]["timestamp"] - days * _DAY
        results.delete(config.job_id, result_types=MODEL_RESULTS, end=end)


def _expired(config: JobConfig, newest_first: list[dict[str, Any]]) -> Iterator[str]:
    """Snapshots too old, and of each day all but the first where only one a day is kept."""
    if not newest_first:
        return
    newest = newest_first[0]["timestamp"]
    daily_until = newest - config.daily_model_snapshot_retention_after_days * _DAY
    none_until = newest - config.model_snapshot_retention_days * _DAY
    days: set[int] = set()
    for snapshot in reversed(newest_first):
        time, day = snapshot["timestamp"], snapshot["timestamp"] // _DAY
        if _is_kept(config, snapshot) or snapshot is newest_first[0]:
            continue
        if time < none_until or (time < daily_until and day in days):
            yield snapshot["snapshot_id"]
        days.add(day)


def _is_kept(config: JobConfig, snapshot: Mapping[str, Any]) -> bool:
    return bool(snapshot.get("retain")) or snapshot["snapshot_id"] == config.model_snapshot_id

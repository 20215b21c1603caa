"""How long results, snapshots and their scores are looked after."""

from __future__ import annotations

from typing import Any

from adcore.job.errors import illegal_argument
from adcore.job.fields import Field, Reader, whole
from adcore.job.time_span import TimeSpan

__all__ = ["RETENTION_FIELDS", "check_retention"]

_RETENTION, _DAILY = "model_snapshot_retention_days", "daily_model_snapshot_retention_after_days"
_DEFAULT_RETENTION, _DEFAULT_DAILY = 10, 1
_SHORTEST_PERSIST = 3_600


def _days(field: Field, value: Any) -> int:
    days = whole(field, value)
    if days < 0:
        raise illegal_argument(f"{field.name} cannot be less than 0. Value = {days}")
    return days


def _persist_interval(field: Field, value: Any) -> TimeSpan:
    span = TimeSpan.read(field, value)
    if span.seconds < _SHORTEST_PERSIST:
        raise illegal_argument(
            f"{field.name} cannot be less than {_SHORTEST_PERSIST:,}. Value = {span.seconds:,}"
        )
    return span


RETENTION_FIELDS: dict[str, Reader] = {
    "renormalization_window_days": _days,
    "background_persist_interval": _persist_interval,
    _RETENTION: _days,
    _DAILY: _days,
    "results_retention_days": _days,
}


def check_retention(given: dict[str, Any]) -> dict[str, Any]:
    """The fields with the defaults of those that depend on each other.

    Raises
    ------
    JobError
        If snapshots were thinned out after they are gone.
    """
    retention = given.get(_RETENTION, _DEFAULT_RETENTION)
    daily = given.get(_DAILY, min(_DEFAULT_DAILY, retention))
    if daily > retention:
        raise illegal_argument(
            f"The value of {_DAILY} [{daily}] cannot be greater than {_RETENTION} [{retention}]"
        )
    return {**given, _RETENTION: retention, _DAILY: daily}

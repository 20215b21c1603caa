"""Counts of a job and sizes of its models, as documents beside its results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adcore.service.jobs.notifications import Level

__all__ = ["Tallies"]

_ADVICE = (
    "Adjust the analysis_limits.model_memory_limit setting to ensure all data is analyzed: new "
    "series are left out"
)


class Tallies:
    """Those of one job. Of sizes there is a document each time that they have changed.

    Parameters
    ----------
    job_id : str
    """

    def __init__(self, job_id: str) -> None:
        self._job_id = job_id
        self._told: Mapping[str, Any] = {}

    def warning(self, size: Mapping[str, Any]) -> tuple[Level, str] | None:
        """How bad it is that the memory status has changed, and what that means.

        >>> size = {"memory_status": "hard_limit", "model_bytes_memory_limit": 1 << 20}
        >>> Tallies("a").warning(size)[0]
        'error'
        """
        status = str(size["memory_status"])
        if status in ("ok", self._told.get("memory_status")):
            return None
        limit = f"{int(size['model_bytes_memory_limit']) / 2**20:g}mb"
        changed = f"Job memory status changed to {status}; the limit is {limit}. "
        if status == "hard_limit":
            return "error", changed + _ADVICE
        return "warning", changed + "Models that were not used for long leave sooner"

    def documents(
        self, counts: Mapping[str, Any], size: Mapping[str, Any], now: int
    ) -> dict[str, dict[str, Any]]:
        """What is to be written, by id.

        Parameters
        ----------
        counts, size : mapping
            ``data_counts`` and ``model_size_stats``.
        now : int
            Epoch milliseconds.

        Examples
        --------
        >>> tallies, size = Tallies("a"), {"model_bytes": 1_000, "memory_status": "ok"}
        >>> list(tallies.documents({}, size, 5)), list(tallies.documents({}, size, 6))
        (['a_data_counts', 'a_model_size_stats_5'], ['a_data_counts'])
        """
        made = {f"{self._job_id}_data_counts": dict(counts)}
        if self._has_changed(size):
            self._told = size
            made[f"{self._job_id}_model_size_stats_{now}"] = {**size, "log_time": now}
        return made

    def _has_changed(self, size: Mapping[str, Any]) -> bool:
        """By more than a hundredth, or in status."""
        if self._told.get("memory_status") != size["memory_status"]:
            return True
        before = int(self._told["model_bytes"])
        return abs(int(size["model_bytes"]) - before) > 0.01 * before

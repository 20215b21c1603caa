"""Counts of a job and sizes of its models, as documents beside its results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["Tallies"]


class Tallies:
    """Those of one job. Of sizes there is a document each time that they have changed.

    Parameters
    ----------
    job_id : str
    """

    def __init__(self, job_id: str) -> None:
        self._job_id = job_id
        self._told: Mapping[str, Any] = {}

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

"""What the API answers to a deletion by query."""

from __future__ import annotations

from time import perf_counter
from typing import Any

__all__ = ["deletion_body"]

# Documents that the API says to have deleted at a time.
_BATCH = 1_000


def deletion_body(deleted: int, started: float) -> dict[str, Any]:
    """The body of the answer.

    Parameters
    ----------
    deleted : int
        How many documents.
    started : float
        What ``perf_counter`` said when the request came.
    """
    return {
        "took": int((perf_counter() - started) * 1_000),
        "timed_out": False,
        "total": deleted,
        "updated": 0,
        "created": 0,
        "deleted": deleted,
        "batches": -(-deleted // _BATCH),
        "version_conflicts": 0,
        "noops": 0,
        "retries": {"bulk": 0, "search": 0},
        "throttled_millis": 0,
        "requests_per_second": -1.0,
        "throttled_until_millis": 0,
        "failures": [],
    }

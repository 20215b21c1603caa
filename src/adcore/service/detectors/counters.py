"""What the service has done since it started."""

from __future__ import annotations

import threading

__all__ = ["Counters"]

_NAMES = (
    "ad_execute_request_count", "ad_execute_failure_count", "ad_hc_execute_request_count",
    "ad_hc_execute_failure_count", "ad_canceled_batch_task_count",
    "ad_total_batch_task_execution_count", "ad_batch_task_failure_count",
)  # fmt: skip


class Counters:
    """Counts by the names of the API; may be used from any thread.

    Examples
    --------
    >>> counters = Counters()
    >>> counters.add("ad_execute_request_count")
    >>> counters.values()["ad_execute_request_count"]
    1
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values = dict.fromkeys(_NAMES, 0)

    def add(self, name: str, amount: int = 1) -> None:
        """Count one more, or several."""
        with self._lock:
            self._values[name] += amount

    def execution(self, *, is_multi_entity: bool, failed: bool = False) -> None:
        """Count a firing of a job; those of many entities count for both kinds."""
        kind = "failure" if failed else "request"
        self.add(f"ad_execute_{kind}_count")
        if is_multi_entity:
            self.add(f"ad_hc_execute_{kind}_count")

    def values(self) -> dict[str, int]:
        """All counts."""
        with self._lock:
            return dict(self._values)

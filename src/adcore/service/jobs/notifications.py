"""Notifications: what whoever looks after jobs should hear of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from adcore.service.jobs.names import NODE_NAME, NOTIFICATIONS
from adcore.service.system_index import SystemIndex
from adcore.store.clock import Clock
from adcore.store.documents import Documents

__all__ = ["Notifications", "Tell"]

Level: TypeAlias = Literal["info", "warning", "error"]
Tell: TypeAlias = Callable[[str, Level, str], None]
"""Of which job, how bad, and what."""

_KEYWORD = {"type": "keyword"}
_MAPPING: dict[str, Any] = {
    "properties": {
        "job_id": _KEYWORD,
        "job_type": _KEYWORD,
        "level": _KEYWORD,
        "message": {"type": "text", "fields": {"raw": _KEYWORD}},
        "node_name": _KEYWORD,
        "timestamp": {"type": "date"},
    }
}


class Notifications:
    """Those of all jobs, as documents.

    Parameters
    ----------
    documents : Documents
    clock : callable
    """

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._clock = clock
        self._index = SystemIndex(documents, NOTIFICATIONS, _MAPPING, clock)

    def tell(self, job_id: str, level: Level, text: str) -> None:
        """Write one."""
        self._index.put(
            {
                "job_id": job_id,
                "message": text,
                "level": level,
                "timestamp": self._clock(),
                "node_name": NODE_NAME,
                "job_type": "anomaly_detector",
            }
        )

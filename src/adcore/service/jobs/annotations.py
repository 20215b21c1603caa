"""Annotations: what is to be known of a time in the life of a job, shown beside its results."""

from __future__ import annotations

from typing import Any

from adcore.service.jobs.names import (
    ANNOTATIONS,
    ANNOTATIONS_READ,
    ANNOTATIONS_WRITE,
    SYSTEM_USER,
)
from adcore.service.system_index import SystemIndex
from adcore.store.clock import Clock
from adcore.store.documents import Documents

__all__ = ["Annotations"]

_KEYWORD = {"type": "keyword"}
_TIME = {"type": "date", "format": "epoch_millis"}
_MAPPING: dict[str, Any] = {
    "properties": {
        "annotation": {"type": "text"},
        "timestamp": _TIME,
        "end_timestamp": _TIME,
        "job_id": _KEYWORD,
        "type": _KEYWORD,
        "event": _KEYWORD,
        "create_time": _TIME,
        "create_username": _KEYWORD,
        "modified_time": _TIME,
        "modified_username": _KEYWORD,
        "detector_index": {"type": "integer"},
        **{
            f"{role}_field_{part}": _KEYWORD
            for role in ("partition", "over", "by")
            for part in ("name", "value")
        },
    }
}


class Annotations:
    """Those of all jobs. Clients read and write them as documents, by the same names.

    Parameters
    ----------
    documents : Documents
    clock : callable
    """

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock
        self._index = SystemIndex(documents, ANNOTATIONS, _MAPPING, clock)

    def keep(self, name: str, job_id: str, event: str, period: tuple[int, int], text: str) -> None:
        """Write an annotation, or change the one of this id.

        Parameters
        ----------
        event : str
            What kind of thing happened, such as ``delayed_data``.
        period : tuple of int
            From when to when, epoch milliseconds.
        """
        self.ensure()
        now = self._clock()
        before = self._index.get(name)
        created = now if before is None else before.source["create_time"]
        self._index.put(
            {
                "annotation": text,
                "timestamp": period[0],
                "end_timestamp": period[1],
                "job_id": job_id,
                "type": "annotation",
                "event": event,
                "create_time": created,
                "create_username": SYSTEM_USER,
                "modified_time": now,
                "modified_username": SYSTEM_USER,
            },
            name,
        )

    def ensure(self) -> None:
        """Make the index with its names, if it is not there: clients read and write by these."""
        if not self._index.exists:
            self._index.ensure()
            self._documents.update_aliases(
                [
                    {"add": {"index": ANNOTATIONS, "alias": alias}}
                    for alias in (ANNOTATIONS_READ, ANNOTATIONS_WRITE)
                ]
            )

    def forget(self, job_id: str, *, of_users: bool) -> None:
        """Delete what was written of a job; also what its users wrote."""
        query: dict[str, Any] = {"bool": {"filter": [{"term": {"job_id": job_id}}]}}
        if not of_users:
            query["bool"]["filter"].append({"term": {"create_username": SYSTEM_USER}})
        for found in self._index.find(query):
            self._index.delete(found.id)

"""States of indices that are kept for clients that read them page by page."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any

import duckdb

from adcore.service.errors import ApiError
from adcore.store.index_entry import Target

__all__ = ["Snapshot", "Snapshots"]

# Each keeps the log of the database from being moved into its file.
_MOST = 64


@dataclass(slots=True)
class Snapshot:
    """One state of some indices, seen through a transaction.

    Attributes
    ----------
    expires : int
        When it is forgotten, in epoch milliseconds.
    keep_alive : int
        How much later each use makes that, in milliseconds.
    page : dict
        What the next page of a scroll begins with.
    """

    id: str
    cursor: duckdb.DuckDBPyConnection
    targets: Sequence[Target]
    keep_alive: int
    expires: int
    created: int
    page: dict[str, Any] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Snapshots:
    """All that are open; used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Snapshot] = {}

    def __len__(self) -> int:
        return len(self._open)

    def open(
        self,
        cursor: duckdb.DuckDBPyConnection,
        targets: Sequence[Target],
        keep_alive: int,
        now: int,
    ) -> Snapshot:
        """Keep the present state of indices, which takes over the cursor.

        Raises
        ------
        ApiError
            If there are too many.
        """
        self.forget_old(now)
        cursor.begin()
        for target in targets:
            # A transaction begins to see a state when it first looks at it.
            cursor.execute(f"SELECT 1 FROM {target.relation} LIMIT 0").fetchall()  # noqa: S608
        made = Snapshot(token_urlsafe(24), cursor, targets, keep_alive, now + keep_alive, now)
        with self._lock:
            if len(self._open) >= _MOST:
                raise ApiError(
                    429,
                    "rejected_execution_exception",
                    f"Trying to create too many scroll contexts. Must be less than or equal to: "
                    f"[{_MOST}].",
                )
            self._open[made.id] = made
        return made

    @contextmanager
    def use(self, id_: str, now: int, keep_alive: int | None = None) -> Iterator[Snapshot]:
        """One snapshot for one request at a time, which makes it live on.

        Raises
        ------
        ApiError
            If there is none of this id.
        """
        self.forget_old(now)
        with self._lock:
            found = self._open.get(id_)
        if found is None:
            raise _missing(id_)
        with found.lock:
            with self._lock:
                if self._open.get(id_) is not found:
                    raise _missing(id_)
                found.keep_alive = keep_alive or found.keep_alive
                found.expires = now + found.keep_alive
            yield found

    def close(self, ids: Sequence[str] | None = None) -> list[str]:
        """Forget some, or all; returns the ids of those there were."""
        with self._lock:
            wanted = list(self._open) if ids is None else list(ids)
            closed = [self._open.pop(id_) for id_ in wanted if id_ in self._open]
        for each in closed:
            # Whoever is using it finishes first.
            with each.lock:
                each.cursor.close()
        return [each.id for each in closed]

    def forget_old(self, now: int) -> None:
        """Forget those that nobody has asked for in their time."""
        with self._lock:
            old = [each.id for each in self._open.values() if each.expires <= now]
        if old:
            self.close(old)


def _missing(id_: str) -> ApiError:
    cause = {"type": "search_context_missing_exception",
             "reason": f"No search context found for id [{id_[:64]}]"}  # fmt: skip
    error = {
        "root_cause": [cause],
        "type": "search_phase_execution_exception",
        "reason": "all shards failed",
        "phase": "query",
        "grouped": True,
        "failed_shards": [{"shard": -1, "index": None, "reason": cause}],
        "caused_by": cause,
    }
    body = {"error": error, "status": 404}
    return ApiError(404, cause["type"], cause["reason"], body=body)

"""Documents by id: a small index is read through, of a large one only where they are."""

# ruff: noqa: S608 -- relations are quoted where indices are made, values are parameters

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from typing import Any

import duckdb

from adcore.store.column_batch import column_batch
from adcore.store.id_locator import FEW, IdLocator
from adcore.store.index_entry import IndexEntry

__all__ = ["Lookup"]

# Writes up to which reading all ids takes few milliseconds.
_SMALL = 50_000


class Lookup:
    """The locators of the large indices of a store."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locators: dict[str, IdLocator] = {}

    def rows(
        self,
        cursor: duckdb.DuckDBPyConnection,
        entry: IndexEntry,
        columns: str,
        ids: Sequence[str],
        *,
        writes: int,
        is_writer: bool = False,
    ) -> list[tuple[Any, ...]]:
        """The columns, which begin with ``_id``, of the documents that exist.

        Parameters
        ----------
        writes : int
            How many writes the index has had.
        is_writer : bool
            Whether the cursor is inside the transaction of the one writer.
        """
        query = f"SELECT {columns} FROM {entry.relation} WHERE "
        if entry.is_read_only or writes < _SMALL:
            return _where_in(cursor, query, "_id", "VARCHAR", ids)
        locator = self._locator(entry)
        numbers = locator.find(cursor, ids, begin=not is_writer)
        try:
            found = _where_in(cursor, query, "_seq_no", "BIGINT", numbers)
        finally:
            if not is_writer:
                cursor.execute("ROLLBACK")
        wanted = set(ids)
        return [row for row in found if row[0] in wanted]

    def keep(self, uuids: Collection[str]) -> None:
        """Forget all indices but these."""
        with self._lock:
            for uuid in self._locators.keys() - set(uuids):
                del self._locators[uuid]

    def _locator(self, entry: IndexEntry) -> IdLocator:
        with self._lock:
            return self._locators.setdefault(entry.uuid, IdLocator(entry.relation))


def _where_in(
    cursor: duckdb.DuckDBPyConnection, query: str, column: str, kind: str, values: Sequence[Any]
) -> list[tuple[Any, ...]]:
    if not values:
        return []
    if len(values) <= FEW:
        marks = ", ".join("?" * len(values))
        return cursor.execute(f"{query}{column} IN ({marks})", list(values)).fetchall()
    cursor.register("wanted", column_batch({"value": (kind, values)}))
    found = cursor.execute(f"{query}{column} IN (SELECT value FROM wanted)").fetchall()
    cursor.unregister("wanted")
    return found

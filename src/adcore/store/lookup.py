"""Documents by id: a small index is read through, of a large one only where they are."""

# ruff: noqa: S608 -- relations are quoted where indices are made, values are parameters

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from typing import Any

import duckdb

from adcore.store.column_batch import execute_with
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
        own: int = 0,
        is_writer: bool = False,
    ) -> list[tuple[Any, ...]]:
        """The columns, which begin with ``_id``, of the documents that exist.

        Parameters
        ----------
        writes : int
            How many writes the index had before the transaction of the cursor.
        own : int
            How many it has had in it.
        is_writer : bool
            Whether the cursor is inside the transaction of the one writer, see `prepare`.
        """
        query = f"SELECT {columns} FROM {entry.relation} WHERE "
        if _is_small(entry, writes):
            return _where_in(cursor, query, "_id", "VARCHAR", ids)
        locator = self._locator(entry)
        numbers = locator.find(cursor, ids, begin=not is_writer)
        try:
            found = _where_in(cursor, query, "_seq_no", "BIGINT", numbers)
        finally:
            if not is_writer:
                cursor.execute("ROLLBACK")
        wanted = set(ids)
        found = [row for row in found if row[0] in wanted]
        if own:
            found += _where_in(cursor, f"{query}_seq_no >= {writes} AND ", "_id", "VARCHAR", ids)
        return found

    def prepare(self, cursor: duckdb.DuckDBPyConnection, entry: IndexEntry, writes: int) -> None:
        """Know all documents that were there before the transaction of the writer.

        Its own are not remembered, as it may not come to its end: they are looked for in the table.
        """
        if not _is_small(entry, writes):
            self._locator(entry).catch_up(cursor, writes)

    def keep(self, uuids: Collection[str]) -> None:
        """Forget all indices but these."""
        with self._lock:
            for uuid in self._locators.keys() - set(uuids):
                del self._locators[uuid]

    def _locator(self, entry: IndexEntry) -> IdLocator:
        with self._lock:
            return self._locators.setdefault(entry.uuid, IdLocator(entry.relation))


def _is_small(entry: IndexEntry, writes: int) -> bool:
    return entry.is_read_only or writes < _SMALL


def _where_in(
    cursor: duckdb.DuckDBPyConnection, query: str, column: str, kind: str, values: Sequence[Any]
) -> list[tuple[Any, ...]]:
    if not values:
        return []
    if len(values) <= FEW:
        marks = ", ".join("?" * len(values))
        return cursor.execute(f"{query}{column} IN ({marks})", list(values)).fetchall()
    statement = f"{query}{column} IN (SELECT value FROM given)"
    return execute_with(cursor, statement, {"value": (kind, values)}).fetchall()

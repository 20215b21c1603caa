"""Finds documents of a large index by id, without reading all ids each time."""

# ruff: noqa: S608 -- relations are quoted where indices are made, values are parameters

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from adcore.store.column_batch import execute_with

__all__ = ["IdLocator"]

# Ids that a statement names one by one; more of them are handed over as a table.
FEW = 64

_ALL = np.iinfo(np.int64).max

_Segment = tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]


class IdLocator:
    """Hashes of ids with the sequence numbers that documents had: 16 bytes each, in memory.

    Sequence numbers are nearly in the order of the rows, so that the database skips all others.
    The hashes are read when first asked for; later only those written since are added: every
    write has a greater number than all before. Entries of documents that were replaced or deleted
    stay until they are half of all: who uses a number compares the id too.
    """

    def __init__(self, relation: str) -> None:
        self._relation = relation
        self._lock = threading.Lock()
        self._segments: list[_Segment] = []  # by hash, each much larger than the next
        self._next_seq_no = 0

    def find(
        self, cursor: duckdb.DuckDBPyConnection, ids: Sequence[str], *, begin: bool
    ) -> list[int]:
        """Sequence numbers among which are those of all documents that have one of the ids.

        Parameters
        ----------
        cursor : DuckDBPyConnection
            Sees the documents that are looked for.
        begin : bool
            Start a transaction with the cursor, in which they stay as they were found. It starts
            inside the lock, so that nobody who knows of later writes has been here before. Who has
            a transaction already has called `catch_up` in it.
        """
        with self._lock:
            if begin:
                cursor.execute("BEGIN")
                self._catch_up(cursor, _ALL)
            hashes = _hashes(cursor, ids)
            found = [_matches(segment, hashes) for segment in self._segments]
        return np.unique(np.concatenate(found)).tolist() if found else []

    def catch_up(self, cursor: duckdb.DuckDBPyConnection, before: int) -> None:
        """Learn of the documents with sequence numbers before one."""
        with self._lock:
            self._catch_up(cursor, before)

    def _catch_up(self, cursor: duckdb.DuckDBPyConnection, before: int) -> None:
        ((rows,),) = cursor.execute(f"SELECT count(*) FROM {self._relation}").fetchall()
        if sum(len(hashes) for hashes, _ in self._segments) > 2 * rows + 100_000:
            self._segments, self._next_seq_no = [], 0
        found = cursor.execute(
            f"SELECT hash(_id) AS hash, _seq_no FROM {self._relation} "
            "WHERE _seq_no >= ? AND _seq_no < ?",
            [self._next_seq_no, before],
        ).fetchnumpy()
        numbers = np.asarray(found["_seq_no"], dtype=np.int64)
        if len(numbers):
            self._next_seq_no = int(numbers.max()) + 1
            self._add(np.asarray(found["hash"], dtype=np.uint64), numbers)

    def _add(self, hashes: npt.NDArray[np.uint64], numbers: npt.NDArray[np.int64]) -> None:
        # Of segments each twice as large as the next there are few, and each entry moves seldom.
        while self._segments and len(self._segments[-1][0]) < 2 * len(hashes):
            last = self._segments.pop()
            hashes = np.concatenate([last[0], hashes])
            numbers = np.concatenate([last[1], numbers])
        order = np.argsort(hashes, kind="stable")
        self._segments.append((hashes[order], numbers[order]))


def _hashes(cursor: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> npt.NDArray[np.uint64]:
    query = "SELECT hash(_id) AS hash FROM given"
    found: dict[str, Any] = execute_with(cursor, query, {"_id": ("VARCHAR", ids)}).fetchnumpy()
    return np.unique(np.asarray(found["hash"], dtype=np.uint64))


def _matches(segment: _Segment, hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    known, numbers = segment
    first = np.searchsorted(known, hashes, side="left")
    last = np.searchsorted(known, hashes, side="right")
    counts = last - first
    starts = np.repeat(first - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    found: npt.NDArray[np.int64] = numbers[starts + np.arange(counts.sum())]
    return found

"""How large indices are."""

# ruff: noqa: S608 -- relations are quoted where indices are made

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from adcore.store.index_entry import IndexEntry

__all__ = ["IndexStats", "count_documents", "index_stats"]

_BLOCK = 262_144


@dataclass(frozen=True, slots=True)
class IndexStats:
    """Sizes of an index.

    Attributes
    ----------
    documents : int
        How many there are.
    bytes : int
        What they take in the file, in whole blocks; what is only in the log yet is left out.
    """

    documents: int
    bytes: int


def count_documents(cursor: duckdb.DuckDBPyConnection, entry: IndexEntry) -> int:
    """The documents of an index."""
    ((count,),) = cursor.execute(f"SELECT count(*) FROM {entry.relation}").fetchall()
    return int(count)


def index_stats(cursor: duckdb.DuckDBPyConnection, entry: IndexEntry) -> IndexStats:
    """The sizes of an index; those of files count nothing."""
    documents = count_documents(cursor, entry)
    if entry.files is not None:
        return IndexStats(documents, 0)
    ((blocks,),) = cursor.execute(
        "SELECT count(DISTINCT block_id) FROM pragma_storage_info(?) WHERE persistent",
        [entry.relation.strip('"')],
    ).fetchall()
    return IndexStats(documents, int(blocks) * _BLOCK)

"""Rows of an index, many at once: inserted, replaced in place, deleted."""

# ruff: noqa: A001 -- id is the word of the API
# ruff: noqa: S608 -- names are quoted by sql.identifier, values come as tables

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingABC
from typing import Any, NamedTuple

import duckdb

from adcore.store.column_batch import execute_with
from adcore.store.document_parser import ParsedDocument
from adcore.store.index_entry import IndexEntry
from adcore.store.mapping import Mapping
from adcore.store.sql import (
    column_shape,
    column_types,
    identifier,
    literal,
    sql_constant,
)

__all__ = ["StoredRow", "constant", "delete_rows", "store_rows"]

_ROWS_AT_ONCE = 50_000
_BYTES_AT_ONCE = 256 << 20


class StoredRow(NamedTuple):
    """A document and its numbers."""

    document: ParsedDocument
    version: int
    seq_no: int


def delete_rows(
    cursor: duckdb.DuckDBPyConnection, entry: IndexEntry, numbers: Sequence[int]
) -> None:
    """Delete the documents that have these sequence numbers."""
    statement = f"DELETE FROM {entry.relation} WHERE _seq_no IN (SELECT _seq_no FROM given)"
    execute_with(cursor, statement, {"_seq_no": ("BIGINT", sorted(numbers))})


def store_rows(
    cursor: duckdb.DuckDBPyConnection,
    entry: IndexEntry,
    rows: MappingABC[str, StoredRow],
    stored: MappingABC[str, int],
) -> None:
    """Store documents by id; `stored` has the sequence numbers of those that are in the table."""
    for chunk in _chunks(rows, [id for id in rows if id in stored]):
        batch = _batch(chunk, rows, entry.mapping)
        columns = list(batch)
        batch["replaced"] = ("BIGINT", [stored[id] for id in chunk])
        execute_with(cursor, _update(entry, columns), batch)
    for chunk in _chunks(rows, [id for id in rows if id not in stored]):
        batch = _batch(chunk, rows, entry.mapping)
        execute_with(cursor, _insert(entry, list(batch)), batch)


_Batch = dict[str, tuple[str, Sequence[Any]]]


def _chunks(rows: MappingABC[str, StoredRow], ids: Sequence[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    size = 0
    for id in ids:
        chunk.append(id)
        size += len(rows[id].document.source)
        if len(chunk) == _ROWS_AT_ONCE or size > _BYTES_AT_ONCE:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _batch(ids: list[str], rows: MappingABC[str, StoredRow], mapping: Mapping) -> _Batch:
    chosen = [rows[id] for id in ids]
    batch: _Batch = {
        "_id": ("VARCHAR", ids),
        "_seq_no": ("BIGINT", [row.seq_no for row in chosen]),
        "_version": ("BIGINT", [row.version for row in chosen]),
        "_source": ("VARCHAR", [row.document.source for row in chosen]),
    }
    types = column_types(mapping)
    values = [row.document.values for row in chosen]
    for column in dict.fromkeys(column for row in values for column in row):
        kind = "VARCHAR" if types[column].endswith("[]") else types[column]
        batch[column] = (kind, [row.get(column) for row in values])
    return batch


def _insert(entry: IndexEntry, columns: list[str]) -> str:
    names = ", ".join(map(identifier, columns))
    types = column_types(entry.mapping)
    values = ", ".join(_value(column, types, entry.mapping) for column in columns)
    return f"INSERT INTO {entry.relation} ({names}) SELECT {values} FROM given"


def _update(entry: IndexEntry, columns: list[str]) -> str:
    # In place: rows that are deleted and inserted anew leave holes in the table.
    present = set(columns)
    types = column_types(entry.mapping)
    changed = ["_seq_no", "_version", "_source", *types]
    sets = ", ".join(
        f"{identifier(c)} = " + (_value(c, types, entry.mapping) if c in present else "NULL")
        for c in changed
    )
    return (
        f"UPDATE {entry.relation} AS stored SET {sets} FROM given "
        "WHERE stored._seq_no = given.replaced"
    )


def _value(column: str, types: MappingABC[str, str], mapping: Mapping) -> str:
    return _as_stored(f"given.{identifier(column)}", column, types, mapping)


def constant(column: str, value: Any, types: MappingABC[str, str], mapping: Mapping) -> str:
    """The SQL of a value of a column, as documents are parsed to."""
    return _as_stored(sql_constant(value), column, types, mapping)


def _as_stored(expression: str, column: str, types: MappingABC[str, str], mapping: Mapping) -> str:
    """Lists and nested objects come as JSON."""
    if not types.get(column, "").endswith("[]"):
        return expression
    return f"from_json({expression}, {literal(column_shape(mapping, column, types[column]))})"

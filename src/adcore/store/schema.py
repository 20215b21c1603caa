"""Tables of indices: made, and given more columns when mappings grow."""

from __future__ import annotations

import duckdb

from adcore.store.mapping import Mapping
from adcore.store.sql import column_types, identifier, nested_changes, table_columns

__all__ = ["create_table", "extend_table"]


def create_table(cursor: duckdb.DuckDBPyConnection, relation: str, mapping: Mapping) -> None:
    """Make the table of an index, and what finds its documents by id."""
    columns = ", ".join(f"{identifier(n)} {kind}" for n, kind in table_columns(mapping).items())
    cursor.execute(f"CREATE TABLE {relation} ({columns})")
    _create_id_index(cursor, relation)


def extend_table(
    cursor: duckdb.DuckDBPyConnection, relation: str, before: Mapping, after: Mapping
) -> None:
    """Give a table the columns that a larger mapping needs."""
    old = column_types(before)
    for column, kind in column_types(after).items():
        if column not in old:
            cursor.execute(f"ALTER TABLE {relation} ADD COLUMN {identifier(column)} {kind}")
    changes = list(nested_changes(before, after))
    if changes:
        # A table with an index does not let its STRUCTs be changed.
        cursor.execute(f"DROP INDEX {_id_index(relation)}")
        for place, kind in changes:
            cursor.execute(f"ALTER TABLE {relation} ADD COLUMN {place} {kind}")
        _create_id_index(cursor, relation)


def _create_id_index(cursor: duckdb.DuckDBPyConnection, relation: str) -> None:
    # Not UNIQUE: the one writer sees to that, and checking twice halves the speed of inserts.
    cursor.execute(f"CREATE INDEX {_id_index(relation)} ON {relation} (_id)")


def _id_index(relation: str) -> str:
    return identifier(relation.strip('"') + "_id")

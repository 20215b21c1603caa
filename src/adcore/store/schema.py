"""Tables of indices: made, and given more columns when mappings grow."""

from __future__ import annotations

import duckdb

from adcore.store.mapping import Mapping
from adcore.store.sql import column_types, identifier, nested_changes, table_columns

__all__ = ["create_table", "extend_table"]


def create_table(cursor: duckdb.DuckDBPyConnection, relation: str, mapping: Mapping) -> None:
    """Make the table of an index.

    Ids have no index of the database: see docs/store.md.
    """
    columns = ", ".join(f"{identifier(n)} {kind}" for n, kind in table_columns(mapping).items())
    cursor.execute(f"CREATE TABLE {relation} ({columns})")


def extend_table(
    cursor: duckdb.DuckDBPyConnection, relation: str, before: Mapping, after: Mapping
) -> None:
    """Give a table the columns that a larger mapping needs."""
    old = column_types(before)
    for column, kind in column_types(after).items():
        if column not in old:
            cursor.execute(f"ALTER TABLE {relation} ADD COLUMN {identifier(column)} {kind}")
    for place, kind in nested_changes(before, after):
        cursor.execute(f"ALTER TABLE {relation} ADD COLUMN {place} {kind}")

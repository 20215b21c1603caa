"""Columns of documents as a stream, over one or several indices."""

# ruff: noqa: S608 -- names are quoted by sql.identifier, values are parameters

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import nanoarrow

from adcore.store.errors import IllegalRequestError
from adcore.store.index_entry import Target
from adcore.store.mapping import RESERVED_COLUMNS, Mapping
from adcore.store.sql import identifier

__all__ = ["Scan"]


@dataclass(frozen=True, slots=True)
class Scan:
    """Which values to read; see `Documents.scan`."""

    columns: Sequence[str]
    where_sql: str = ""
    params: Sequence[Any] = ()
    time_field: str | None = None
    start: int | None = None
    end: int | None = None
    is_ordered: bool = True

    def run(
        self, cursor: duckdb.DuckDBPyConnection, targets: Sequence[Target]
    ) -> Iterator[nanoarrow.c_array.CArray]:
        """The values of the fields, chunk by chunk, with the paths as names."""
        query = " UNION ALL BY NAME ".join(self._select(target) for target in targets)
        params = [value for _ in targets for value in self._values()]
        order = "_time, _seq" if self.time_field is not None else "_seq"
        shown = ", ".join(f"c{i} AS {identifier(path)}" for i, path in enumerate(self.columns))
        query = f"SELECT {shown} FROM ({query})" + (f" ORDER BY {order}" if self.is_ordered else "")
        yield from nanoarrow.ArrayStream(cursor.sql(query, params=params)).iter_chunks()

    def _select(self, target: Target) -> str:
        # By number, as SQL does not tell "a" from "A".
        places = [_place(target.mapping, path) for path in self.columns]
        names = [f"{place} AS c{i}" for i, place in enumerate(places)]
        time = "NULL" if self.time_field is None else _place(target.mapping, self.time_field)
        conditions = [f"({self.where_sql})"] if self.where_sql else []
        if self.start is not None:
            conditions.append(f"{time} >= ?")
        if self.end is not None:
            conditions.append(f"{time} < ?")
        where = " WHERE " + " AND ".join(conditions) if conditions else ""
        keys = f"{time} AS _time, _seq_no AS _seq"
        return f"SELECT {', '.join([*names, keys])} FROM {target.relation}{where}"

    def _values(self) -> list[Any]:
        bounds = [bound for bound in (self.start, self.end) if bound is not None]
        if bounds and self.time_field is None:
            raise IllegalRequestError("start and end need a time_field")
        return [*self.params, *bounds]


def _place(mapping: Mapping, path: str) -> str:
    """The column of a path; NULL where an index has no such field."""
    if path in RESERVED_COLUMNS:
        return path
    found = mapping.fields.get(path)
    return "NULL" if found is None or found.nested_path else identifier(found.column)

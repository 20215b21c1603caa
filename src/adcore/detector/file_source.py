"""Files as a source: CSV, NDJSON and Parquet, read in batches and sorted on disk."""

# ruff: noqa: S608 -- the only texts put into SQL are quoted by sql.identifier, or numbers

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from adcore.detect.batches import RowBatch
from adcore.detect.columns import Column, find_columns
from adcore.detect.rows import Reading, RowCounts, read_rows
from adcore.detect.sources import open_source
from adcore.detect.sql import ask_one, identifier
from adcore.detect.timestamps import TimeFormat, explicit_format, require_format
from adcore.detect.workspace import Workspace
from adcore.detector.aggregation import ValueColumn
from adcore.detector.filters import compile_filter, sql_types
from adcore.detector.queries import is_match_all
from adcore.detector.scan import ScanRequest
from adcore.query.sql import Sql, all_of, join, sql
from adcore.times import UNITS, TimeUnit

__all__ = ["FileSource"]


class FileSource(AbstractContextManager["FileSource"]):
    """A file.

    Parameters
    ----------
    path : str or Path
        CSV, NDJSON or Parquet, plain or compressed; see ``adcore detect``.
    unit : TimeUnit, optional
        Of numbers that are times.

    Raises
    ------
    DataError
        If it is not there, or in no known format.
    """

    def __init__(self, path: str | Path, unit: TimeUnit | None = None) -> None:
        self._unit = unit or TimeUnit()
        self._workspace = Workspace()
        try:
            self._source = open_source(self._workspace, str(path))
        except BaseException:
            self.close()
            raise
        self._formats: dict[str, TimeFormat] = {}

    def close(self) -> None:
        """Remove what was kept beside the file."""
        self._workspace.__exit__(None, None, None)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def name(self) -> str:
        """What messages call it."""
        return self._source.name

    def fields(self) -> dict[str, str]:
        """The kind of each field, as its values look."""
        return {column.name: _kind(column) for column in self._source.columns}

    def time_bounds(self, time_field: str) -> tuple[int, int] | None:
        """The first and the last time."""
        time = self._time(time_field)[1].milliseconds
        query = f"SELECT min({time}), max({time}) FROM {self._source.relation}"
        first, last = ask_one(self._workspace.cursor(), query)
        return None if first is None else (int(first), int(last))

    def scan(self, request: ScanRequest) -> Iterator[RowBatch]:
        """Stream the rows."""
        time = self._time(request.time_field)
        keys = find_columns(request.key_fields, self._source.columns, "category_field")
        computed = [self._computed(i, c, request) for i, c in enumerate(request.columns)]
        where = all_of([Sql("TRUE"), *self._conditions(request, time[1], keys)])
        named = [sql(f"{{}} AS {identifier(c.name)}", expression) for c, expression, _ in computed]
        selected = join(", ", [Sql("*"), *named])
        relation = sql(
            f"(SELECT {{}} FROM {self._typed_relation(request)} WHERE {{}})", selected, where
        )
        reading = Reading(
            replace(self._source, relation=relation.text, parameters=relation.parameters),
            time,
            tuple(column for column, _, _ in computed),
            tuple(coded for _, _, coded in computed),
            tuple(keys),
            advice="",
        )
        cursor = self._workspace.cursor()
        yield from read_rows(cursor, reading, RowCounts(), by_time=request.by_time)

    def _time(self, field: str) -> tuple[Column, TimeFormat]:
        column = find_columns([field], self._source.columns, "time_field")[0]
        if field not in self._formats:
            found = require_format(self._workspace.connection, column, None)
            if found.name in UNITS:
                found = explicit_format(column, self._unit.settle(found.name))
            self._formats[field] = found
        return column, self._formats[field]

    def _conditions(
        self, request: ScanRequest, time: TimeFormat, keys: list[Column]
    ) -> Iterator[Sql]:
        if request.start is not None:
            yield Sql(f"{time.milliseconds} >= {request.start}")
        if request.end is not None:
            yield Sql(f"{time.milliseconds} < {request.end}")
        for column in keys:
            yield Sql(f"{identifier(column.name)} IS NOT NULL")
        if not is_match_all(request.filter_query):
            yield self._condition(request.filter_query, request)[0]

    def _condition(
        self, query: Mapping[str, Any] | str, request: ScanRequest
    ) -> tuple[Sql, list[str]]:
        """The condition of a query over the columns of ``_typed_relation``, and its fields."""
        kinds = self.fields() | {request.time_field: "time"}
        names = {field: f"adcore field {i}" for i, field in enumerate(kinds)}
        return compile_filter(query, kinds, names, self._now(request))

    def _now(self, request: ScanRequest) -> int:
        if request.now is not None:
            return request.now
        bounds = self.time_bounds(request.time_field)
        return 0 if bounds is None else bounds[1]

    def _typed_relation(self, request: ScanRequest) -> str:
        """The source with the fields that filters need, as numbers, times and texts."""
        queries = [each.query for column in request.columns for each in column.filters]
        given = [] if is_match_all(request.filter_query) else [json.dumps(request.filter_query)]
        needed = {f for query in (*queries, *given) for f in self._condition(query, request)[1]}
        kinds = self.fields() | {request.time_field: "time"}
        typed = [
            f"{self._typed(field, kind)} AS {identifier(f'adcore field {i}')}"
            for i, (field, kind) in enumerate(kinds.items())
            if field in needed
        ]
        return f"(SELECT {', '.join(['*', *typed])} FROM {self._source.relation})"

    def _typed(self, field: str, kind: str) -> str:
        if kind == "time":
            return f"({self._time(field)[1].milliseconds})::BIGINT"
        return f"TRY_CAST({identifier(field)} AS {sql_types.get(kind, 'VARCHAR')})"

    def _computed(
        self, position: int, wanted: ValueColumn, request: ScanRequest
    ) -> tuple[Column, Sql, bool]:
        """A column of the relation, its SQL, and whether it becomes a number per value."""
        name = f"{wanted.field} [{position}]"
        if wanted.field is None:
            column, made = Column(name, "DOUBLE", is_text=False), Sql("1.0::DOUBLE")
        else:
            found = find_columns([wanted.field], self._source.columns, "feature_attributes")[0]
            column, made = replace(found, name=name), Sql(identifier(found.name))
        as_number = replace(column, type="DOUBLE", is_text=False)
        number = f"TRY_CAST({made.text} AS DOUBLE)"
        if wanted.missing is not None:
            column, made = as_number, Sql(f"coalesce({number}, {wanted.missing!r})")
            number = made.text
        if wanted.rank is not None:
            column = as_number
            made = Sql(
                f"CASE WHEN {number} IS NULL THEN NULL WHEN {number} <= {wanted.rank!r} "
                "THEN 100.0::DOUBLE ELSE 0.0::DOUBLE END"
            )
        for each in wanted.filters:
            made = sql("CASE WHEN {} THEN {} END", self._condition(each.query, request)[0], made)
        return column, made, wanted.is_counted and not column.is_number


def _kind(column: Column) -> str:
    if column.is_number:
        return "number"
    if column.is_time:
        return "time"
    return {"BOOLEAN": "boolean", "VARCHAR": "text"}.get(column.type, "other")

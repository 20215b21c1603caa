"""Files as a source: CSV, NDJSON and Parquet, read in batches and sorted on disk."""

# ruff: noqa: S608 -- the only texts put into SQL are quoted by sql.identifier, or numbers

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from adcore.detect.columns import Column, find_columns
from adcore.detect.rows import Reading, RowBatch, RowCounts, read_rows
from adcore.detect.sources import open_source
from adcore.detect.sql import ask_one, identifier
from adcore.detect.timestamps import TimeFormat, require_format
from adcore.detect.workspace import Workspace
from adcore.detector.aggregation import ValueColumn
from adcore.detector.queries import is_match_all
from adcore.detector.scan import ScanRequest
from adcore.errors import InvalidArgumentError

__all__ = ["FileSource"]


class FileSource(AbstractContextManager["FileSource"]):
    """A file.

    Parameters
    ----------
    path : str or Path
        CSV, NDJSON or Parquet, plain or compressed; see ``adcore detect``.

    Raises
    ------
    DataError
        If it is not there, or in no known format.
    """

    def __init__(self, path: str | Path) -> None:
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
        columns = [self._computed(i, column) for i, column in enumerate(request.columns)]
        selected = ", ".join(["*", *(f"{sql} AS {identifier(c.name)}" for c, sql, _ in columns)])
        where = " AND ".join(["true", *self._conditions(request, time[1], keys)])
        relation = f"(SELECT {selected} FROM {self._source.relation} WHERE {where})"
        reading = Reading(
            replace(self._source, relation=relation),
            time,
            tuple(column for column, _, _ in columns),
            tuple(coded for _, _, coded in columns),
            tuple(keys),
        )
        cursor = self._workspace.cursor()
        yield from read_rows(cursor, reading, RowCounts(), by_time=request.by_time)

    def _time(self, field: str) -> tuple[Column, TimeFormat]:
        column = find_columns([field], self._source.columns, "time_field")[0]
        if field not in self._formats:
            self._formats[field] = require_format(self._workspace.connection, column, None)
        return column, self._formats[field]

    def _conditions(
        self, request: ScanRequest, time: TimeFormat, keys: list[Column]
    ) -> Iterator[str]:
        if request.start is not None:
            yield f"{time.milliseconds} >= {request.start}"
        if request.end is not None:
            yield f"{time.milliseconds} < {request.end}"
        for column in keys:
            yield f"{identifier(column.name)} IS NOT NULL"
        if not is_match_all(request.filter_query):
            yield self._condition(request.filter_query)

    def _condition(self, query: object) -> str:
        raise InvalidArgumentError(f"filter_query = {query!r} is not allowed: it must be match_all")

    def _computed(self, position: int, wanted: ValueColumn) -> tuple[Column, str, bool]:
        """A column of the relation, its SQL, and whether it becomes a number per value."""
        name = f"adcore value {position}"
        if wanted.field is None:
            column, sql = Column(name, "DOUBLE", is_text=False), "1.0::DOUBLE"
        else:
            found = find_columns([wanted.field], self._source.columns, "feature_attributes")[0]
            column, sql = replace(found, name=name), identifier(found.name)
        number = f"TRY_CAST({sql} AS DOUBLE)"
        if wanted.missing is not None:
            column, sql = replace(column, type="DOUBLE", is_text=False), (
                f"coalesce({number}, {wanted.missing!r})"
            )
        if wanted.rank is not None:
            column, sql = replace(column, type="DOUBLE", is_text=False), (
                f"CASE WHEN {number} IS NULL THEN NULL WHEN {number} <= {wanted.rank!r} "
                "THEN 100.0 ELSE 0.0 END"
            )
        for query in wanted.filters:
            sql = f"CASE WHEN {self._condition(query)} THEN {sql} END"
        return column, sql, wanted.is_counted and not column.is_number


def _kind(column: Column) -> str:
    if column.is_number:
        return "number"
    if column.is_time:
        return "time"
    return {"BOOLEAN": "boolean", "VARCHAR": "text"}.get(column.type, "other")

"""Indices of the store as a source."""

# ruff: noqa: S608 -- relations are quoted where indices are made, values are parameters

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import duckdb
import numpy as np

from adcore.arrow import read_arrow
from adcore.detect.batches import LARGEST_VALUE, RowBatch
from adcore.detect.sql import chunks
from adcore.detector.index_rows import IndexRows, time_of
from adcore.detector.scan import ScanRequest
from adcore.detector.windows import Windows
from adcore.errors import DataError
from adcore.query.sql import Sql, join, sql, value
from adcore.store.documents import Documents
from adcore.store.field import Field

__all__ = ["IndexSource"]


class IndexSource:
    """The documents of some indices.

    Parameters
    ----------
    documents : Documents
        Those of a store.
    indices : sequence of str
        Names, patterns and aliases.
    entities : sequence of tuple of str, optional
        Values of the category fields: only rows of these entities are given.
    watch : callable, optional
        Is handed each connection before it is used, so that others may stop it.

    Raises
    ------
    IndexNotFoundError
        If a name is no index.

    Examples
    --------
    >>> from adcore import Detector
    >>> from adcore.store import Store
    >>> with Store.open(None) as store:
    ...     for i in range(3):
    ...         _ = store.documents.index("logs", {"t": f"2024-01-01T00:0{i}:00Z", "cpu": i})
    ...     detector = Detector(time_field="t", features=["sum(cpu)"], detection_interval="2m")
    ...     detector.run(IndexSource(store.documents, ["logs"])).feature_data.tolist()
    [[1.0], [2.0]]
    """

    # What may tell entities apart.
    category_kinds = frozenset({"keyword", "ip"})

    def __init__(
        self,
        documents: Documents,
        indices: Sequence[str],
        entities: Sequence[tuple[str, ...]] | None = None,
        *,
        watch: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
    ) -> None:
        self._documents = documents
        self._watch = watch
        self._entities = entities
        self._targets = documents.resolve(",".join(indices), allow_no_indices=False)
        self.name = ", ".join(indices)

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with closing(self._documents.cursor()) as cursor:
            if self._watch is not None:
                self._watch(cursor)
            yield cursor

    def fields(self) -> dict[str, str]:
        """The kind of each field: "number", "time", "boolean", "nested", or its mapped type."""
        return {
            path: _kind(field)
            for target in self._targets
            for path, field in target.mapping.fields.items()
        }

    def time_bounds(self, time_field: str) -> tuple[int, int] | None:
        """The first and the last time."""
        selects = [
            sql("SELECT {} AS t FROM " + target.relation, time_of(target, time_field))
            for target in self._targets
        ]
        query = sql("SELECT min(t), max(t) FROM ({})", join(" UNION ALL ", selects))
        with self._cursor() as cursor:
            ((first, last),) = cursor.execute(query.text, list(query.parameters)).fetchall()
        return None if first is None else (int(first), int(last))

    def scan(self, request: ScanRequest) -> Iterator[RowBatch]:
        """Stream the documents."""
        order = "t, seq" if request.by_time else "seq"
        rows, has_parts = self._rows(request)
        hidden, order = ("(seq, part)", f"{order}, part") if has_parts else ("seq", order)
        query = sql(f"SELECT * EXCLUDE {hidden} FROM ({{}}) ORDER BY {order}", rows)
        with self._cursor() as cursor:
            try:
                for chunk in chunks(cursor, query.text, query.parameters):
                    yield _batch(chunk, len(request.columns))
            except duckdb.Error as error:
                reason = str(error).strip().splitlines()[0]
                raise DataError(f"{self.name} cannot be read: {reason}") from error

    def top_entities(self, request: ScanRequest, most: int) -> list[tuple[str, ...]]:
        """The entities with most rows, at most so many; of equals the first by their values."""
        keys = [f"k{i}" for i in range(len(request.key_fields))]
        listed = ", ".join(keys)
        query = sql(
            f"SELECT {listed} FROM ({{}}) GROUP BY {listed} ORDER BY count(*) DESC, {listed} "
            "LIMIT {}",
            self._rows(request)[0],
            value(most),
        )
        return [tuple(row) for row in self._ask(query)]

    def count_entities(self, request: ScanRequest, most: int) -> int:
        """How many entities there are, counted up to so many."""
        listed = ", ".join(f"k{i}" for i in range(len(request.key_fields)))
        query = sql(
            f"SELECT count(*) FROM (SELECT DISTINCT {listed} FROM ({{}}) LIMIT {{}})",
            self._rows(request)[0],
            value(most),
        )
        return int(self._ask(query)[0][0])

    def count_intervals(self, request: ScanRequest, windows: Windows) -> int:
        """How many intervals there are with rows."""
        query = sql(
            "SELECT count(DISTINCT (t::BIGINT - {}) // {}) FROM ({})",
            value(windows.offset),
            value(windows.interval),
            self._rows(request)[0],
        )
        return int(self._ask(query)[0][0])

    def last_time(self, request: ScanRequest) -> int | None:
        """The time of the last row that is wanted."""
        ((last,),) = self._ask(sql("SELECT max(t) FROM ({})", self._rows(request)[0]))
        return None if last is None else int(last)

    def _ask(self, query: Sql) -> list[tuple[Any, ...]]:
        with self._cursor() as cursor:
            return cursor.execute(query.text, list(query.parameters)).fetchall()

    def _rows(self, request: ScanRequest) -> tuple[Sql, bool]:
        """All rows, and whether a document may give several: then ``part`` tells which."""
        now = self._now(request)
        parts = [IndexRows(target, request, now, self._entities) for target in self._targets]
        has_parts = any(part.has_parts for part in parts)
        selects = (part.select(with_part=has_parts) for part in parts)
        return join(" UNION ALL ", selects), has_parts

    def _now(self, request: ScanRequest) -> int:
        if request.now is not None:
            return request.now
        bounds = self.time_bounds(request.time_field)
        return 0 if bounds is None else bounds[1]


def _kind(field: Field) -> str:
    if field.nested_path is not None:
        return "nested"
    if field.type.is_number:
        return "number"
    return "time" if field.type.is_date else field.type.value


def _batch(chunk: Any, columns: int) -> RowBatch:
    times, *others = read_arrow(chunk)
    values = []
    for field in others[:columns]:
        outside = np.abs(field.content) > LARGEST_VALUE
        values.append(np.where(outside, np.nan, field.content))
    keys = [(field.content, field.labels) for field in others[columns:]]
    return RowBatch(times.content.astype(np.int64), values, keys)

"""Tables in memory as a source: DataFrames, Arrow, rows, dictionaries of columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore import _rows
from adcore.arrow import ArrowField, FloatArray, Int64Array, Labels, UInt32Array, is_arrow
from adcore.bucket.columns import numbers_or_hashes_of
from adcore.detect.batches import LARGEST_VALUE, RowBatch
from adcore.detector.aggregation import ValueColumn
from adcore.detector.queries import is_match_all
from adcore.detector.scan import ScanRequest
from adcore.errors import InvalidArgumentError
from adcore.frames import named_columns
from adcore.matrix import to_numbers
from adcore.near_names import hint
from adcore.times import TimeUnit, arrow_milliseconds, epoch_milliseconds, parse_time

__all__ = ["TableSource"]

_BATCH = 65_536
_KINDS = {"b": "boolean", "M": "time", "U": "text", "T": "text", "S": "text"}


class TableSource:
    """A table in memory.

    Parameters
    ----------
    data : table
        A DataFrame, an Arrow table or stream, a list of dicts, a dict of array-likes, or a NumPy
        structured array.
    unit : TimeUnit, optional
        Of numbers that are times.

    Raises
    ------
    InvalidArgumentError
        If it is no table with named columns.
    """

    def __init__(self, data: Any, unit: TimeUnit | None = None) -> None:
        self._unit = unit or TimeUnit()
        self._columns = named_columns(data)
        self._booleans = _boolean_columns(data)
        self._times: dict[str, Int64Array] = {}

    @property
    def name(self) -> str:
        """What messages call it."""
        return "data"

    def fields(self) -> dict[str, str]:
        """The kind of each field."""
        return {
            name: "boolean" if name in self._booleans else _kind(column)
            for name, column in self._columns.items()
        }

    def time_bounds(self, time_field: str) -> tuple[int, int] | None:
        """The first and the last time."""
        times = self._times_of(time_field)
        return (int(times.min()), int(times.max())) if len(times) else None

    def scan(self, request: ScanRequest) -> Iterator[RowBatch]:
        """Stream the rows."""
        times = self._times_of(request.time_field)
        values = [self._values(column, request) for column in request.columns]
        keys = [_codes(self._column(key)) for key in request.key_fields]
        order = self._order(request, times, keys)
        for first in range(0, len(order), _BATCH):
            rows = order[first : first + _BATCH]
            yield RowBatch(
                times[rows],
                [column[rows] for column in values],
                [(codes[rows], labels) for codes, labels in keys],
            )

    def _order(
        self, request: ScanRequest, times: Int64Array, keys: list[tuple[UInt32Array, Labels]]
    ) -> npt.NDArray[np.intp]:
        """Which rows, in which order."""
        wanted = np.ones(len(times), dtype=np.bool_)
        if request.start is not None:
            wanted &= times >= request.start
        if request.end is not None:
            wanted &= times < request.end
        for codes, labels in keys:
            if None in labels:
                wanted &= codes != labels.index(None)
            wanted &= codes < len(labels)
        if not is_match_all(request.filter_query):
            wanted &= self._matching(request.filter_query, request)
        order = np.flatnonzero(wanted)
        if request.by_time and len(order) and np.any(np.diff(times[order]) < 0):
            order = order[np.argsort(times[order], kind="stable")]
        return order

    def _column(self, field: str) -> Any:
        if field in self._columns:
            return self._columns[field]
        known = list(self._columns)
        raise InvalidArgumentError(
            f"there is no column {field!r}; {hint(field, known)}"
            f"The columns are: {', '.join(known[:20])}"
        )

    def _times_of(self, field: str) -> Int64Array:
        if field not in self._times:
            column = self._column(field)
            kind = _kind(column)
            if kind == "number":
                column = self._unit.milliseconds(_numbers(column, field))
            elif isinstance(column, ArrowField):
                column = arrow_milliseconds([column], field)
            elif kind == "text":
                column = _parsed_times(column, field)
            self._times[field] = epoch_milliseconds(column, name=field)
        return self._times[field]

    def _matching(
        self, query: Mapping[str, Any] | str, request: ScanRequest
    ) -> npt.NDArray[np.bool_]:
        # Only who filters waits for the database.
        from adcore.detector.table_filter import matching_rows  # noqa: PLC0415

        times = self._times_of(request.time_field)
        now = int(times.max(initial=0)) if request.now is None else request.now
        kinds = self.fields() | {request.time_field: "time"}
        return matching_rows(query, kinds, len(times), self._read(kinds), now)

    def _read(self, kinds: Mapping[str, str]) -> Callable[[str], npt.NDArray[Any]]:
        def read(field: str) -> npt.NDArray[Any]:
            if kinds[field] == "time":
                return self._times_of(field)
            if kinds[field] == "number" or field in self._booleans:
                return _numbers(self._column(field), field)
            column = self._column(field)
            content = column.objects() if isinstance(column, ArrowField) else column
            return np.asarray(content, dtype=object)

        return read

    def _values(self, column: ValueColumn, request: ScanRequest) -> FloatArray:
        """The numbers of a column, out of whatever the field holds."""
        if column.field is None:
            values = np.ones(len(self._times_of(request.time_field)))
        elif column.is_counted:
            values = _hashed(self._column(column.field), column.field)
        else:
            values = _numbers(self._column(column.field), column.field)
        if column.missing is not None:
            values = np.where(np.isnan(values), column.missing, values)
        if column.rank is not None:
            ranks = np.where(values <= column.rank, 100.0, 0.0)
            values = np.where(np.isnan(values), np.nan, ranks)
        for wanted in column.filters:
            values = np.where(self._matching(wanted.query, request), values, np.nan)
        outside = np.abs(values) > LARGEST_VALUE
        return np.where(outside, np.nan, values) if outside.any() else values


def _boolean_columns(data: Any) -> set[str]:
    """The columns that an Arrow library knows as truth values; they come over as 0 and 1."""
    schema = getattr(data, "schema", None)
    if isinstance(schema, Mapping):  # Polars
        pairs = list(schema.items())
    elif schema is not None and hasattr(schema, "types"):  # pyarrow
        pairs = list(zip(schema.names, schema.types, strict=True))
    elif is_arrow(data) and hasattr(data, "types"):  # DuckDB
        pairs = list(zip(data.columns, data.types, strict=True))
    else:
        pairs = []
    return {str(name) for name, kind in pairs if str(kind).lower().startswith("bool")}


def _kind(column: Any) -> str:
    if isinstance(column, ArrowField):
        return column.kind
    dtype = getattr(column, "dtype", None)
    kind = str(getattr(dtype, "kind", "O"))
    if kind in "iuf":
        return "number"
    if kind != "O":
        return _KINDS.get(kind, "other")
    return _object_kind(np.asarray(column, dtype=object))


def _object_kind(values: npt.NDArray[Any]) -> str:
    first = next((v for v in values if v is not None and v == v), None)  # noqa: PLR0124 -- NaN
    if isinstance(first, str):
        return "text"
    if isinstance(first, (bool, np.bool_)):
        return "boolean"
    if isinstance(first, (int, float, np.number)):
        return "number"
    return "time" if hasattr(first, "isoformat") else "other"


def _numbers(column: Any, field: str) -> FloatArray:
    if isinstance(column, ArrowField):
        return column.numbers(field)
    return to_numbers(np.asarray(column), field)


def _hashed(column: Any, field: str) -> FloatArray:
    if isinstance(column, ArrowField):
        column = column.objects() if column.kind == "text" else column.content
    return numbers_or_hashes_of(np.asarray(column), field)


def _codes(column: Any) -> tuple[UInt32Array, Labels]:
    if isinstance(column, ArrowField) and column.kind == "text":
        return column.content, column.labels
    content = column.objects() if isinstance(column, ArrowField) else column
    objects = np.asarray(content, dtype=object)
    codes = np.empty(len(objects), dtype=np.uint32)
    return codes, _rows.intern(objects, codes)


def _parsed_times(column: Any, field: str) -> npt.NDArray[Any]:
    """ISO 8601 texts as times."""
    texts = np.asarray(column, dtype=object)
    try:
        return np.array([parse_time(str(text).strip()) for text in texts], dtype=np.int64)
    except ValueError as error:
        raise InvalidArgumentError(
            f"column {field!r} holds text that is no time in ISO 8601: {error}"
        ) from None

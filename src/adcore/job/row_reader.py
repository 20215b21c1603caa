"""Whatever somebody hands over, as the columns that an engine takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from adcore.arrow import ArrowField, FloatArray, Int64Array
from adcore.config import shorten
from adcore.errors import DataError
from adcore.frames import named_columns
from adcore.job.data_description import DataDescription
from adcore.job.flatten import flat_row
from adcore.job.json_stream import read_json_rows
from adcore.job.row_times import NO_TIME, row_times
from adcore.job.row_values import Texts, numbers_of, places_of, texts_of

__all__ = ["InputCounts", "JobRows", "RowReader"]

_Columns: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InputCounts:
    """What was handed over, also what no engine sees."""

    input_bytes: int = 0
    input_field_count: int = 0
    invalid_date_count: int = 0


@dataclass(frozen=True, slots=True)
class JobRows:
    """Rows with a time, in the order in which they came.

    Attributes
    ----------
    timestamps : int64 array of shape (n,)
        Epoch ms.
    metrics : list of float64 arrays of shape (n,)
        ``NaN`` is missing.
    keys : list of pairs
        The number of each row's text, and the texts; the empty text is missing.
    counts : InputCounts
    """

    timestamps: Int64Array
    metrics: list[FloatArray]
    keys: list[Texts]
    counts: InputCounts = field(default_factory=InputCounts)

    def __len__(self) -> int:
        return len(self.timestamps)

    def steps(self, latest: int | None, bucket_span: int, latency: int) -> Iterator[JobRows]:
        """Pieces each of which ends buckets, if any, with its first row alone.

        Parameters
        ----------
        latest : int or None
            The latest time so far, in ms; None before any.
        bucket_span, latency : int
            In ms.
        """
        reached = np.maximum.accumulate(self.timestamps)
        if latest is not None:
            reached = np.maximum(reached, latest)
        bucket = (reached - latency) // bucket_span
        starts = np.flatnonzero(np.diff(bucket)) + 1
        bounds = [0, *starts.tolist(), len(self)]
        return (self.part(slice(*pair)) for pair in pairwise(bounds))

    def part(self, rows: slice | npt.NDArray[np.bool_]) -> JobRows:
        """Some of the rows; whoever cut them counts."""
        return JobRows(
            self.timestamps[rows],
            [column[rows] for column in self.metrics],
            [(codes[rows], labels) for codes, labels in self.keys],
        )


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads what a job needs out of rows.

    Attributes
    ----------
    description : DataDescription
    metric_columns : sequence of pairs of str
        Field and part: ``value``, ``latitude`` or ``longitude``.
    key_columns : sequence of str

    Examples
    --------
    >>> reader = RowReader(DataDescription(), [("x", "value")], ["host"])
    >>> rows = reader.read(b'[{"time": 5, "x": "1.5", "host": "a"}, {"time": "?"}]')
    >>> rows.timestamps.tolist(), rows.metrics[0].tolist(), rows.counts.invalid_date_count
    ([5], [1.5], 1)
    """

    description: DataDescription
    metric_columns: Sequence[tuple[str, str]]
    key_columns: Sequence[str]

    def read(self, data: Any) -> JobRows:
        """The columns of data.

        Parameters
        ----------
        data : bytes, str, table or rows
            JSON in any of its forms, also as lines (an open file); a DataFrame, an Arrow table, a
            dict of columns; rows as dicts, also nested ones; or a single such row.

        Raises
        ------
        JobError
            If the JSON is too bad.
        DataError
            If a table lacks a column (rows may lack fields), or text is no JSON at all.
        """
        if isinstance(data, str) and data.strip() and not set("{[") & set(data):
            raise DataError(f"data is {shorten(data)}: expected JSON, rows or a table")
        if isinstance(data, (bytes, bytearray, memoryview, str)):
            size = len(data.encode() if isinstance(data, str) else bytes(data))
            return self._of_rows(read_json_rows(_content(data)), size)
        if _is_row(data):
            return self._of_rows([data], 0)
        if _is_rows(data):
            rows = list(data)
            if all(isinstance(row, (bytes, str)) for row in rows):
                return self.read("\n".join(map(_text, rows)))
            if not all(isinstance(row, Mapping) for row in rows):
                raise DataError(f"data holds {shorten(rows[0])}: expected rows as dicts, or JSON")
            return self._of_rows(rows, 0)
        return self._of_table(named_columns(self._collected(data)))

    def _collected(self, data: Any) -> Any:
        """What a lazy table comes to; and a table whose index is the time with that as a column."""
        if hasattr(data, "collect_schema") and hasattr(data, "collect"):
            return data.collect()
        if getattr(getattr(data, "index", None), "name", None) == self.description.time_field:
            return data.reset_index()
        return data

    def _of_rows(self, rows: Sequence[Mapping[str, Any]], size: int) -> JobRows:
        flat = [flat_row(row) for row in rows]
        time = self.description.time_field
        columns = {name: [row.get(name) for row in flat] for name in (time, *self._fields)}
        fields = sum(map(len, flat)) - sum(time in row for row in flat)
        return self._of_columns(columns, fields, size)

    def _of_table(self, table: _Columns) -> JobRows:
        for name in (self.description.time_field, *self._fields):
            if name not in table:
                raise DataError(f"there is no column {name!r}; there are {list(table)}")
        first = next(iter(table.values()))
        rows = len(first.content if isinstance(first, ArrowField) else first)
        return self._of_columns(table, rows * (len(table) - 1), 0)

    @property
    def _fields(self) -> dict[str, None]:
        named = (*(name for name, _ in self.metric_columns), *self.key_columns)
        return dict.fromkeys(named)

    def _of_columns(self, columns: _Columns, fields: int, size: int) -> JobRows:
        times = row_times(columns[self.description.time_field], self.description)
        kept = times != NO_TIME
        invalid = len(times) - int(np.count_nonzero(kept))
        metrics = [_metric(columns[name], part) for name, part in self.metric_columns]
        keys = [texts_of(columns[name]) for name in self.key_columns]
        rows = JobRows(np.ascontiguousarray(times), metrics, keys)
        counts = InputCounts(size, fields, invalid)
        return replace(rows.part(kept) if invalid else rows, counts=counts)


def _metric(column: Any, part: str) -> FloatArray:
    if part == "value":
        return numbers_of(column)
    latitude, longitude = places_of(column)
    return latitude if part == "latitude" else longitude


def _content(data: bytes | bytearray | memoryview | str) -> bytes | str:
    return data if isinstance(data, (bytes, str)) else bytes(data)


def _text(line: bytes | str) -> str:
    return line if isinstance(line, str) else line.decode("utf-8", "replace")


def _is_row(data: Any) -> bool:
    """Whether a mapping is one row, and not columns."""
    if not isinstance(data, Mapping) or not data:
        return False
    return not any(hasattr(value, "__len__") and not isinstance(value, (str, bytes, Mapping))
                   for value in data.values())  # fmt: skip


def _is_rows(data: Any) -> bool:
    # A lazy table would work its columns out.
    is_table = any(hasattr(data, name) for name in ("dtype", "collect_schema", "columns"))
    if is_table or isinstance(data, (Mapping, str)):
        return False
    if isinstance(data, Sequence):
        return all(type(row) is dict or isinstance(row, (Mapping, bytes, str)) for row in data)
    return (
        isinstance(data, Iterable)
        and not hasattr(data, "__arrow_c_stream__")
        and not hasattr(data, "__arrow_c_array__")
    )

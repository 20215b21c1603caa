"""Anything tabular becomes plain arrays.

Accepted are NumPy arrays, lists, pandas and Polars objects, lists of dicts, and whatever speaks
the Arrow C data interface (``__arrow_c_stream__`` or ``__arrow_c_array__``); none of those
libraries is imported. Out come C-contiguous float64 values (``NaN`` is missing), int64
milliseconds since 1970 (UTC), and keys as numbers with their texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adcore import _rows
from adcore.arrow import (
    ArrowField,
    FloatArray,
    Int64Array,
    Labels,
    UInt32Array,
    is_arrow,
    read_arrow,
)
from adcore.errors import DataError, InvalidArgumentError
from adcore.matrix import matrix, stack, to_numbers, unmasked
from adcore.times import arrow_milliseconds, epoch_milliseconds

__all__ = [
    "Columns",
    "FloatArray",
    "Int64Array",
    "columns",
    "epoch_milliseconds",
    "field_names",
    "matrix",
    "named_columns",
]


def field_names(data: Any, width: int) -> tuple[str, ...]:
    """The names of the columns of a table, or "0", "1", ... where they have none.

    Examples
    --------
    >>> field_names({"a": [1], "b": [2]}, 2), field_names([[1, 2]], 2)
    (('a', 'b'), ('0', '1'))
    """
    names: Any = getattr(data, "column_names", None)
    if names is None:
        names = getattr(data, "columns", None)
    if isinstance(data, Mapping):
        names = data
    elif isinstance(data, Sequence) and len(data) > 0 and isinstance(data[0], Mapping):
        names = data[0]
    named = tuple(str(name) for name in names) if names is not None else ()
    return named if len(named) == width else tuple(str(i) for i in range(width))


@dataclass(frozen=True, slots=True)
class Columns:
    """A table as the engines want it.

    Attributes
    ----------
    timestamps : int64 array of shape (n,), or None
        Milliseconds since 1970-01-01 UTC.
    values : float64 array of shape (n, len(fields))
        C-contiguous; ``NaN`` is missing.
    fields : tuple of str
        The names of the value columns.
    keys : uint32 array of shape (n, len(key_fields))
        Per key column, the number of the row's key.
    key_fields : tuple of str
        The names of the key columns.
    labels : tuple of lists
        Per key column, the text of each number; ``None`` is the missing key.
    """

    timestamps: Int64Array | None
    values: FloatArray
    fields: tuple[str, ...]
    keys: UInt32Array
    key_fields: tuple[str, ...]
    labels: tuple[Labels, ...]

    def __len__(self) -> int:
        return len(self.values)


def columns(
    data: Any,
    *,
    time_field: str | None = None,
    values: Sequence[str] | None = None,
    keys: Sequence[str] = (),
) -> Columns:
    """Take the named columns out of a table.

    Parameters
    ----------
    data : table
        A DataFrame, an Arrow table or stream, a list of dicts, a dict of array-likes, or a NumPy
        structured array.
    time_field : str, optional
        The column of times, see :func:`epoch_milliseconds`.
    values : sequence of str, optional
        The columns of numbers; by default all that are neither time nor key.
    keys : sequence of str
        The columns that say whose row it is; their values become numbers and texts.

    Raises
    ------
    DataError
        If a column is missing, a value is no number, or a time is missing.

    Examples
    --------
    >>> table = columns([{"host": "a", "load": 1.5}, {"host": "b"}], keys=["host"])
    >>> table.fields, table.values.tolist(), table.keys.tolist(), table.labels
    (('load',), [[1.5], [nan]], [[0], [1]], (['a', 'b'],))
    """
    table = named_columns(data)
    special = {time_field, *keys}
    fields = tuple(values) if values is not None else tuple(f for f in table if f not in special)
    for field in (*fields, *keys, *([time_field] if time_field is not None else [])):
        if field not in table:
            raise DataError(f"there is no column {field!r}; there are {list(table)}")
    rows = len(_objects(next(iter(table.values())))) if table else 0
    codes = [_codes(table[key]) for key in keys]
    return Columns(
        timestamps=None if time_field is None else _times(table[time_field], rows, time_field),
        values=stack([_field_numbers(table[field], field) for field in fields], rows),
        fields=fields,
        keys=np.column_stack([c for c, _ in codes]) if codes else np.empty((rows, 0), np.uint32),
        key_fields=tuple(keys),
        labels=tuple(labels for _, labels in codes),
    )


def named_columns(data: Any) -> dict[str, Any]:
    """The columns of a table by name, each as the library at hand holds it.

    Raises
    ------
    InvalidArgumentError
        If the data is no table with named columns.
    """
    if hasattr(data, "iloc"):
        return {str(label): data[label] for label in data.columns}
    if is_arrow(data):
        return {field.name: field for field in read_arrow(data)}
    if isinstance(data, Mapping):
        return {str(field): np.asarray(unmasked(column)) for field, column in data.items()}
    if isinstance(data, np.ndarray) and data.dtype.names:
        return {field: unmasked(data[field]) for field in data.dtype.names}
    if isinstance(data, Sequence) and all(isinstance(row, Mapping) for row in data):
        fields = dict.fromkeys(field for row in data for field in row)
        return {
            f: np.array([row.get(f) for row in data] + [None], dtype=object)[:-1] for f in fields
        }
    raise InvalidArgumentError(
        f"data is a {type(data).__name__}, expected a table with named columns"
    )


def _field_numbers(column: Any, field: str) -> FloatArray:
    if isinstance(column, ArrowField):
        return column.numbers(field)
    return to_numbers(np.asarray(column), field)


def _times(column: Any, rows: int, field: str) -> Int64Array:
    if isinstance(column, ArrowField):
        return epoch_milliseconds(arrow_milliseconds([column], field), rows, name=field)
    return epoch_milliseconds(column, rows, name=field)


def _objects(column: Any) -> Any:
    return column.objects() if isinstance(column, ArrowField) else column


def _codes(column: Any) -> tuple[UInt32Array, Labels]:
    if isinstance(column, ArrowField) and column.kind == "text":
        return column.content, column.labels
    objects = np.asarray(_objects(column), dtype=object)
    codes = np.empty(len(objects), dtype=np.uint32)
    return codes, _rows.intern(objects, codes)

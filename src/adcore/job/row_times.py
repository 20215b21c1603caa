"""Times of rows, as a job's data description has them; what is none is marked, not refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from adcore import _rows
from adcore.arrow import ArrowField, FloatArray, Int64Array
from adcore.dates.formats import DateFormat, date_format
from adcore.errors import AdcoreError
from adcore.job.data_description import DataDescription
from adcore.job.row_values import as_floats
from adcore.times import epoch_milliseconds

__all__ = ["NO_TIME", "row_times"]

NO_TIME = int(np.iinfo(np.int64).min)
# The years 1 and 9999: what lies beyond is no time of anything that was measured.
_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999
# Seconds with a fraction are not exact: 0.123 s shall not become 122 ms.
_ROUNDING = 1e-3
_FACTORS = {"epoch": 1_000.0, "epoch_ms": 1.0}


def row_times(column: Any, description: DataDescription) -> Int64Array:
    """Epoch milliseconds; ``NO_TIME`` where a value is none.

    Parameters
    ----------
    column : array-like or ArrowField
        Datetimes are taken as they are, numbers and texts as the description says.
    description : DataDescription

    Examples
    --------
    >>> row_times(["1.5", "x", 2], DataDescription(time_format="epoch")).tolist()[::2]
    [1500, 2000]
    """
    if isinstance(column, ArrowField):
        if column.kind == "time":
            return _within(column.times())
        column = column.content if column.kind == "number" else column.objects()
    array = np.asarray(column) if hasattr(column, "dtype") else None
    if array is not None and (array.dtype.kind == "M" or hasattr(column, "dt")):
        return _within(_moments(column))
    factor = _FACTORS.get(description.time_format)
    if array is not None and array.dtype.kind in "iuf" and factor is not None:
        return _scaled(array.astype(np.float64), factor)
    values = list(column) if array is None else array.tolist()
    return _of_objects(values, description.time_format)


def _moments(column: Any) -> Int64Array:
    times = np.asarray(column, dtype="datetime64[ms]")
    return np.where(np.isnat(times), NO_TIME, times.astype(np.int64))


def _within(times: Int64Array) -> Int64Array:
    return np.where((times >= _FIRST) & (times <= _LAST), times, NO_TIME)


def _scaled(numbers: FloatArray, factor: float) -> Int64Array:
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.floor(numbers * factor + _ROUNDING)
        is_time = (scaled >= _FIRST) & (scaled <= _LAST)
    return np.where(is_time, np.where(is_time, scaled, 0.0).astype(np.int64), NO_TIME)


def _of_objects(values: list[Any], time_format: str) -> Int64Array:
    """Times of values of any kind: few are different, so each is read once."""
    factor = _FACTORS.get(time_format)
    if factor is not None and not set(map(type, values)) - {int, float}:
        return _scaled(as_floats(values), factor)
    if any(isinstance(value, date) for value in values):
        return np.array([_of_moment(value) for value in values], dtype=np.int64)
    codes = np.empty(len(values), dtype=np.uint32)
    texts = [text or "" for text in _rows.intern(values, codes)]
    if factor is not None:
        times = _scaled(np.array([_float(text) for text in texts]), factor)
    else:
        form = date_format(time_format)
        times = np.array([_of_text(text, form) for text in texts], dtype=np.int64)
    return np.asarray(times[codes] if texts else times)


def _of_moment(value: Any) -> int:
    try:
        return int(_within(epoch_milliseconds([value]))[0])
    except AdcoreError:
        return NO_TIME


def _of_text(text: str, form: DateFormat) -> int:
    try:
        return int(_within(np.array([form.parse(text)], dtype=np.int64))[0])
    except AdcoreError:
        return NO_TIME


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan

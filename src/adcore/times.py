"""Anything that tells times becomes int64 milliseconds since 1970-01-01 UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.arrow import ArrowField, FloatArray, Int64Array, is_arrow, read_arrow
from adcore.config import shorten
from adcore.errors import DataError, InvalidArgumentError

__all__ = [
    "EARLIEST", "LATEST", "UNITS", "TimeUnit", "epoch_milliseconds", "epoch_moment", "parse_time",
    "unit_between",
]  # fmt: skip

_MISSING_TIME = np.iinfo(np.int64).min
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MILLISECOND = datetime.resolution * 1000
# Milliseconds in a unit of time since 1970.
UNITS = {"s": 1e3, "ms": 1.0, "us": 1e-3, "ns": 1e-6}
# Milliseconds of 1980 and 2100: numbers outside are hardly meant as times.
EARLIEST, LATEST = 315_532_800_000, 4_102_444_800_000


def unit_between(low: float, high: float) -> str:
    """The unit in which numbers are times since 1970: the one that puts them from 1980 to 2100.

    There is at most one. Where there is none, as with numbers from 0 on, they are milliseconds, as
    numbers are in the field.

    Examples
    --------
    >>> unit_between(1.6e9, 1.7e9), unit_between(1.6e12, 1.7e12), unit_between(0, 1.7e9)
    ('s', 'ms', 'ms')
    """
    return next(
        (u for u, ms in UNITS.items() if low * ms >= EARLIEST and high * ms <= LATEST), "ms"
    )


@dataclass(slots=True)
class TimeUnit:
    """The unit of numbers that tell times, which the first of them decide for all that follow.

    Attributes
    ----------
    name : str or None
        One of `UNITS`; None before there were any.
    """

    name: str | None = None

    def __post_init__(self) -> None:
        if self.name is not None and self.name not in UNITS:
            allowed = ", ".join(UNITS)
            raise InvalidArgumentError(f"unit = {self.name!r} is not allowed: it is {allowed}")

    def settle(self, name: str) -> str:
        """The unit: the one given, unless it is decided already."""
        self.name = self.name or name
        return self.name

    def milliseconds(self, numbers: FloatArray) -> FloatArray:
        """Numbers as milliseconds; of those that are milliseconds fractions stay."""
        if self.name is None and not np.isnan(numbers).all():
            # A few that are broken, such as zeros for what is unknown, decide nothing.
            low, high = np.nanquantile(numbers, [0.01, 0.99])
            self.name = unit_between(low, high)
        factor = UNITS[self.name or "ms"]
        return numbers if factor == 1 else np.round(numbers * factor)


def epoch_milliseconds(
    timestamps: Any, rows: int | None = None, *, name: str = "timestamps"
) -> Int64Array:
    """Times as int64 milliseconds since 1970-01-01 UTC.

    Parameters
    ----------
    timestamps : array-like of shape (n,)
        Integers or whole floats (taken as milliseconds), ``datetime64``, ``datetime`` objects,
        pandas or Polars datetimes, or an Arrow array of times. Times without a zone are UTC;
        times with a zone are converted.
    rows : int, optional
        The number of values that is expected.

    Raises
    ------
    InvalidArgumentError
        If the shape does not fit or the values are no times.
    DataError
        If a time is missing; the message names its row.

    Examples
    --------
    >>> epoch_milliseconds(np.array(["1970-01-02"], dtype="datetime64[D]"))
    array([86400000])
    """
    times = _milliseconds(timestamps, name)
    if times.ndim != 1 or (rows is not None and len(times) != rows):
        expected = f"({rows},)" if rows is not None else "(n,)"
        raise InvalidArgumentError(f"{name} has shape {times.shape}, expected {expected}")
    missing = np.flatnonzero(times == _MISSING_TIME)
    if missing.size:
        raise DataError(f"row {missing[0]}: {name} is missing")
    return np.ascontiguousarray(times)


def epoch_moment(value: Any, name: str) -> int:
    """One time as milliseconds since 1970-01-01 UTC.

    Parameters
    ----------
    value : int, datetime, datetime64 or str
        Whatever :func:`epoch_milliseconds` takes, or text in ISO 8601.

    Raises
    ------
    InvalidArgumentError
        If it is no time.

    Examples
    --------
    >>> epoch_moment("1970-01-02", "start"), epoch_moment(5, "start")
    (86400000, 5)
    """
    if not isinstance(value, str):
        return int(epoch_milliseconds([value], name=name)[0])
    try:
        return parse_time(value.strip())
    except ValueError:
        raise InvalidArgumentError(f"{name} = {value!r} is no time in ISO 8601") from None


def parse_time(text: str) -> int:
    """Milliseconds since 1970 of text in ISO 8601; without a zone it is UTC.

    Raises
    ------
    ValueError
        If it is no such text.
    """
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return _of_datetime(moment)


def _of_datetime(moment: datetime) -> int:
    utc = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment
    return int((utc - _EPOCH) // _MILLISECOND)


def _milliseconds(timestamps: Any, name: str) -> Int64Array:
    dtype = str(getattr(timestamps, "dtype", ""))
    if not isinstance(timestamps, np.ndarray) and dtype.startswith("datetime64"):
        # pandas, with or without a zone, in any unit: its own conversion goes by way of UTC.
        return _from_datetime64(np.asarray(timestamps, dtype="datetime64[ns]"))
    if is_arrow(timestamps):
        return arrow_milliseconds(read_arrow(timestamps), name)
    array = np.asarray(timestamps)
    if array.dtype.kind == "M":
        return _from_datetime64(array)
    if array.dtype.kind in "iu":
        return array.astype(np.int64)
    if array.dtype.kind == "f" or array.size == 0:
        return _from_floats(array.astype(np.float64), name)
    if array.dtype.kind == "O" and array.ndim == 1:
        return np.array([_from_datetime(v, i, name) for i, v in enumerate(array)], dtype=np.int64)
    raise InvalidArgumentError(
        f"{name} has dtype {array.dtype}, expected int64 milliseconds, datetime64 or datetimes"
    )


def _from_datetime64(values: npt.NDArray[Any]) -> Int64Array:
    return values.astype("datetime64[ms]").astype(np.int64)


def _from_floats(values: FloatArray, name: str) -> Int64Array:
    whole = np.isnan(values) | ((np.abs(values) < 2.0**63) & (values == np.floor(values)))
    wrong = np.flatnonzero(~whole)
    if wrong.size:
        raise DataError(
            f"row {wrong[0]}: {name} is {values[wrong[0]]}, expected whole milliseconds"
        )
    return np.where(np.isnan(values), _MISSING_TIME, np.nan_to_num(values)).astype(np.int64)


def _from_datetime(value: object, row: int, name: str) -> int:
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return int(_MISSING_TIME)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=timezone.utc)
    if isinstance(value, datetime):
        return _of_datetime(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    raise DataError(f"row {row}: {name} is {shorten(value)}, expected a datetime or milliseconds")


def arrow_milliseconds(fields: list[ArrowField], name: str) -> Int64Array:
    if len(fields) != 1:
        raise InvalidArgumentError(f"{name} has {len(fields)} columns, expected 1")
    field = fields[0]
    if field.kind == "time":
        return field.times()
    if field.kind == "number":
        return _from_floats(field.numbers(name), name)
    raise InvalidArgumentError(f"{name} holds no times: expected datetimes or milliseconds")

"""Times in calls: two manners of reading them, as the API has them.

Reads of results take dates, milliseconds and date math; where the stream of data is moved, ten
digits and fewer are seconds.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import numpy as np

from adcore.dates.formats import DEFAULT_FORMAT, date_format
from adcore.errors import AdcoreError
from adcore.job.errors import JobError
from adcore.query.date_math import parse_date
from adcore.times import epoch_milliseconds

__all__ = ["read_moment", "read_result_time"]

_FORMAT = date_format(DEFAULT_FORMAT)
_NUMBER = re.compile(r"-?\d{1,18}")
_SECONDS_DIGITS = 10


def read_result_time(value: Any, now: int | None = None) -> int | None:
    """A bound of a read of results, in epoch milliseconds; ``-1`` and None are no bound.

    Parameters
    ----------
    value : str, int, datetime or None
        An ISO date, milliseconds as a number or its digits, or date math such as ``now-1h``.
    now : int, optional
        What ``now`` stands for, in epoch milliseconds.

    Raises
    ------
    JobError
        ``parse_exception`` if it is no time.

    Examples
    --------
    >>> read_result_time("1970-01-01T01:00:00Z"), read_result_time("-1"), read_result_time("now", 5)
    (3600000, None, 5)
    """
    if value is None or value in (-1, "-1", ""):
        return None
    if _is_moment(value):
        return int(epoch_milliseconds([value])[0])
    try:
        return _parsed(value, now)
    except AdcoreError:
        raise JobError(
            f"failed to parse date field [{value}] with format [{DEFAULT_FORMAT}]",
            type="parse_exception",
        ) from None


def read_moment(name: str, value: Any, now: int | None = None) -> int | None:
    """A time that the stream of data is moved to, in epoch milliseconds; None for none.

    Raises
    ------
    JobError
        ``parse_exception`` if it is no time; the message has the name.

    Examples
    --------
    >>> read_moment("start", "1403481600"), read_moment("start", 1403481600000)
    (1403481600000, 1403481600000)
    """
    if value is None or value == "":
        return None
    if _is_moment(value):
        return int(epoch_milliseconds([value])[0])
    text = str(int(value)) if _is_integer(value) else str(value)
    try:
        if _NUMBER.fullmatch(text):
            return int(text) * (1_000 if len(text.lstrip("-")) <= _SECONDS_DIGITS else 1)
        return _parsed(text, now)
    except AdcoreError:
        raise JobError(
            f"Query param [{name}] with value [{value}] cannot be parsed as a date or converted to "
            "a number (epoch).",
            type="parse_exception",
        ) from None


def _is_integer(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _is_moment(value: Any) -> bool:
    return isinstance(value, (date, datetime, np.datetime64))


def _parsed(value: Any, now: int | None) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, np.integer)):
        raise JobError(str(value))
    if isinstance(value, str) and value.startswith("now") and now is None:
        raise JobError("there is no clock")
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    return parse_date(value if isinstance(value, str) else float(value), _FORMAT, now or 0)

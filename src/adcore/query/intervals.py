"""Lengths of time as searches write them: ``30s``, and units of the calendar."""

from __future__ import annotations

import re

from adcore.query.errors import illegal_argument

__all__ = ["CALENDAR_UNITS", "parse_calendar_unit", "parse_duration"]

_MILLISECONDS = {
    "nanos": 1e-6, "micros": 1e-3, "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000,
    "H": 3_600_000, "d": 86_400_000,
}  # fmt: skip
_DURATION = re.compile(r"\s*([+-]?)(\d{1,15})\s*(nanos|micros|ms|s|m|h|H|d)\s*")

# What the API accepts, and the unit of `date_math` it stands for.
CALENDAR_UNITS = {
    "second": "s", "1s": "s", "minute": "m", "1m": "m", "hour": "h", "1h": "h", "day": "d",
    "1d": "d", "week": "w", "1w": "w", "month": "M", "1M": "M", "quarter": "q", "1q": "q",
    "year": "y", "1y": "y",
}  # fmt: skip


def parse_duration(key: str, text: str) -> int:
    """Milliseconds of a text such as ``90s`` or ``-6h``.

    >>> parse_duration("offset", "-6h")
    -21600000
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        if re.fullmatch(r"\s*[+-]?0+\s*", text):
            return 0
        raise illegal_argument(
            f"failed to parse setting [{key}] with value [{text}] as a time value: unit is "
            "missing or unrecognized"
        )
    size = int(match[2]) * _MILLISECONDS[match[3]]
    return int(-size if match[1] == "-" else size)


def parse_calendar_unit(text: str) -> str:
    """The unit of a text such as ``month`` or ``1M``."""
    unit = CALENDAR_UNITS.get(text)
    if unit is None:
        raise illegal_argument(
            f"The supplied interval [{text}] could not be parsed as a calendar interval."
        )
    return unit

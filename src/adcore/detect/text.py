"""Numbers and times for people."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone

__all__ = ["format_number", "format_time"]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def format_number(value: float) -> str:
    """A number with four digits that count.

    >>> format_number(1234567.8), format_number(0.001234), format_number(float("nan"))
    ('1,235,000', '0.001234', 'missing')
    """
    if math.isnan(value):
        return "missing"
    if value == 0 or not 1e-4 <= abs(value) < 1e15:
        return f"{value:.4g}"
    decimals = max(0, 3 - math.floor(math.log10(abs(value))))
    rounded = round(value, 3 - math.floor(math.log10(abs(value))))
    text = f"{rounded:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_time(milliseconds: int, interval: int) -> str:
    """A time in UTC, to the minute where intervals are minutes.

    >>> format_time(1360386000000, 3_600_000)
    '2013-02-09 05:00'
    """
    try:
        moment = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return f"{milliseconds} ms"
    if interval % 86_400_000 == 0 and milliseconds % 86_400_000 == 0:
        return f"{moment:%Y-%m-%d}"
    if interval % 60_000 == 0:
        return f"{moment:%Y-%m-%d %H:%M}"
    text = f"{moment:%Y-%m-%d %H:%M:%S}"
    return text if interval % 1_000 == 0 else f"{text}.{milliseconds % 1000:03d}"

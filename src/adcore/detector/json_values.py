"""Values of a JSON body: each read as the kind it must be, or refused by the name of its field."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from adcore.config import shorten
from adcore.detector.errors import DetectorConfigError

__all__ = [
    "as_flag",
    "as_list",
    "as_milliseconds",
    "as_number",
    "as_object",
    "as_text",
    "as_texts",
    "as_whole",
]

# Milliseconds that a double holds exactly: some 285 000 years.
_LAST_TIME = 2**53


def _wrong(field: str, value: Any, allowed: str) -> DetectorConfigError:
    # What is inside a field, such as "rules.conditions", is named in full but belongs to the field.
    text = f"{field} = {shorten(value)} is not allowed: {allowed}"
    return DetectorConfigError(text, field.partition(".")[0])


def as_object(field: str, value: Any) -> dict[str, Any]:
    """A JSON object."""
    if isinstance(value, Mapping):
        return {str(key): content for key, content in value.items()}
    raise _wrong(field, value, "it must be an object")


def as_list(value: Any) -> list[Any]:
    """A JSON array; a single value stands for an array of one."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def as_text(field: str, value: Any) -> str:
    """A text; numbers and truth values are written out, as the API does."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    raise _wrong(field, value, "it must be text")


def as_texts(field: str, value: Any) -> tuple[str, ...]:
    """Several texts; a single one stands for a list of one."""
    return tuple(as_text(field, item) for item in as_list(value))


def as_whole(field: str, value: Any, message: str | None = None) -> int:
    """An integer, or a number without a fraction, or the text of one."""
    number = _float(value)
    if math.isfinite(number) and number == int(number):
        return int(number) if not isinstance(value, int) else value
    if message is not None:
        raise DetectorConfigError(message, field)
    raise _wrong(field, value, "it must be an integer")


def as_number(field: str, value: Any) -> float:
    """A finite number."""
    number = _float(value)
    if not math.isfinite(number):
        raise _wrong(field, value, "it must be a number")
    return number


def as_milliseconds(value: Any) -> int | None:
    """A time since 1970: a number, whose fraction is cut, or the text of one; None for others.

    Examples
    --------
    >>> as_milliseconds(1633046400000.5), as_milliseconds("5"), as_milliseconds(-1)
    (1633046400000, 5, None)
    """
    number = _float(value)
    return int(number) if 0 <= number <= _LAST_TIME else None


def _float(value: Any) -> float:
    """The number, or ``NaN`` for what is none."""
    try:
        return float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        return math.nan


def as_flag(field: str, value: Any) -> bool:
    """A truth value, or its text."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise _wrong(field, value, "it must be true or false")

"""Checks and units that several rooms share: integers, fractions, choices, intervals."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Sequence
from typing import Any

from adcore.errors import InvalidArgumentError

__all__ = ["choice", "integer", "number", "parse_interval", "shorten"]

_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_INTERVAL = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|[smhdw])\s*")


def shorten(value: object, length: int = 60) -> str:
    """The repr of a value, cut to ``length`` characters."""
    text = repr(value)
    return text if len(text) <= length else text[: length - 3] + "..."


def integer(name: str, value: Any, minimum: int, maximum: int) -> int:
    """``value`` as an int within the bounds.

    Raises
    ------
    InvalidArgumentError
        If it is no integer or out of bounds.

    Examples
    --------
    >>> integer("threads", 4, 1, 1024)
    4
    """
    allowed = f"expected an integer from {minimum} to {maximum}"
    try:
        whole = operator.index(value)
    except TypeError:
        raise InvalidArgumentError(f"{name} is {shorten(value)}, {allowed}") from None
    if isinstance(value, bool) or not minimum <= whole <= maximum:
        raise InvalidArgumentError(f"{name} is {shorten(value)}, {allowed}")
    return whole


def number(name: str, value: Any, minimum: float = -math.inf, maximum: float = math.inf) -> float:
    """``value`` as a finite float within the bounds.

    Raises
    ------
    InvalidArgumentError
        If it is no number, not finite or out of bounds.
    """
    allowed = f"expected a number from {minimum:g} to {maximum:g}"
    try:
        real = float(value) if not isinstance(value, (str, bytes)) else math.nan
    except (TypeError, ValueError, OverflowError):
        real = math.nan
    if not (math.isfinite(real) and minimum <= real <= maximum):
        raise InvalidArgumentError(f"{name} is {shorten(value)}, {allowed}")
    return real


def choice(name: str, value: Any, allowed: Sequence[str]) -> str:
    """``value`` if it is one of the texts ``allowed``.

    Raises
    ------
    InvalidArgumentError
        If it is none of them.
    """
    if isinstance(value, str) and value in allowed:
        return value
    raise InvalidArgumentError(
        f"{name} is {shorten(value)}, expected one of {', '.join(map(repr, allowed))}"
    )


def parse_interval(text: str, *, name: str = "interval") -> int:
    """The milliseconds of an interval such as ``"500ms"``, ``"30s"``, ``"1.5h"`` or ``"1d"``.

    Raises
    ------
    InvalidArgumentError
        If the text is no interval, or not a whole positive number of milliseconds.

    Examples
    --------
    >>> parse_interval("5m")
    300000
    """
    match = _INTERVAL.fullmatch(text) if isinstance(text, str) else None
    milliseconds = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if milliseconds < 1 or milliseconds != int(milliseconds):
        raise InvalidArgumentError(
            f"{name} is {shorten(text)}, expected a positive number and a unit "
            f"({', '.join(_UNITS)}), such as '5m'"
        )
    return int(milliseconds)

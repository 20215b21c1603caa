"""Checks and units that several rooms share: integers, fractions, choices, intervals."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterable, Sequence
from typing import Any

from adcore.errors import InvalidArgumentError

__all__ = [
    "choice", "integer", "not_allowed", "number", "parse_bytes", "parse_interval",
    "shorten", "vector",
]  # fmt: skip

_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_INTERVAL = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|[smhdw])\s*")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([KMGT])?(IB|B)?")


def shorten(value: object, length: int = 60) -> str:
    """The repr of a value, cut to ``length`` characters."""
    text = repr(value)
    return text if len(text) <= length else text[: length - 3] + "..."


def not_allowed(name: str, value: object, allowed: str) -> InvalidArgumentError:
    """The error of an argument out of range, in the words that the engine uses too."""
    return InvalidArgumentError(f"{name} = {shorten(value)} is not allowed: {allowed}")


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
    allowed = f"it must be an integer from {minimum} to {maximum}"
    try:
        whole = operator.index(value)
    except TypeError:
        raise not_allowed(name, value, allowed) from None
    if isinstance(value, bool) or not minimum <= whole <= maximum:
        raise not_allowed(name, value, allowed)
    return whole


def number(name: str, value: Any, minimum: float = -math.inf, maximum: float = math.inf) -> float:
    """``value`` as a finite float within the bounds.

    Raises
    ------
    InvalidArgumentError
        If it is no number, not finite or out of bounds.
    """
    allowed = f"it must be a number from {minimum:g} to {maximum:g}"
    try:
        real = float(value) if not isinstance(value, (str, bytes)) else math.nan
    except (TypeError, ValueError, OverflowError):
        real = math.nan
    if not (math.isfinite(real) and minimum <= real <= maximum):
        raise not_allowed(name, value, allowed)
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
    raise not_allowed(name, value, f"it must be one of {', '.join(map(repr, allowed))}")


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
    match = _INTERVAL.fullmatch(str(text))
    milliseconds = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if milliseconds < 1 or milliseconds != int(milliseconds):
        units = ", ".join(_UNITS)
        raise not_allowed(name, text, f"it must be a number and a unit ({units}), such as '5m'")
    return int(milliseconds)


def parse_bytes(text: str, *, name: str = "bytes") -> int:
    """The bytes of a size such as ``"4GB"``, ``"1.5GiB"`` or ``"512MB"``.

    Raises
    ------
    InvalidArgumentError
        If the text is no size, or less than a byte.

    Examples
    --------
    >>> parse_bytes("4GB"), parse_bytes("512 MiB")
    (4000000000, 536870912)
    """
    match = _SIZE.fullmatch(str(text).strip().upper())
    size = 0
    if match:
        base = 1_024 if match[3] == "IB" else 1_000
        size = int(float(match[1]) * base ** " KMGT".index(match[2] or " "))
    if size < 1:
        raise not_allowed(name, text, "it must be a number and a unit, such as '4GB' or '512MiB'")
    return size


def vector(name: str, value: Any, length: int, minimum: float = -math.inf) -> list[float]:
    """``value`` as ``length`` finite floats: one number stands for all of them.

    Raises
    ------
    InvalidArgumentError
        If it has another length, or one of them is no number or out of bounds.

    Examples
    --------
    >>> vector("weights", 2, 3)
    [2.0, 2.0, 2.0]
    """
    values = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else None
    if values is None:
        return [number(name, value, minimum)] * length
    if len(values) != length:
        raise not_allowed(name, value, f"it must have {length} values, or be a single number")
    return [number(f"{name}[{i}]", item, minimum) for i, item in enumerate(values)]

"""Numbers, texts and truth values, as scripts calculate with them: whole numbers have 64 bits."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from adcore.script.errors import ValueFault

__all__ = ["BINARY", "cast", "check_length", "is_number", "number", "text_of", "truth", "whole"]

_LONGEST_TEXT = 32_766


def is_number(value: Any) -> bool:
    """Whether it can be calculated with."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number(value: Any) -> Any:
    """The value, if it is a number."""
    if not is_number(value):
        raise ValueFault
    return value


def truth(value: Any) -> bool:
    """The value, if it is a truth value."""
    if not isinstance(value, bool):
        raise ValueFault
    return value


def whole(value: int) -> int:
    """What 64 bits hold of it."""
    return (value + 2**63) % 2**64 - 2**63


def check_length(characters: int) -> None:
    """Raise if a text of so many characters is too long."""
    if characters > _LONGEST_TEXT:
        raise ValueFault


def text_of(value: Any) -> str:
    """A value within a text.

    >>> [text_of(value) for value in ("a", 3, 2.5, 1e10, True, None)]
    ['a', '3', '2.5', '1.0E10', 'true', 'null']
    """
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float):
        return _digits(value)
    return str(value)


def _digits(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return format(Decimal(repr(value)), "f")
    mantissa, _, exponent = format(Decimal(repr(value)).normalize(), "E").partition("E")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(exponent)}"


def cast(kind: str, value: Any) -> Any:
    """A number as one of another kind; other types only as themselves."""
    if kind in ("double", "float"):
        return float(number(value))
    if kind in ("long", "int"):
        if isinstance(number(value), float) and not math.isfinite(value):
            raise ValueFault
        return max(-(2**63), min(2**63 - 1, int(value)))
    wanted = {"boolean": bool, "String": str}.get(kind, object)
    if not isinstance(value, wanted):
        raise ValueFault
    return value


def _add(a: Any, b: Any) -> Any:
    if isinstance(a, str) or isinstance(b, str):
        text = text_of(a) + text_of(b)
        check_length(len(text))
        return text
    return _calculated(lambda x, y: x + y, a, b)


def _calculated(operation: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    found = operation(number(a), number(b))
    return whole(found) if isinstance(found, int) else found


def _divided(a: Any, b: Any) -> Any:
    """Of whole numbers what is whole of it; x / 0.0 is infinite or no number."""
    number(a), number(b)
    if isinstance(a, int) and isinstance(b, int):
        if b == 0:
            raise ValueFault
        return whole(abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1))
    if b == 0:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a)
    return a / b


def _remainder(a: Any, b: Any) -> Any:
    number(a), number(b)
    if isinstance(a, int) and isinstance(b, int):
        return a - b * _divided(a, b)
    return math.nan if b == 0 or math.isinf(a) else math.fmod(a, b)


def _equal(a: Any, b: Any) -> bool:
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": _add,
    "-": lambda a, b: _calculated(lambda x, y: x - y, a, b),
    "*": lambda a, b: _calculated(lambda x, y: x * y, a, b),
    "/": _divided,
    "%": _remainder,
    "<": lambda a, b: number(a) < number(b),
    "<=": lambda a, b: number(a) <= number(b),
    ">": lambda a, b: number(a) > number(b),
    ">=": lambda a, b: number(a) >= number(b),
    "==": _equal,
    "!=": lambda a, b: not _equal(a, b),
}

"""What scripts may call: functions of Math and of types, and methods of texts."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from adcore.script.errors import ValueFault
from adcore.script.moments import DATE_FUNCTIONS, DATE_METHODS, UTC
from adcore.script.operators import cast, check_length, number, text_of, whole

__all__ = ["CONSTANTS", "FUNCTIONS", "METHODS", "Signature"]

# How many arguments it takes, besides the text of a method, and what it does with them.
Signature = tuple[tuple[int, ...], Callable[..., Any]]


def _of_number(function: Callable[[float], float]) -> Callable[[Any], float]:
    def call(value: Any) -> float:
        try:
            return function(float(number(value)))
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return call


def _logarithm(function: Callable[[float], float]) -> Callable[[Any], float]:
    return _of_number(lambda value: -math.inf if value == 0 else function(value))


def _rounding(function: Callable[[float], int]) -> Callable[[Any], float]:
    return _of_number(lambda value: float(function(value)) if math.isfinite(value) else value)


def _absolute(value: Any) -> Any:
    found = abs(number(value))
    return whole(found) if isinstance(found, int) else found


def _power(base: Any, exponent: Any) -> float:
    return _of_number(lambda value: math.pow(value, number(exponent)))(base)


def _round(value: Any) -> int:
    return int(cast("long", math.floor(number(value) + 0.5)))


def _parsed(pattern: str, read: Callable[[str], Any]) -> Callable[[Any], Any]:
    number_pattern = re.compile(pattern)

    def call(text: Any) -> Any:
        if not isinstance(text, str) or not number_pattern.fullmatch(text):
            raise ValueFault
        return read(text)

    return call


def _whole_text(text: str) -> int:
    found = int(text)
    if found != whole(found):
        raise ValueFault
    return found


_whole = _parsed(r"[+-]?[0-9]{1,19}", _whole_text)
_decimal = _parsed(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", float)


def _least(a: Any, b: Any) -> Any:
    return min(number(a), number(b))


def _most(a: Any, b: Any) -> Any:
    return max(number(a), number(b))


FUNCTIONS: dict[str, Signature] = {
    "Math.abs": ((1,), _absolute),
    "Math.ceil": ((1,), _rounding(math.ceil)),
    "Math.exp": ((1,), _of_number(math.exp)),
    "Math.floor": ((1,), _rounding(math.floor)),
    "Math.log": ((1,), _logarithm(math.log)),
    "Math.log10": ((1,), _logarithm(math.log10)),
    "Math.max": ((2,), _most),
    "Math.min": ((2,), _least),
    "Math.pow": ((2,), _power),
    "Math.round": ((1,), _round),
    "Math.sqrt": ((1,), _of_number(math.sqrt)),
    "Double.parseDouble": ((1,), _decimal),
    "Integer.parseInt": ((1,), _whole),
    "Long.parseLong": ((1,), _whole),
    "String.valueOf": ((1,), text_of),
    **DATE_FUNCTIONS,
}
CONSTANTS: dict[str, Any] = {"Math.E": math.e, "Math.PI": math.pi, "ZoneOffset.UTC": UTC}


def _substring(text: str, first: Any, end: Any = None) -> str:
    last = len(text) if end is None else end
    if not (isinstance(first, int) and isinstance(last, int) and 0 <= first <= last <= len(text)):
        raise ValueFault
    return text[first:last]


def _replaced(text: str, old: Any, new: Any) -> str:
    old, new = _text(old), _text(new)
    check_length(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueFault
    return value


_OF_TEXTS: dict[str, Signature] = {
    "contains": ((1,), lambda text, part: _text(part) in text),
    "endsWith": ((1,), lambda text, part: text.endswith(_text(part))),
    "equals": ((1,), lambda text, other: text == other),
    "equalsIgnoreCase": ((1,), lambda text, other: text.lower() == _text(other).lower()),
    "indexOf": ((1,), lambda text, part: text.find(_text(part))),
    "isEmpty": ((0,), lambda text: not text),
    "lastIndexOf": ((1,), lambda text, part: text.rfind(_text(part))),
    "length": ((0,), len),
    "replace": ((2,), _replaced),
    "startsWith": ((1,), lambda text, part: text.startswith(_text(part))),
    "substring": ((1, 2), _substring),
    "toLowerCase": ((0,), str.lower),
    "toString": ((0,), text_of),
    "toUpperCase": ((0,), str.upper),
    "trim": ((0,), str.strip),
}
_OF_NUMBERS: dict[str, Signature] = {"toString": ((0,), text_of)}
_OF_TYPES: dict[type, dict[str, Signature]] = {
    str: _OF_TEXTS, **DATE_METHODS, **dict.fromkeys((int, float, bool, type(None)), _OF_NUMBERS),
}  # fmt: skip


def _methods() -> dict[str, dict[type, Signature]]:
    found: dict[str, dict[type, Signature]] = {}
    for kind, methods in _OF_TYPES.items():
        for name, signature in methods.items():
            found.setdefault(name, {})[kind] = signature
    return found


# By name: for values of which types there is such a method, and what it does.
METHODS = _methods()

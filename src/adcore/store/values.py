"""One value of a document to one value of a column, by the type of its field."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from adcore.dates.formats import common_time
from adcore.errors import InvalidArgumentError
from adcore.store.field import Field, FieldType

__all__ = ["Reader", "ValueReadError", "field_reader", "plain_type", "preview"]

# From a value of JSON (never null or a list) to a value of the column; None stores nothing.
Reader = Callable[[Any], Any]

_RANGES = {
    FieldType.LONG: (-(2**63), 2**63 - 1),
    FieldType.INTEGER: (-(2**31), 2**31 - 1),
    FieldType.SHORT: (-(2**15), 2**15 - 1),
    FieldType.BYTE: (-(2**7), 2**7 - 1),
    FieldType.UNSIGNED_LONG: (0, 2**64 - 1),
}
_LARGEST = {FieldType.HALF_FLOAT: 65_520.0}
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)


class ValueReadError(ValueError):
    """A value that its field cannot hold; `type` and the message are the API's."""

    def __init__(self, reason: str, type: str = "illegal_argument_exception") -> None:  # noqa: A002
        super().__init__(reason)
        self.type = type


def field_reader(leaf: Field) -> Reader:
    """What reads the values of a field; it raises a ValueReadError."""
    reader = _reader(leaf)
    if leaf.options.get("ignore_malformed") in (True, "true"):
        return _lenient(reader)
    return reader


def plain_type(leaf: Field) -> type | None:
    """The type of the values that `field_reader` would give back unchanged; None: of none."""
    if leaf.type.is_keyword or leaf.type.is_text:
        return str
    return {FieldType.DOUBLE: float, FieldType.FLOAT: float, FieldType.BOOLEAN: bool}.get(leaf.type)


def preview(value: object) -> str:
    """A value as error messages show it: ``{a=1, b=x}``."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={preview(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(preview(item) for item in value) + "]"
    if value is None or isinstance(value, bool):
        return str(msgspec.json.encode(value), "ascii")
    return str(value)


def _lenient(reader: Reader) -> Reader:
    def read(value: Any) -> Any:
        try:
            return reader(value)
        except ValueReadError:
            return None

    return read


def _reader(leaf: Field) -> Reader:
    kind = leaf.type
    if kind in _RANGES:
        return _whole(*_RANGES[kind], is_coerced=leaf.options.get("coerce") not in (False, "false"))
    if kind.is_number:
        return _fraction(kind, _LARGEST.get(kind, math.inf))
    if kind.is_date:
        return _date(leaf)
    if kind is FieldType.FLATTENED or kind is FieldType.GEO_POINT:
        return _json_text
    return {FieldType.BOOLEAN: _boolean, FieldType.IP: _address}.get(kind, _text)


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    return _scalar(value) if not isinstance(value, bool) else ("true" if value else "false")


def _scalar(value: Any) -> str:
    if isinstance(value, dict):
        raise ValueReadError("Can't get text on a START_OBJECT", "illegal_state_exception")
    return str(value)


def _json_text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if value in ("true", "false", ""):
        return bool(value == "true")
    raise ValueReadError(
        f"Failed to parse value [{_scalar(value)}] as only [true] or [false] are allowed."
    )


@lru_cache(maxsize=65_536)
def _known_address(text: str) -> str:
    try:
        return ipaddress.ip_address(text).compressed
    except ValueError:
        raise ValueReadError(f"'{text}' is not an IP string literal.") from None


def _address(value: Any) -> str:
    return _known_address(_scalar(value))


def _whole(lowest: int, highest: int, *, is_coerced: bool) -> Reader:
    def read(value: Any) -> int | None:
        number = value
        if type(number) is not int:
            number = _coerced(value, is_coerced=is_coerced)
            if number is None:
                return None
        if lowest <= number <= highest:
            return int(number)
        raise ValueReadError(f"Value [{value}] is out of range for the type of the field")

    return read


def _coerced(value: Any, *, is_coerced: bool) -> int | None:
    """The whole part of a number, or of the text of one."""
    if isinstance(value, str) and is_coerced:
        if value == "":
            return None
        if _INTEGER.fullmatch(value) and len(value) < 25:
            return int(value)
    number = _float(value, is_coerced=is_coerced)
    if not is_coerced and not number.is_integer():
        raise ValueReadError(f"Value [{value}] has a decimal part")
    return int(number)


def _float(value: Any, *, is_coerced: bool = True) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        if isinstance(value, dict):
            raise ValueReadError("Cannot parse object as number")
        raise ValueReadError(f'For input string: "{preview(value)}"')
    if isinstance(value, str) and not is_coerced:
        raise ValueReadError("Number passed as String")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise ValueReadError(f'For input string: "{value}"') from None
    if not math.isfinite(number):
        raise ValueReadError(f"supports only finite values, but got [{value}]")
    return number


def _fraction(kind: FieldType, largest: float) -> Reader:
    def read(value: Any) -> float | None:
        if value == "":
            return None
        number = value if type(value) is float else _float(value)
        if abs(number) < largest:
            return number
        raise ValueReadError(f"[{kind.value}] supports only finite values, but got [{value}]")

    return read


def _date(leaf: Field) -> Reader:
    form = leaf.date_format
    is_common = form.text.startswith("strict_date_optional_time")

    @lru_cache(maxsize=4096)
    def known(text: str) -> int:
        return form.parse(text)

    def read(value: Any) -> int:
        if is_common and type(value) is str and value[-1:] == "Z":
            found = common_time(value)
            if found is not None:
                return found
        if isinstance(value, (dict, bool)):
            raise ValueReadError(f"failed to parse date field [{preview(value)}] with format "
                                 f"[{form.text}]")  # fmt: skip
        try:
            return known(value) if type(value) is str else form.parse(value)
        except InvalidArgumentError as error:
            raise ValueReadError(str(error)) from None

    return read

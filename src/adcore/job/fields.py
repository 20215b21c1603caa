"""The fields of a JSON body: each read as the kind it must be, or refused as the API does.

A body is read strictly: by a table of readers, one per field that may be there. ``null`` stands
for a field that is not there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from adcore.job.errors import JobError

__all__ = [
    "Field", "Reader", "array_of", "flag", "moment", "number", "object_of", "one_of", "raw_object",
    "read_fields", "read_parameter", "text", "texts", "whole",
]  # fmt: skip

_TYPE = "x_content_parse_exception"
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Field:
    """Where a value stands: the kind of object it is part of, and the way to it."""

    owner: str
    path: tuple[str | int, ...] = ()

    def inner(self, name: str | int, owner: str | None = None) -> Field:
        """A field of the value."""
        return Field(owner or self.owner, (*self.path, name))

    @property
    def name(self) -> str:
        """The field's own name; of an item of an array, that of the array."""
        return str(next((part for part in reversed(self.path) if isinstance(part, str)), ""))

    def unknown(self) -> JobError:
        """Nothing of that name may be there."""
        return self._error(f"[{self.owner}] unknown field [{self.name}]")

    def wrong_kind(self, value: object) -> JobError:
        """A value of another kind than the field's."""
        return self._error(
            f"[{self.owner}] {self.name} doesn't support values of type: {_token(value)}"
        )

    def unreadable(self, detail: str) -> JobError:
        """A value of the right kind that is none of those allowed."""
        return self._error(f"[{self.owner}] failed to parse field [{self.name}]: {detail}")

    def _error(self, reason: str) -> JobError:
        return JobError(reason, type=_TYPE, path=self.path)


Reader: TypeAlias = Callable[[Field, Any], Any]


def read_fields(at: Field, body: Any, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """The fields of an object by name, in the order of the body.

    Raises
    ------
    JobError
        ``x_content_parse_exception`` at the first field that is unknown or unreadable.
    """
    if not isinstance(body, Mapping):
        raise at.wrong_kind(body)
    given = {}
    for key, value in body.items():
        field = at.inner(str(key))
        read = readers.get(str(key))
        if read is None:
            raise field.unknown()
        if value is not None:
            given[str(key)] = read(field, value)
    return given


def read_parameter(name: str, value: str, read: Reader) -> Any:
    """A parameter of a URL, read as the field of a body that has its name.

    Raises
    ------
    JobError
        In other words than of a body, in which there is no such field.

    Examples
    --------
    >>> read_parameter("size", "ten", whole)
    Traceback (most recent call last):
        ...
    adcore.job.errors.JobError: Failed to parse int parameter [size] with value [ten]
    """
    try:
        return read(Field("request", (name,)), value)
    except JobError as error:
        if error.type != _TYPE:
            raise
        kind = "int " if read is whole else "double " if read is number else ""
        raise JobError(f"Failed to parse {kind}parameter [{name}] with value [{value}]") from None


def moment(field: Field, value: Any) -> Any:
    """A time in whatever form: what its digits mean, and what dates there are, is read later."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise field.wrong_kind(value)
    return value


def text(field: Field, value: Any) -> str:
    """A string."""
    if isinstance(value, str):
        return value
    raise field.wrong_kind(value)


def flag(field: Field, value: Any) -> bool:
    """A truth value, or the text of one."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise field.wrong_kind(value)
    if value not in ("true", "false"):
        raise field.unreadable(
            f"Failed to parse value [{value}] as only [true] or [false] are allowed."
        )
    return value == "true"


def number(field: Field, value: Any) -> float:
    """A number, or the text of one."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise field.wrong_kind(value)
    try:
        real = float(value)
    except (ValueError, OverflowError):
        real = math.nan
    if not math.isfinite(real):
        raise field.unreadable(f'For input string: "{value}"')
    return real


def whole(field: Field, value: Any) -> int:
    """An integer, or the text of one."""
    real = number(field, value)
    if not abs(real) < _LARGEST or real != int(real):
        raise field.unreadable(f"{value} cannot be converted to an integer without data loss")
    return int(value) if isinstance(value, (int, str)) and str(value).isdecimal() else int(real)


def texts(field: Field, value: Any) -> tuple[str, ...]:
    """Strings; a single one stands for an array of one."""
    return array_of(text)(field, value if isinstance(value, (list, tuple)) else [value])


def raw_object(field: Field, value: Any) -> dict[str, Any]:
    """An object whose fields are nobody's business."""
    if isinstance(value, Mapping):
        return {str(key): content for key, content in value.items()}
    raise field.wrong_kind(value)


def one_of(*allowed: str) -> Reader:
    """One of several words, in whatever case."""

    def read(field: Field, value: Any) -> str:
        word = text(field, value).lower()
        if word not in allowed:
            raise field.unreadable(f"[{value}] is none of [{', '.join(allowed)}]")
        return word

    return read


def array_of(read: Reader) -> Callable[[Field, Any], tuple[Any, ...]]:
    """An array of what ``read`` reads."""

    def read_all(field: Field, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)):
            raise field.wrong_kind(value)
        return tuple(read(field.inner(i), item) for i, item in enumerate(value))

    return read_all


def object_of(
    owner: str,
    readers: Mapping[str, Reader],
    make: Callable[..., Any],
    *,
    required: tuple[str, ...] = (),
) -> Reader:
    """An object of a kind of its own, made from its fields."""

    def read(field: Field, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise field.wrong_kind(value)
        given = read_fields(Field(owner, field.path), value, readers)
        missing = [name for name in required if name not in given]
        if missing:
            raise field.unreadable(f"Required [{', '.join(missing)}]")
        return make(**given)

    return read


def _token(value: object) -> str:
    """What the API's parsers call the kind of a value."""
    if isinstance(value, Mapping):
        return "START_OBJECT"
    if isinstance(value, (list, tuple)):
        return "START_ARRAY"
    kinds = {bool: "BOOLEAN", int: "NUMBER", float: "NUMBER", str: "STRING", type(None): "NULL"}
    return f"VALUE_{kinds.get(type(value), type(value).__name__)}"

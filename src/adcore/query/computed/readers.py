"""Values of documents, read as a type that the index may not give."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from adcore.dates.formats import DEFAULT_FORMAT, DateFormat, date_format
from adcore.errors import InvalidArgumentError

__all__ = ["RUNTIME_TYPES", "date_reader", "reader_of", "runtime_readers"]

Reader = Callable[[Any], Any]


def runtime_readers(mappings: Mapping[str, Mapping[str, Any]]) -> dict[str, Reader]:
    """What reads the values of each field; None is a value that is none of the type.

    >>> read = runtime_readers({"fare": {"type": "long"}})["fare"]
    >>> read("12"), read("twelve"), read([1.5, "2"])
    (12, None, [1, 2])
    """
    return {name: _of_each(reader_of(mapping)) for name, mapping in mappings.items()}


def reader_of(mapping: Mapping[str, Any]) -> Reader:
    """What reads one value of a field with a ``type``, and of dates perhaps a ``format``."""
    if mapping["type"] == "date":
        return date_reader(date_format(mapping.get("format") or DEFAULT_FORMAT))
    return _READERS[mapping["type"]]


def date_reader(form: DateFormat) -> Reader:
    """What reads dates of a format, as epoch milliseconds."""

    def read(value: Any) -> int | None:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            return None
        try:
            return form.parse(value)
        except InvalidArgumentError:
            return None

    return read


def _of_each(read: Reader) -> Reader:
    def read_all(value: Any) -> Any:
        if isinstance(value, list):
            found = [inner for each in value if (inner := read(each)) is not None]
            return found or None
        return None if value is None else read(value)

    return read_all


def _double(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _long(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = _double(value)
    return None if number is None else int(number)


def _keyword(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if isinstance(value, Mapping) else str(value)


def _boolean(value: Any) -> bool | None:
    return {"true": True, "false": False}.get(str(value).lower())


_READERS: dict[str, Reader] = {
    "boolean": _boolean,
    "double": _double,
    "ip": _keyword,
    "keyword": _keyword,
    "long": _long,
}
RUNTIME_TYPES = ("boolean", "date", "double", "ip", "keyword", "long")

"""Runtime fields of a datafeed: values of documents, read as a type that the index does not give.

One that only declares a type is read from the documents; for those with a script see
`computed_fields`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from adcore.job.errors import illegal_argument
from adcore.job.fields import Field, raw_object

__all__ = ["read_runtime_mappings", "runtime_readers", "words_of"]


def read_runtime_mappings(field: Field, value: Any) -> dict[str, dict[str, Any]]:
    """The mappings, each with its type, and perhaps a script.

    >>> read_runtime_mappings(Field("datafeed_config"), {"fare": {"type": "double"}})
    {'fare': {'type': 'double'}}
    """
    found = raw_object(field, value)
    for name, mapping in found.items():
        inner = field.inner(name)
        given = raw_object(inner, mapping)
        for key in given.keys() - {"type", "script"}:
            raise inner.inner(key).unknown()
        if given.get("type") not in _READERS:
            raise illegal_argument(
                f"runtime field [{name}] of type [{given.get('type')}]: the type must be one of "
                f"[{', '.join(_READERS)}]"
            )
    return found


def words_of(body: Any) -> Iterator[str]:
    """All names and texts in a query or in aggregations: where a field can be named."""
    if isinstance(body, str):
        yield body
    elif isinstance(body, Mapping):
        for name, inner in body.items():
            yield name
            yield from words_of(inner)
    elif isinstance(body, list):
        for each in body:
            yield from words_of(each)


# -- values


def runtime_readers(mappings: Mapping[str, Mapping[str, Any]]) -> dict[str, Callable[[Any], Any]]:
    """What reads the values of each field; None is a value that is none of the type.

    >>> read = runtime_readers({"fare": {"type": "long"}})["fare"]
    >>> read("12"), read("twelve"), read([1.5, "2"])
    (12, None, [1, 2])
    """
    return {name: _of_each(_READERS[mapping["type"]]) for name, mapping in mappings.items()}


def _of_each(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
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
    number = _double(value)
    return None if number is None else int(number)


def _keyword(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if isinstance(value, Mapping) else str(value)


def _boolean(value: Any) -> bool | None:
    return {"true": True, "false": False}.get(str(value).lower())


_READERS: dict[str, Callable[[Any], Any]] = {
    "boolean": _boolean,
    "double": _double,
    "ip": _keyword,
    "keyword": _keyword,
    "long": _long,
}

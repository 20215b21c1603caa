"""Objects without objects in them: ``{"a": {"b": 1}}`` is a row with a field ``a.b``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["flat_row"]

_NESTED = (dict, list, tuple)


def flat_row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row with one value per field; it is the same object where it is flat already.

    Scalars of an array are joined with commas, ``null`` is an empty text; objects in arrays are
    left out.

    Examples
    --------
    >>> flat_row({"a": {"b": 1, "c": [1, True, "x"]}, "d": None})
    {'a.b': 1, 'a.c': '1,true,x', 'd': ''}
    """
    kinds = set(map(type, row.values()))
    if kinds.isdisjoint(_NESTED):
        return row
    return dict(_leaves("", row))


def _leaves(prefix: str, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    stack = [(prefix, iter(row.items()))]
    # Without recursion: rows may be nested as deeply as whoever sends them likes.
    while stack:
        path, items = stack[-1]
        for name, value in items:
            if isinstance(value, Mapping):
                stack.append((f"{path}{name}.", iter(value.items())))
                break
            yield f"{path}{name}", _scalar(value)
        else:
            stack.pop()


def _scalar(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return ",".join(_text(item) for item in value if not isinstance(item, (Mapping, list)))
    return "" if value is None else value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)

"""An answer with a long list in it, of which JSON is made while the list comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from adcore.service.filter_path import filter_response

__all__ = ["LongAnswer"]

_encode = msgspec.json.Encoder().encode


class LongAnswer:
    """An object of JSON whose last value is a list.

    Parameters
    ----------
    key : str
        What the list is called.
    filter_path : str
        What the client wants to see; of each item nothing else is kept.

    Examples
    --------
    >>> answer = LongAnswer("items")
    >>> answer.add([1, 2])
    >>> answer.add([3])
    >>> b"".join(answer.beside({"took": 5}).parts())
    b'{"took":5,"items":[1,2,3]}'
    """

    def __init__(self, key: str, filter_path: str = "") -> None:
        self._key = key
        self._filter_path = filter_path
        self._lists: list[bytes] = []
        self._head: Mapping[str, Any] = {}

    def add(self, items: list[Any]) -> None:
        """Put items, one at least, at the end of the list."""
        if self._filter_path:
            items = filter_response({self._key: items}, self._filter_path).get(self._key, [])
        if items:
            self._lists.append(_encode(items)[1:-1])

    def beside(self, head: Mapping[str, Any]) -> LongAnswer:
        """The same with other values, which come first: one at least."""
        self._head = head
        return self

    def parts(self) -> list[bytes]:
        """The JSON."""
        start = _encode(self._head)[:-1] + b"," + _encode(self._key) + b":["
        parts = [start]
        for number, items in enumerate(self._lists):
            parts += [b",", items] if number else [items]
        return [*parts, b"]}"]

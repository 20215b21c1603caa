"""Where in a JSON text a field stands, as the API tells it when it refuses one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["place_of"]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


def place_of(content: bytes, path: Sequence[str | int]) -> tuple[int, int] | None:
    r"""The line and the column, from 1, where the name of a field begins.

    Parameters
    ----------
    content : bytes
        JSON that can be read.
    path : sequence of str and int
        The way to the field: names, and positions in arrays.

    Examples
    --------
    >>> place_of(b'{"a": [{},\n {"b": 1}]}', ["a", 1, "b"])
    (2, 3)
    """
    wanted = list(path)
    while wanted and isinstance(wanted[-1], int):
        # Items have no name of their own.
        wanted.pop()
    text = content.decode("utf-8", "replace")
    at = next((start for start, found in _names(text) if found == wanted), None)
    if at is None:
        return None
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _names(text: str) -> Iterator[tuple[int, list[str | int]]]:
    """The names of all fields: where they begin, and the ways to them."""
    way: list[str | int] = []
    in_object: list[bool] = []
    is_name = False
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if piece in "{[":
            in_object.append(piece == "{")
            way.append("" if piece == "{" else 0)
        elif piece in "}]":
            in_object.pop()
            way.pop()
        elif piece == "," and not in_object[-1]:
            way[-1] = int(way[-1]) + 1
        elif is_name and piece[0] == '"' and in_object:
            way[-1] = _unquoted(piece)
            yield match.start(), way
        is_name = piece in "{," and bool(in_object) and in_object[-1]


def _unquoted(piece: str) -> str:
    # Only names that a request has to have right are looked for, and those need no escapes.
    return piece[1:-1]

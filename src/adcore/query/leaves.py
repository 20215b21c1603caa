"""The values of a document at a path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

__all__ = ["leaves"]


def leaves(content: object, path: str) -> Iterator[object]:
    """The values at a path; a key of an object may hold several steps of it.

    >>> list(leaves({"a": [{"b.c": 1}, {"b": {"c": [2, None, 3]}}]}, "a.b.c"))
    [1, 2, 3]
    """
    return _at(content, path.split("."))


def _at(content: object, steps: list[str]) -> Iterator[object]:
    if isinstance(content, list):
        for item in content:
            yield from _at(item, steps)
    elif not steps:
        if content is not None and not isinstance(content, dict):
            yield content
    elif isinstance(content, Mapping):
        for length in range(1, len(steps) + 1):
            key = ".".join(steps[:length])
            if key in content:
                yield from _at(content[key], steps[length:])

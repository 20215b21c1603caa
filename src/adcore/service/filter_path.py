"""The ``filter_path`` of a request: which parts of a response are sent."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache
from typing import Any

__all__ = ["filter_response"]

Steps = tuple[str, ...]
Patterns = tuple[Steps, ...]


def filter_response(body: Any, expression: str) -> Any:
    """The parts of a body that patterns such as ``hits.hits._id,-took`` keep.

    ``*`` stands for any part of a name, ``**`` for any number of names, a leading ``-`` leaves
    out; arrays count as their items.

    >>> filter_response({"took": 1, "hits": {"total": 2, "hits": [{"_id": "a"}]}}, "hits.*.*")
    {'hits': {'hits': [{'_id': 'a'}]}}
    """
    patterns = [part.strip() for part in expression.split(",") if part.strip()]
    kept = tuple(_steps(part) for part in patterns if not part.startswith("-"))
    dropped = tuple(_steps(part[1:]) for part in patterns if part.startswith("-"))
    if kept:
        body = _keep(body, kept)
    if dropped:
        body = _drop(body, dropped)
    return {} if body is _NOTHING else body


_NOTHING = object()


def _steps(pattern: str) -> Steps:
    # A backslash keeps a dot of a name from parting it.
    return tuple(step.replace("\\.", ".") for step in re.split(r"(?<!\\)\.", pattern))


# The items of a list have the same few keys.
@lru_cache(maxsize=1_024)
def _below(patterns: Patterns, key: str) -> tuple[bool, Patterns]:
    """Whether a pattern ends at a key, and what is left of those that go on below it."""
    is_end = False
    rest: list[Steps] = []
    for pattern in patterns:
        for remaining in _advance(pattern, key):
            if remaining:
                rest.append(remaining)
            else:
                is_end = True
    return is_end, tuple(rest)


def _advance(pattern: Steps, key: str) -> list[Steps]:
    first, rest = pattern[0], pattern[1:]
    if first == "**":
        # It stands for this key and goes on, or for none and the next step takes the key.
        return [pattern, *(_advance(rest, key) if rest else [()])]
    return [rest] if _fits(first)(key) else []


@lru_cache(maxsize=256)
def _fits(step: str) -> Any:
    return re.compile(translate(re.sub(r"[\[?]", r"[\g<0>]", step))).match


def _keep(body: Any, patterns: Patterns) -> Any:
    if isinstance(body, list):
        items = [_keep(item, patterns) for item in body]
        items = [item for item in items if item is not _NOTHING]
        return items or _NOTHING
    if not isinstance(body, dict):
        return _NOTHING
    kept = {}
    for key, item in body.items():
        is_end, rest = _below(patterns, key)
        found = item if is_end else _keep(item, rest) if rest else _NOTHING
        if found is not _NOTHING:
            kept[key] = found
    return kept or _NOTHING


def _drop(body: Any, patterns: Patterns) -> Any:
    if isinstance(body, list):
        return [_drop(item, patterns) for item in body]
    if not isinstance(body, dict):
        return body
    kept = {}
    for key, item in body.items():
        is_end, rest = _below(patterns, key)
        if not is_end:
            kept[key] = _drop(item, rest) if rest else item
    return kept

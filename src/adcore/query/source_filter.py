"""Which parts of a document a response shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fnmatch import translate
from functools import lru_cache

from adcore.query.syntax.source import SourceFilter

__all__ = ["filter_source"]

Fits = Callable[[str], object]


def filter_source(source: dict[str, object], wanted: SourceFilter) -> dict[str, object]:
    """The document with the parts that a filter keeps.

    >>> filter_source({"a": {"b": 1, "c": 2}, "d": 3}, SourceFilter(True, ("a",), ("*.c",)))
    {'a': {'b': 1}}
    """
    if not wanted.includes and not wanted.excludes:
        return source
    return _Filter(wanted).keep(source, "", is_kept=not wanted.includes)


class _Filter:
    def __init__(self, wanted: SourceFilter) -> None:
        self._includes = _any_of(tuple(wanted.includes))
        self._excludes = _any_of(tuple(wanted.excludes)) if wanted.excludes else None

    def keep(self, content: dict[str, object], path: str, *, is_kept: bool) -> dict[str, object]:
        kept: dict[str, object] = {}
        for key, item in content.items():
            below = f"{path}.{key}" if path else key
            if self._excludes is not None and self._excludes(below):
                continue
            is_item_kept = is_kept or bool(self._includes(below))
            found, is_shown = self._item(item, below, is_kept=is_item_kept)
            if is_shown:
                kept[key] = found
        return kept

    def _item(self, item: object, path: str, *, is_kept: bool) -> tuple[object, bool]:
        """The kept part, and whether there is one."""
        if isinstance(item, dict):
            found = self.keep(item, path, is_kept=is_kept)
            return found, is_kept or bool(found)
        if isinstance(item, list):
            parts = [self._item(each, path, is_kept=is_kept) for each in item]
            return [part for part, is_shown in parts if is_shown], is_kept or any(
                is_shown for _, is_shown in parts
            )
        return item, is_kept


@lru_cache(maxsize=256)
def _any_of(patterns: Sequence[str]) -> Fits:
    """Whether a path fits a pattern of ``*``."""
    escaped = (translate(re.sub(r"([\[?])", r"[\1]", pattern)) for pattern in patterns)
    return re.compile("|".join(escaped) or r"(?!)").fullmatch

"""Settings by their whole names, and as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["flat_settings", "nested_settings", "setting_text"]


def flat_settings(given: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each setting of a tree by its whole name.

    >>> list(flat_settings({"a": {"b": 1, "c.d": True}, "e": None}))
    [('a.b', 1), ('a.c.d', True), ('e', None)]
    """
    for key, value in given.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from flat_settings(value, f"{name}.")
        else:
            yield name, value


def nested_settings(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by their whole names as a tree."""
    nested: dict[str, Any] = {}
    for name in sorted(flat):
        *steps, last = name.split(".")
        place = nested
        for step in steps:
            below = place.setdefault(step, {})
            if not isinstance(below, dict):
                # Both ``a`` and ``a.b`` are set: no tree has room for both.
                below = place[step] = {"": below}
            place = below
        place[last] = flat[name]
    return nested


def setting_text(value: Any) -> Any:
    """What a setting is as text, of a list each; None stays.

    >>> setting_text([True, 1.5]), setting_text(None)
    (['true', '1.5'], None)
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [setting_text(item) for item in value]
    return value if value is None else str(value)

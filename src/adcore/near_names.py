"""The name that was meant, where one is given that nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

__all__ = ["hint", "near_names"]

_LIKENESS = 0.7


def near_names(name: str, known: Sequence[str]) -> list[str]:
    """Known names that are much like one, whatever their case: at most three, the nearest first.

    Examples
    --------
    >>> near_names("Hosts", ["cpu", "HOST"])
    ['HOST']
    """
    lower = {other.lower(): other for other in known}
    return [lower[near] for near in get_close_matches(name.lower(), lower, 3, _LIKENESS)]


def hint(name: str, known: Sequence[str]) -> str:
    """What to say of a name that nobody knows, before what is known; empty if none is near.

    Examples
    --------
    >>> hint("hosts", ["host", "cpu"])
    "did you mean 'host'? "
    """
    near = near_names(name, known)
    return f"did you mean {near[0]!r}? " if near else ""

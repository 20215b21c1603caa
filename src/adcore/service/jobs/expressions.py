"""Which things an expression of ids means: names, groups, patterns, lists of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase

from adcore.service.errors import ApiError

__all__ = ["expand", "is_pattern"]


def is_pattern(word: str) -> bool:
    """Whether a word may mean several ids."""
    return word == "_all" or "*" in word


def expand(
    expression: str | None,
    ids: Iterable[str],
    missing: Callable[[str], ApiError],
    *,
    groups: Mapping[str, Iterable[str]] | None = None,
    allow_no_match: bool = True,
) -> list[str]:
    """The ids that an expression means, sorted.

    Parameters
    ----------
    expression : str or None
        None means all.
    ids : iterable of str
        Those that there are.
    missing : callable
        The error of a word that means none.
    groups : mapping, optional
        More names, each of several ids.
    allow_no_match : bool
        Whether patterns may mean nothing; ids always have to exist.

    Examples
    --------
    >>> expand("a*,web", ["a1", "a2", "b"], KeyError, groups={"web": ["b", "a1"]})
    ['a1', 'a2', 'b']
    """
    names: dict[str, Iterable[str]] = {name: (name,) for name in ids}
    names |= {group: members for group, members in (groups or {}).items() if group not in names}
    found: set[str] = set()
    for word in (expression or "_all").split(","):
        members = _members(word.strip(), names)
        if not members and not (is_pattern(word) and allow_no_match):
            raise missing(word)
        found.update(members)
    return sorted(found)


def _members(word: str, names: Mapping[str, Iterable[str]]) -> set[str]:
    pattern = "*" if word == "_all" else word.replace("[", "[[]").replace("?", "[?]")
    return {each for name in names if fnmatchcase(name, pattern) for each in names[name]}

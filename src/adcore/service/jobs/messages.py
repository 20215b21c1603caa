"""Messages as the words that say what kind they are: numbers, times and names left out."""

from __future__ import annotations

import re

__all__ = ["words_of"]

_MOST_WORDS = 100
_MOST_LETTERS = 10_000
# Words may hold what paths, hosts and identifiers are made of; what has a digit in it is a value.
_RUN = re.compile(r"[\w.:/\\-]+")
_MARKS = "_.:/\\-"
_DIGIT = re.compile(r"\d")
_HEX = re.compile(r"(?:0x)?[0-9a-fA-F]{8,}")
_TIMES = frozenset({
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    "mon", "tue", "wed", "thu", "fri", "sat", "sun",
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "gmt", "utc",
})  # fmt: skip


def words_of(message: str) -> tuple[str, ...]:
    """The words of the first line that has any letters.

    Examples
    --------
    >>> words_of("Node 17 of shard-3 on web01 was shut down, error 0x7ffe12ab")
    ('Node', 'of', 'on', 'was', 'shut', 'down', 'error')
    """
    for line in message[:_MOST_LETTERS].splitlines():
        found = [run.lstrip(_MARKS).rstrip(".:/\\-") for run in _RUN.findall(line)]
        words = tuple(word for word in found if _says_something(word))
        if words:
            return words[:_MOST_WORDS]
    return ()


def _says_something(word: str) -> bool:
    return bool(word) and not (
        _DIGIT.search(word) or _HEX.fullmatch(word) or word.lower() in _TIMES
    )

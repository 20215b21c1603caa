"""Messages as the words that say what kind they are: numbers, times and names left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["MessageReader"]

_MOST_WORDS = 100
_MOST_LETTERS = 10_000
# Words may hold what paths, hosts and identifiers are made of; what has a digit in it is a value.
_WORD = re.compile(r"[^\W\d_][\w.:/\\-]*|[\w.:/\\-]*\d[\w.:/\\-]*")
_DIGIT = re.compile(r"\d")
_HEX = re.compile(r"(?:0x)?[0-9a-fA-F]{8,}")
_TIMES = frozenset({
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    "mon", "tue", "wed", "thu", "fri", "sat", "sun",
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "gmt", "utc",
})  # fmt: skip


class MessageReader:
    """Reads the words of messages.

    Parameters
    ----------
    filters : sequence of str
        Regular expressions of what is cut out first.

    Examples
    --------
    >>> MessageReader().words("Node 17 of shard-3 on web01 was shut down, error 0x7ffe12ab")
    ('Node', 'of', 'on', 'was', 'shut', 'down', 'error')
    """

    def __init__(self, filters: Sequence[str] = ()) -> None:
        self._filters = [re.compile(each) for each in filters]

    def words(self, message: str) -> tuple[str, ...]:
        """The words of the first line that has any letters."""
        text = message[:_MOST_LETTERS]
        for pattern in self._filters:
            text = pattern.sub("", text)
        for line in text.splitlines():
            found = [word.rstrip(".:/\\-") for word in _WORD.findall(line)]
            words = tuple(word for word in found if _says_something(word))
            if words:
                return words[:_MOST_WORDS]
        return ()


def _says_something(word: str) -> bool:
    return bool(word) and not (
        _DIGIT.search(word) or _HEX.fullmatch(word) or word.lower() in _TIMES
    )

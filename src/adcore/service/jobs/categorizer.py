"""Categories of messages: what a program says again and again with other numbers.

A message belongs to the category whose words it shares for the most part and in the same order;
else it begins one of its own. The words of a category are those that all its messages share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from adcore.errors import SnapshotError
from adcore.service.jobs.messages import words_of

__all__ = ["Categorizer", "Category", "expression_of"]

# The part of the letters of two messages that they have to share.
_ALIKE = 0.7
_MOST_CATEGORIES = 10_000
_LONGEST_EXAMPLE = 1_000
# Different sequences of words whose category is remembered.
_MOST_KNOWN = 50_000
# Categories whose order of words is looked at for one message.
_MOST_COMPARED = 8
# By how many of its longest words a category is looked for.
_KEYS = 3
# Categories with at least so many of all messages are frequent.
_FREQUENT = 0.01


class Category(msgspec.Struct):
    """Messages of one kind.

    Attributes
    ----------
    words : list of str
        What all of them share, in order.
    longest : int
        Letters of the longest.
    examples : list of str
    keys : list of str
        The longest words of its first message.
    matches : int
        How many there were.
    partition : str or None
        The value of the partition field, where each has categories of its own.
    """

    category_id: int
    words: list[str]
    longest: int
    examples: list[str]
    keys: list[str]
    matches: int = 0
    partition: str | None = None


class _State(msgspec.Struct):
    """What is kept of a categorizer."""

    categories: list[Category] = []
    known: list[tuple[str | None, tuple[str, ...], int]] = []
    failures: int = 0
    documents: int = 0


class Categorizer:
    """Finds the category of each message.

    Parameters
    ----------
    examples : int
        How many of each category are kept.

    Examples
    --------
    >>> found = Categorizer()
    >>> [found.category_of(text) for text in ("Node 1 started", "Disk full", "Node 2 started")]
    [1, 2, 1]
    """

    def __init__(self, examples: int = 4) -> None:
        self._examples = examples
        self._state = _State()
        self._known: dict[tuple[str | None, tuple[str, ...]], Category] = {}
        self._first: dict[tuple[str | None, str], list[Category]] = {}
        self._changed: dict[int, Category] = {}

    def category_of(
        self, message: str, partition: str | None = None, *, text: str | None = None
    ) -> int | None:
        """The id of the category of a message, from 1; None if there are too many already.

        Parameters
        ----------
        message, partition : str
        text : str, optional
            What of the message counts; by default all of it.
        """
        self._state.documents += 1
        words = words_of(message if text is None else text)
        category = self._known.get((partition, words)) or self._match(words, partition)
        if category is None:
            category = self._begin(words, partition)
        if category is None:
            self._state.failures += 1
            return None
        self._note(category, message)
        return category.category_id

    def _match(self, words: tuple[str, ...], partition: str | None) -> Category | None:
        """The category most like a message, among those with a long word of it."""
        best, most = None, _ALIKE
        for category in self._nearest(words, partition):
            shared = _shared(category.words, words)
            alike = _letters(shared) / max(_letters(category.words), _letters(words))
            if alike > most or (alike == most and best is None):
                best, most = category, alike
        if best is None:
            return None
        shared = _shared(best.words, words)
        if shared != best.words:
            best.words = shared
        self._remember(partition, words, best)
        return best

    def _remember(self, partition: str | None, words: tuple[str, ...], category: Category) -> None:
        """The same words are of the same category, also when its own have become fewer."""
        if len(self._known) < _MOST_KNOWN:
            self._known[partition, words] = category
            self._state.known.append((partition, words, category.category_id))

    def _nearest(self, words: tuple[str, ...], partition: str | None) -> list[Category]:
        """Those worth a closer look: of many, the ones with the most letters in common."""
        at_most = {
            category.category_id: _common(category.words, words)
            for word in dict.fromkeys(words)
            for category in self._first.get((partition, word), ())
        }
        alike = [number for number in at_most if at_most[number] >= _ALIKE]
        nearest = sorted(alike, key=lambda number: (-at_most[number], number))[:_MOST_COMPARED]
        return [self._state.categories[number - 1] for number in sorted(nearest)]

    def _begin(self, words: tuple[str, ...], partition: str | None) -> Category | None:
        if len(self._state.categories) >= _MOST_CATEGORIES:
            return None
        number = len(self._state.categories) + 1
        keys = sorted(set(words), key=lambda each: (-len(each), each))[:_KEYS]
        category = Category(number, list(words), 0, [], keys, 0, partition)
        self._state.categories.append(category)
        self._index(category)
        self._remember(partition, words, category)
        return category

    def _index(self, category: Category) -> None:
        for word in category.keys:
            self._first.setdefault((category.partition, word), []).append(category)

    def _note(self, category: Category, message: str) -> None:
        category.matches += 1
        category.longest = max(category.longest, len(message))
        example = message[:_LONGEST_EXAMPLE]
        if len(category.examples) < self._examples and example not in category.examples:
            category.examples.append(example)
        self._changed[category.category_id] = category

    # -- what is told of them

    def take_changed(self) -> list[Category]:
        """The categories that had messages since the last time."""
        changed = [self._changed[number] for number in sorted(self._changed)]
        self._changed = {}
        return changed

    def stats(self) -> dict[str, Any]:
        """What the size of models tells of categories."""
        counts = [category.matches for category in self._state.categories]
        seen = self._state.documents
        total = len(counts)
        rare = sum(count == 1 for count in counts)
        is_poor = seen > 100 and (total * 2 > seen or rare * 10 > total * 9)
        return {
            "categorized_doc_count": seen,
            "total_category_count": total,
            "frequent_category_count": sum(count >= _FREQUENT * seen for count in counts),
            "rare_category_count": rare,
            "dead_category_count": 0,
            "failed_category_count": self._state.failures,
            "categorization_status": "warn" if is_poor else "ok",
        }

    # -- state

    def to_bytes(self) -> bytes:
        """What the next process goes on with."""
        return msgspec.msgpack.encode(self._state)

    def restore(self, state: bytes) -> None:
        """Take up what `to_bytes` wrote.

        Raises
        ------
        SnapshotError
            If it cannot be read.
        """
        try:
            self._state = msgspec.msgpack.decode(state, type=_State)
        except msgspec.DecodeError as error:
            raise SnapshotError(f"the categories of a job cannot be read: {error}") from error
        for category in self._state.categories:
            self._index(category)
        for partition, words, number in self._state.known:
            self._known[partition, words] = self._state.categories[number - 1]


def _letters(words: Sequence[str]) -> int:
    return sum(map(len, words)) or 1


def _common(first: Sequence[str], second: Sequence[str]) -> float:
    """The part of the letters of two sequences that they share, in whatever order."""
    known = frozenset(second)
    shared = sum(len(word) for word in first if word in known)
    return shared / max(_letters(first), _letters(second))


def _shared(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """The longest sequence of words that two have in common."""
    return list(_walk(_lengths(first, second), first, second))


def _lengths(first: Sequence[str], second: Sequence[str]) -> list[list[int]]:
    """The letters of what the rests of two sequences share, by where the rests begin."""
    table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i in range(len(first) - 1, -1, -1):
        for j in range(len(second) - 1, -1, -1):
            if first[i] == second[j]:
                table[i][j] = table[i + 1][j + 1] + len(first[i])
            else:
                table[i][j] = max(table[i + 1][j], table[i][j + 1])
    return table


def _walk(table: list[list[int]], first: Sequence[str], second: Sequence[str]) -> Iterator[str]:
    i = j = 0
    while i < len(first) and j < len(second):
        if first[i] == second[j]:
            yield first[i]
            i, j = i + 1, j + 1
        elif table[i + 1][j] >= table[i][j + 1]:
            i += 1
        else:
            j += 1


def expression_of(words: Sequence[str]) -> str:
    """The regular expression that the messages of a category match.

    >>> expression_of(["Node", "started"])
    '.*?Node.+?started.*'
    """
    return ".*?" + ".+?".join(map(re.escape, words)) + ".*" if words else ".*"

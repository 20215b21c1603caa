"""Lists in lists, as JSON has them: an array of arrays is one array of values to an index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["flattened"]


def flattened(value: Any) -> Iterator[Any]:
    """The values of lists in lists, in order, however deep; of anything else, itself.

    Examples
    --------
    >>> list(flattened([1, [2, [], [3]]])), list(flattened("a"))
    ([1, 2, 3], ['a'])
    """
    if not isinstance(value, list):
        yield value
        return
    pending = [iter(value)]
    while pending:
        for item in pending[-1]:
            if isinstance(item, list):
                pending.append(iter(item))
                break
            yield item
        else:
            pending.pop()

"""How long each bucket took: what was spent on rows until it became final."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

__all__ = ["BucketTimes", "Timer"]

# Seconds of a clock that never goes back, such as time.perf_counter.
Timer: TypeAlias = Callable[[], float]


class BucketTimes:
    """Milliseconds of buckets, in the order in which they became final.

    Examples
    --------
    >>> times = BucketTimes()
    >>> times.add(0, 0.25)
    >>> times.add(2, 0.75)
    >>> times.take(2)
    [500, 500]
    """

    def __init__(self) -> None:
        self._spent = 0.0
        self._taken: list[int] = []

    def add(self, buckets: int, seconds: float) -> None:
        """So much more was spent, and so many buckets are final after it."""
        self._spent += seconds
        if buckets:
            self._taken += [round(1_000 * self._spent / buckets)] * buckets
            self._spent = 0.0

    def take(self, buckets: int) -> list[int]:
        """Of the next buckets, once; 0 for those that were not measured."""
        taken, self._taken = self._taken, []
        return [0] * (buckets - len(taken)) + taken

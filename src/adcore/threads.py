"""How many threads a call may use."""

from __future__ import annotations

from adcore.config import integer
from adcore.options import MAXIMUM_THREADS

__all__ = ["Threaded"]


class Threaded:
    """What works with several threads."""

    __slots__ = ("_threads",)
    _threads: int

    @property
    def threads(self) -> int:
        """Threads that one call may use. May be set while running."""
        return self._threads

    @threads.setter
    def threads(self, value: int) -> None:
        self._threads = integer("threads", value, 1, MAXIMUM_THREADS)

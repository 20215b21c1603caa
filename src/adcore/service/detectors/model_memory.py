"""The memory for models, shared by all jobs."""

from __future__ import annotations

import threading

__all__ = ["ModelMemory"]


class ModelMemory:
    """Gives each job what it wants as long as there is enough, else as much as the others.

    Parameters
    ----------
    total : int
        Bytes for all jobs together.

    Examples
    --------
    >>> memory = ModelMemory(100)
    >>> memory.share("a", 10), memory.share("b", 500), memory.share("c", 500)
    (100, 90, 45)
    >>> memory.share("b", 500), memory.share("a", 10)
    (45, 10)
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._wanted: dict[str, int] = {}
        self._lock = threading.Lock()

    def share(self, name: str, wanted: int) -> int:
        """Bytes that a job may hold, which would like to hold so many; until it asks again."""
        with self._lock:
            self._wanted[name] = wanted
            left, given = self._total, 0
            for i, (want, each) in enumerate(sorted((w, n) for n, w in self._wanted.items())):
                # Who wants less than an equal part of what is left gets it, and leaves the rest.
                gets = min(want, left // (len(self._wanted) - i))
                left -= gets
                given = gets if each == name else given
            return given + left // len(self._wanted)

    def leave(self, name: str) -> None:
        """A job has ended."""
        with self._lock:
            self._wanted.pop(name, None)

"""A way to end a long run from elsewhere."""

from __future__ import annotations

import threading

__all__ = ["CancelToken"]


class CancelToken:
    """Given to a run, it ends it in order; may be used from any thread.

    Examples
    --------
    >>> token = CancelToken()
    >>> token.cancel()
    >>> token.is_cancelled
    True
    """

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the run to end; it gives the results it has."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether it was asked for."""
        return self._event.is_set()

"""Ids in URL-safe base64: of documents, growing with time, and those that mean nothing."""

from __future__ import annotations

import base64
import os
import threading
import uuid

from adcore.store.clock import Clock

__all__ = ["IdGenerator", "uuid_text"]

_SEQUENCE = 1 << 24


class IdGenerator:
    """Makes ids that no other generator makes: 6 bytes of time, 3 of sequence, 6 of chance.

    Ids made later sort later among those of one generator, also when the clock is set back.

    Examples
    --------
    >>> ids = IdGenerator(lambda: 1_700_000_000_000)
    >>> [len(name) for name in ids.take(2)]
    [20, 20]
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last = 0  # milliseconds times _SEQUENCE, plus the sequence
        self._node = os.urandom(6)

    def take(self, count: int) -> list[str]:
        """As many new ids."""
        with self._lock:
            first = max(self._last + 1, self._clock() * _SEQUENCE)
            self._last = first + count
        return [self._text(number) for number in range(first, first + count)]

    def _text(self, number: int) -> str:
        raw = (number & ((1 << 72) - 1)).to_bytes(9, "big") + self._node
        return base64.urlsafe_b64encode(raw).decode()


def uuid_text(made: uuid.UUID | None = None) -> str:
    """A UUID, by default a new one, in 22 characters.

    >>> uuid_text(uuid.UUID(int=0))
    'AAAAAAAAAAAAAAAAAAAAAA'
    """
    return base64.urlsafe_b64encode((made or uuid.uuid4()).bytes).decode().rstrip("=")

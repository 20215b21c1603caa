"""The time by which results grow old."""

from __future__ import annotations

import struct

from adcore.service.detectors.names import RETENTION
from adcore.store.checkpoints import Checkpoints

__all__ = ["RetentionClock"]

_TIME = struct.Struct("<q")
# How far it goes with one look; who looks each hour lets it catch up after a time away.
_MOST = 2 * 3_600_000


class RetentionClock:
    """Follows the clock that it is shown, but does not jump with it.

    What is deleted since a clock is ahead does not come back when it is put right. So a clock a
    month ahead makes results older by two hours with each look, not by a month; one that is right
    and was not looked at for long is caught up with in as much time again.

    Parameters
    ----------
    checkpoints : Checkpoints
        Where it is kept how far it went.
    """

    def __init__(self, checkpoints: Checkpoints) -> None:
        self._checkpoints = checkpoints

    def look(self, now: int) -> int:
        """The time to go by, which is never later than `now`; epoch milliseconds.

        Raises
        ------
        StoreFullError
        """
        kept = self._checkpoints.get_many([RETENTION]).get(RETENTION)
        time = now if kept is None else min(now, _TIME.unpack(kept)[0] + _MOST)
        self._checkpoints.put_many({RETENTION: _TIME.pack(time)})
        return time

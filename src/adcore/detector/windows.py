"""Where intervals begin: on the grid of the epoch, at a job's start, or at a minute."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Windows"]

_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Windows:
    """Intervals ``[offset + k * interval, offset + (k + 1) * interval)``, in epoch milliseconds.

    Attributes
    ----------
    interval : int
    offset : int
        In ``[0, interval)``.

    Examples
    --------
    >>> Windows.historical(300_000).floor(1_633_388_475_001)
    1633388400000
    """

    interval: int
    offset: int = 0

    @classmethod
    def historical(cls, interval: int) -> Windows:
        """The grid of the epoch."""
        return cls(interval)

    @classmethod
    def realtime(cls, interval: int, window_delay: int, started_at: int) -> Windows:
        """A job that runs at ``started_at + k * interval`` looks at the interval that ended then.

        The end lies ``window_delay`` before.

        >>> windows = Windows.realtime(300_000, 60_000, 1_633_388_174_989)
        >>> windows.last_before(1_633_388_474_989 - 60_000)
        (1633388114989, 1633388414989)
        """
        return cls(interval, (started_at - window_delay) % interval)

    @classmethod
    def preview(cls, interval: int, start: int) -> Windows:
        """From the minute of ``start`` on.

        >>> Windows.preview(60_000, 1_633_048_868_000).floor(1_633_048_868_000)
        1633048860000
        """
        return cls(interval, (start - start % _MINUTE) % interval)

    def floor(self, timestamp: int) -> int:
        """The start of the interval that holds a time."""
        return timestamp - (timestamp - self.offset) % self.interval

    def ceil(self, timestamp: int) -> int:
        """The first start of an interval at or after a time."""
        return -((-timestamp + self.offset) // self.interval) * self.interval + self.offset

    def last_before(self, timestamp: int) -> tuple[int, int]:
        """Start and end of the last interval that has ended by a time."""
        end = self.floor(timestamp)
        return end - self.interval, end

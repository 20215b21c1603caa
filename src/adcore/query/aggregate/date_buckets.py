"""Intervals of time: which one a moment is in, in SQL and in Python, and which comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo

from adcore.query.date_math import floor_local, from_local, shift, to_local
from adcore.query.sql import Sql, sql, value

__all__ = ["DateBuckets"]

QUARTER = 900_000
_HOUR = 3_600_000
_TRUNCATED = {
    "s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "M": "month",
    "q": "quarter", "y": "year",
}  # fmt: skip
_FIXED = {"s": 1_000, "m": 60_000, "h": _HOUR}
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- local times of any zone are counted from here


@dataclass(frozen=True, slots=True)
class DateBuckets:
    """Intervals of a fixed number of milliseconds, or of a unit of the calendar.

    Attributes
    ----------
    fixed, calendar : int or None, str or None
        One of them is given.
    offset : int
        By how many milliseconds intervals begin later.
    zone : tzinfo
        Whose midnights count.
    """

    fixed: int | None
    calendar: str | None
    offset: int = 0
    zone: tzinfo = timezone.utc

    @property
    def _step(self) -> int | None:
        """The milliseconds of an interval; None if they differ."""
        return _FIXED.get(self.calendar) if self.calendar else self.fixed

    @property
    def _is_short(self) -> bool:
        """Whether the clocks of a zone change between intervals only."""
        return self._step is not None and self._step <= _HOUR

    def floor(self, milliseconds: int) -> int:
        """The beginning of the interval that a moment is in.

        >>> DateBuckets(None, "M").floor(86_400_000 * 40) // 86_400_000
        31
        """
        at = milliseconds - self.offset
        local = to_local(at, self.zone)
        if self._is_short:
            shifted = round((local - _EPOCH) / timedelta(milliseconds=1)) - at
            return (at + shifted) // self._length * self._length - shifted + self.offset
        return from_local(self._floor_local(local), self.zone) + self.offset

    @property
    def _length(self) -> int:
        return self._step or 1

    def _floor_local(self, local: datetime) -> datetime:
        if self.calendar is not None:
            return floor_local(local, self.calendar)
        passed = round((local - _EPOCH) / timedelta(milliseconds=1))
        return _EPOCH + timedelta(milliseconds=passed // self._length * self._length)

    def next(self, start: int) -> int:
        """The beginning of the interval after the one that begins at `start`."""
        if self._is_short or (self.zone is timezone.utc and self._step is not None):
            return start + self._length
        local = to_local(start - self.offset, self.zone)
        if self.calendar is not None:
            following = shift(local, self.calendar, 1)
        else:
            following = local + timedelta(milliseconds=self._length)
        # Where a day begins at one o'clock, as the clocks skip midnight, the next one does not.
        return from_local(self._floor_local(following), self.zone) + self.offset

    def sql_floor(self, moment: Sql) -> Sql:
        """The same in SQL, of a column of epoch milliseconds."""
        at = moment if self.offset == 0 else sql("({} - {})", moment, value(self.offset))
        floored = self._zoned(at)
        return floored if self.offset == 0 else sql("({} + {})", floored, value(self.offset))

    @property
    def is_quartered(self) -> bool:
        """Whether the interval of a moment is worth looking up by its quarter of an hour.

        Clocks change, and intervals of whole quarters begin, at quarters of UTC in every zone.
        """
        is_named = not isinstance(self.zone, timezone)
        return is_named and (self._step is None or self._step % QUARTER == 0)

    def _zoned(self, at: Sql) -> Sql:
        if self.zone is timezone.utc:
            return self._plain(at)
        if isinstance(self.zone, timezone):
            shifted = value(round(self.zone.utcoffset(None).total_seconds() * 1000))
            return sql("({} - {})", self._plain(sql("({} + {})", at, shifted)), shifted)
        name = value(str(self.zone))
        local = sql("epoch_ms(timezone({}, timezone('UTC', make_timestamp({} * 1000))))", name, at)
        if self._is_short:
            return sql("({} - ({} - {}))", self._plain(local), local, at)
        wall = sql("make_timestamp({} * 1000)", self._plain(local))
        return sql("epoch_ms(timezone({}, {}))", name, wall)

    def _plain(self, local: Sql) -> Sql:
        """The floor of local milliseconds, as if there were no zones."""
        if self._step is not None:
            step = value(self._step)
            # The remainder of SQL has the sign of the number; before 1970 that would round up.
            return sql("({} - (({} % {}) + {}) % {})", local, local, step, step, step)
        unit = _TRUNCATED[self.calendar or "d"]
        return sql(f"epoch_ms(date_trunc('{unit}', make_timestamp({{}} * 1000)))", local)

"""Dates as scripts see them: moments in UTC, their days of the week and months, instants.

The names are those of ``java.time``, which Painless has.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from adcore.script.errors import ValueFault
from adcore.script.operators import number
from adcore.times import parse_time

__all__ = [
    "DATE_FUNCTIONS", "DATE_METHODS", "UTC", "DayOfWeek", "Instant", "LocalMoment", "Moment",
    "Month",
]  # fmt: skip

_Signature = tuple[tuple[int, ...], Callable[..., Any]]
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_UNITS = {
    "Millis": 1, "Seconds": 1_000, "Minutes": 60_000, "Hours": 3_600_000, "Days": 86_400_000,
    "Weeks": 604_800_000,
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A ``ZonedDateTime`` in UTC, to the millisecond."""

    milliseconds: int

    @property
    def fields(self) -> datetime:
        """Its year, month and so on."""
        try:
            return _EPOCH + timedelta(milliseconds=self.milliseconds)
        except OverflowError:
            raise ValueFault("a date is beyond the years 1 to 9999") from None

    def __str__(self) -> str:
        """As Java writes it: what is zero at the end is left out.

        >>> str(Moment(0)), str(Moment(1_500)), str(Moment(60_001))
        ('1970-01-01T00:00Z', '1970-01-01T00:00:01.500Z', '1970-01-01T00:01:00.001Z')
        """
        at = self.fields
        part = "milliseconds" if at.microsecond else "seconds" if at.second else "minutes"
        return at.replace(tzinfo=None).isoformat(timespec=part) + "Z"


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment without a calendar."""

    milliseconds: int

    def __str__(self) -> str:
        at = Moment(self.milliseconds).fields
        part = "milliseconds" if at.microsecond else "seconds"
        return at.replace(tzinfo=None).isoformat(timespec=part) + "Z"


@dataclass(frozen=True, slots=True, order=True)
class LocalMoment(Moment):
    """A ``LocalDateTime``: as a moment, and it does not say of which zone.

    >>> str(LocalMoment(3_600_000))
    '1970-01-01T01:00'
    """

    def __str__(self) -> str:
        return Moment.__str__(self).removesuffix("Z")


@dataclass(frozen=True, slots=True)
class Zone:
    """A ``ZoneOffset``; the only one there is is UTC."""

    def __str__(self) -> str:
        return "Z"


UTC = Zone()


@dataclass(frozen=True, slots=True)
class DayOfWeek:
    """A day: 1 is Monday."""

    value: int

    def __str__(self) -> str:
        return _DAYS[self.value - 1]


@dataclass(frozen=True, slots=True)
class Month:
    """A month: 1 is January."""

    value: int

    def __str__(self) -> str:
        return calendar.month_name[self.value].upper()


def _field(read: Callable[[datetime], Any]) -> _Signature:
    return (0,), lambda moment: read(moment.fields)


def _moved(unit: int, sign: int) -> Callable[[Any, Any], Any]:
    def move(moment: Any, count: Any) -> Any:
        moved = type(moment)(moment.milliseconds + sign * unit * _whole(count))
        _ = Moment(moved.milliseconds).fields
        return moved

    return move


def _months_on(months: int) -> Callable[[Moment, Any], Moment]:
    """So many months later, on the last day of one that is too short."""

    def move(moment: Moment, count: Any) -> Moment:
        at = moment.fields
        year, month = divmod(at.year * 12 + at.month - 1 + months * _whole(count), 12)
        if not 1 <= year <= 9_999:
            raise ValueFault("a date is beyond the years 1 to 9999")
        day = min(at.day, calendar.monthrange(year, month + 1)[1])
        return _moment(at.replace(year=year, month=month + 1, day=day), type(moment))

    return move


def _moment(at: datetime, kind: type[Moment] = Moment) -> Moment:
    return kind((at - _EPOCH) // timedelta(milliseconds=1))


def _whole(count: Any) -> int:
    if not isinstance(number(count), int):
        raise ValueFault
    return int(count)


def _same_kind(one: Any, other: Any) -> Any:
    if type(one) is not type(other):
        raise ValueFault
    return other


def _of_both(compare: Callable[[int, int], Any]) -> _Signature:
    return (1,), lambda one, other: compare(
        one.milliseconds, _same_kind(one, other).milliseconds
    )  # fmt: skip


_COMPARED: dict[str, _Signature] = {
    "isBefore": _of_both(lambda a, b: a < b),
    "isAfter": _of_both(lambda a, b: a > b),
    "compareTo": _of_both(lambda a, b: (a > b) - (a < b)),
    "equals": ((1,), lambda one, other: one == other),
    "toString": ((0,), str),
}
_NAMED: dict[str, _Signature] = {
    "getValue": ((0,), lambda named: named.value),
    "ordinal": ((0,), lambda named: named.value - 1),
    "name": ((0,), str),
    "toString": ((0,), str),
    "equals": ((1,), lambda one, other: one == other),
}
_OF_MOMENTS: dict[str, _Signature] = {
    **_COMPARED,
    "isEqual": _of_both(lambda a, b: a == b),
    "getYear": _field(lambda at: at.year),
    "getMonthValue": _field(lambda at: at.month),
    "getMonth": _field(lambda at: Month(at.month)),
    "getDayOfMonth": _field(lambda at: at.day),
    "getDayOfYear": _field(lambda at: at.timetuple().tm_yday),
    "getDayOfWeek": _field(lambda at: DayOfWeek(at.isoweekday())),
    "getDayOfWeekEnum": _field(lambda at: DayOfWeek(at.isoweekday())),
    "getHour": _field(lambda at: at.hour),
    "getMinute": _field(lambda at: at.minute),
    "getSecond": _field(lambda at: at.second),
    "getNano": _field(lambda at: at.microsecond * 1_000),
    "getMillis": ((0,), lambda moment: moment.milliseconds),
    "toEpochSecond": ((0,), lambda moment: moment.milliseconds // 1_000),
    "toInstant": ((0,), lambda moment: Instant(moment.milliseconds)),
    **{f"plus{name}": ((1,), _moved(unit, 1)) for name, unit in _UNITS.items() if unit > 1},
    **{f"minus{name}": ((1,), _moved(unit, -1)) for name, unit in _UNITS.items() if unit > 1},
    "plusMonths": ((1,), _months_on(1)),
    "minusMonths": ((1,), _months_on(-1)),
    "plusYears": ((1,), _months_on(12)),
    "minusYears": ((1,), _months_on(-12)),
}
_OF_INSTANTS: dict[str, _Signature] = {
    **_COMPARED,
    "toEpochMilli": ((0,), lambda instant: instant.milliseconds),
    "getEpochSecond": ((0,), lambda instant: instant.milliseconds // 1_000),
    "plusMillis": ((1,), _moved(1, 1)),
    "minusMillis": ((1,), _moved(1, -1)),
    "plusSeconds": ((1,), _moved(1_000, 1)),
    "minusSeconds": ((1,), _moved(1_000, -1)),
}
# What a date has to know its zone for.
_OF_ZONES = frozenset({"getMillis", "toEpochSecond", "toInstant"})


def _at_zone(moment: LocalMoment, zone: Any) -> Moment:
    if zone != UTC:
        raise ValueFault
    return Moment(moment.milliseconds)


# By type: how many arguments each method takes besides the value, and what it does.
DATE_METHODS: dict[type, dict[str, _Signature]] = {
    Moment: _OF_MOMENTS,
    LocalMoment: {
        **{name: given for name, given in _OF_MOMENTS.items() if name not in _OF_ZONES},
        "atZone": ((1,), _at_zone),
    },
    Instant: _OF_INSTANTS,
    DayOfWeek: _NAMED,
    Month: {**_NAMED, "maxLength": ((0,), lambda month: calendar.monthrange(2000, month.value)[1])},
}


def _between(unit: int) -> Callable[[Any, Any], int]:
    """Whole units from one to the other, towards zero."""

    def between(first: Any, second: Any) -> int:
        if not isinstance(first, (Moment, Instant)):
            raise ValueFault
        apart = _same_kind(first, second).milliseconds - first.milliseconds
        return int(abs(apart) // unit * (1 if apart >= 0 else -1))

    return between


def _parsed(text: Any) -> Moment:
    try:
        return Moment(parse_time(str(text)))
    except ValueError:
        raise ValueFault(f"Text '{text}' could not be parsed") from None


def _local(seconds: Any, nanoseconds: Any, zone: Any) -> LocalMoment:
    if zone != UTC:
        raise ValueFault
    return LocalMoment(_whole(seconds) * 1_000 + _whole(nanoseconds) // 1_000_000)


DATE_FUNCTIONS: dict[str, _Signature] = {
    "Instant.ofEpochMilli": ((1,), lambda value: Instant(_whole(value))),
    "LocalDateTime.ofEpochSecond": ((3,), _local),
    "ZonedDateTime.parse": ((1,), _parsed),
    **{
        f"ChronoUnit.{name.upper()}.between": ((2,), _between(unit))
        for name, unit in _UNITS.items()
    },
}

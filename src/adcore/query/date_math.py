"""Dates as searches write them: a date or ``now``, and what is added or rounded."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone, tzinfo

from adcore.dates.formats import DateFormat, beyond_calendars
from adcore.errors import InvalidArgumentError
from adcore.query.errors import SearchError

__all__ = ["Clock", "floor_local", "from_local", "parse_date", "shift", "to_local"]

Clock = Callable[[], int]
"""Returns the present time in epoch milliseconds."""

_STEP = re.compile(r"([+-])(\d{0,9})([yMwdhHms])|/([yMwdhHms])")
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "H": 3_600, "m": 60, "s": 1}
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- local times of any zone are counted from here


def parse_date(
    expression: str | float,
    form: DateFormat,
    now: int,
    *,
    round_up: bool = False,
    zone: tzinfo = timezone.utc,
) -> int:
    """Epoch milliseconds of a date with date math.

    Parameters
    ----------
    expression : str or number
        ``now-7d/d``, ``2021-01-01||+1M/d``, or a date of the format alone.
    form : DateFormat
        How dates are written.
    now : int
        The present time, in epoch milliseconds.
    round_up : bool
        Whether roundings, and parts of a date that are missing, go to the last millisecond.
    zone : tzinfo
        Where days begin, and the zone of dates that name none.

    Raises
    ------
    SearchError
        ``parse_exception`` if it is no date.

    Examples
    --------
    >>> from adcore.dates.formats import date_format
    >>> parse_date("1970-02-01||-1M/M", date_format("yyyy-MM-dd"), 0, round_up=True)
    2678399999
    """
    if not isinstance(expression, str):
        return _parse(expression, form, round_up, zone)
    if expression.startswith("now"):
        return _apply(now, expression[3:], expression, round_up, zone)
    anchor, found, steps = expression.partition("||")
    if not found or not steps:
        return _parse(anchor, form, round_up, zone)
    return _apply(_parse(anchor, form, False, zone), steps, expression, round_up, zone)


def _parse(expression: str | float, form: DateFormat, round_up: bool, zone: tzinfo) -> int:
    try:
        return form.parse(expression, round_up=round_up, zone=zone)
    except InvalidArgumentError as error:
        raise SearchError("parse_exception", f"{error}: [{error}]") from None


def _apply(start: int, steps: str, whole: str, round_up: bool, zone: tzinfo) -> int:
    """Every step of a text such as ``-7d/d``, one after the other."""
    at, position = start, 0
    while position < len(steps):
        match = _STEP.match(steps, position)
        if match is None:
            raise SearchError(
                "parse_exception", f"operator not supported for date math [{steps[position:]}]"
            )
        position = match.end()
        try:
            at = _step(at, match, round_up, zone)
        except (ValueError, OverflowError):
            raise SearchError(
                "parse_exception", f"failed to parse date math [{whole}]: no calendar reaches it"
            ) from None
    return at


def _step(at: int, match: re.Match[str], round_up: bool, zone: tzinfo) -> int:
    local = to_local(at, zone)
    if match[4]:
        floor = floor_local(local, match[4])
        if not round_up:
            return from_local(floor, zone)
        return from_local(shift(floor, match[4], 1), zone) - 1
    count = int(match[2] or 1) * (-1 if match[1] == "-" else 1)
    if match[3] in "hHms":
        # Hours pass evenly, whatever the clocks on the wall do.
        return at + count * _SECONDS[match[3]] * 1000
    return from_local(shift(local, match[3], count), zone)


def to_local(milliseconds: int, zone: tzinfo) -> datetime:
    """The time on the wall, without a zone.

    Raises
    ------
    InvalidArgumentError
        If it is in no year from 1 to 9999.
    """
    try:
        utc = (_EPOCH + timedelta(milliseconds=milliseconds)).replace(tzinfo=timezone.utc)
        return utc.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        raise beyond_calendars(milliseconds) from None


def from_local(local: datetime, zone: tzinfo) -> int:
    """Epoch milliseconds of a time on the wall; in a gap of the clock, of the time after it."""
    aware = local.replace(tzinfo=zone)
    offset = aware.utcoffset() or timedelta()
    return round((local - offset - _EPOCH) / timedelta(milliseconds=1))


def shift(local: datetime, unit: str, count: int) -> datetime:
    """A time on the wall, some units later; a day that a month lacks becomes its last.

    >>> shift(datetime(2020, 1, 31), "M", 1)
    datetime.datetime(2020, 2, 29, 0, 0)
    """
    if unit in _SECONDS:
        return local + timedelta(seconds=count * _SECONDS[unit])
    months = local.year * 12 + local.month - 1 + count * {"M": 1, "q": 3, "y": 12}[unit]
    year, month = months // 12, months % 12 + 1
    if not 1 <= year <= 9999:
        raise ValueError(year)
    return local.replace(
        year=year, month=month, day=min(local.day, calendar.monthrange(year, month)[1])
    )


def floor_local(local: datetime, unit: str) -> datetime:  # noqa: PLR0911 -- a unit a line
    """The beginning of the unit (weeks begin on Monday) that a time on the wall is in."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "y":
        return midnight.replace(month=1, day=1)
    if unit == "q":
        return midnight.replace(month=local.month - (local.month - 1) % 3, day=1)
    if unit == "M":
        return midnight.replace(day=1)
    if unit == "w":
        return midnight - timedelta(days=local.weekday())
    if unit == "d":
        return midnight
    if unit in "hH":
        return local.replace(minute=0, second=0, microsecond=0)
    return local.replace(second=0 if unit == "m" else local.second, microsecond=0)

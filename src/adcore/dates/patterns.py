"""Patterns of dates: letters to regular expressions, and a time to text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from adcore.errors import InvalidArgumentError

__all__ = ["NAMED_PATTERNS", "ONE_NUMBER", "compile_pattern", "write_pattern"]

ONE_NUMBER = re.compile(r"-?\d{1,19}(?:\.\d+)?")

_TIME = "HH[:mm[:ss[.S]]]"
_T = "'T'"

# Square brackets hold what may be missing. The names without "strict_" also take fewer digits.
_STRICT = {
    "date_optional_time": f"yyyy[-MM[-dd[{_T}[{_TIME}][XXX]]]]",
    "date_optional_time_nanos": f"yyyy[-MM[-dd[{_T}[{_TIME}][XXX]]]]",
    "date": "yyyy-MM-dd",
    "date_hour": f"yyyy-MM-dd{_T}HH",
    "date_hour_minute": f"yyyy-MM-dd{_T}HH:mm",
    "date_hour_minute_second": f"yyyy-MM-dd{_T}HH:mm:ss",
    "date_hour_minute_second_fraction": f"yyyy-MM-dd{_T}HH:mm:ss.S",
    "date_hour_minute_second_millis": f"yyyy-MM-dd{_T}HH:mm:ss.S",
    "date_time": f"yyyy-MM-dd{_T}HH:mm:ss.SXXX",
    "date_time_no_millis": f"yyyy-MM-dd{_T}HH:mm:ssXXX",
    "hour": "HH",
    "hour_minute": "HH:mm",
    "hour_minute_second": "HH:mm:ss",
    "hour_minute_second_fraction": "HH:mm:ss.S",
    "hour_minute_second_millis": "HH:mm:ss.S",
    "ordinal_date": "yyyy-DDD",
    "ordinal_date_time": f"yyyy-DDD{_T}HH:mm:ss.SXXX",
    "ordinal_date_time_no_millis": f"yyyy-DDD{_T}HH:mm:ssXXX",
    "time": "HH:mm:ss.SXXX",
    "time_no_millis": "HH:mm:ssXXX",
    "t_time": "'T'HH:mm:ss.SXXX",
    "t_time_no_millis": "'T'HH:mm:ssXXX",
    "week_date": "YYYY-'W'ww-e",
    "weekyear": "YYYY",
    "weekyear_week": "YYYY-'W'ww",
    "weekyear_week_day": "YYYY-'W'ww-e",
    "year": "yyyy",
    "year_month": "yyyy-MM",
    "year_month_day": "yyyy-MM-dd",
}
_BASIC = {
    "basic_date": "yyyyMMdd",
    "basic_date_time": f"yyyyMMdd{_T}HHmmss.SXXX",
    "basic_date_time_no_millis": f"yyyyMMdd{_T}HHmmssXXX",
    "basic_ordinal_date": "yyyyDDD",
    "basic_time": "HHmmss.SXXX",
    "basic_time_no_millis": "HHmmssXXX",
    "iso8601": f"yyyy[-MM[-dd[{_T}[{_TIME}][XXX]]]]",
    "rfc3339_lenient": f"yyyy[-MM[-dd[{_T}HH:mm[:ss[.S]]XXX]]]",
}


def _lenient(pattern: str) -> str:
    """Two letters become one, which reads one or two digits."""
    return re.sub(r"MM|dd|HH|mm|ss", lambda found: found[0][0], pattern)


NAMED_PATTERNS = {
    **{f"strict_{name}": pattern for name, pattern in _STRICT.items()},
    **{name: _lenient(pattern) for name, pattern in _STRICT.items()},
    **_BASIC,
}

_ZONE = r"(?P<zone>[Zz]|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)"
_NUMBERS = {
    "M": "month", "d": "day", "H": "hour", "h": "half_day_hour", "m": "minute", "s": "second",
    "D": "day_of_year", "w": "week", "e": "weekday", "k": "hour", "K": "half_day_hour",
}  # fmt: skip
_NAMES = r"[A-Za-z]{3,9}"
_QUOTED = re.compile(r"'((?:[^']|'')*)'")


def _tokens(pattern: str) -> Iterator[tuple[str, str]]:
    """Pairs of kind (letters, text, open, close) and content."""
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "'":
            quoted = _QUOTED.match(pattern, at)
            if quoted is None:
                raise InvalidArgumentError(
                    f"Invalid format: [{pattern}]: Pattern ends with an incomplete string literal"
                )
            yield "text", quoted[1].replace("''", "'") or "'"
            at = quoted.end()
        elif letter in "[]":
            yield ("open" if letter == "[" else "close"), letter
            at += 1
        else:
            run = re.match(r"([A-Za-z])\1*|.", pattern[at:], re.DOTALL)
            content = letter if run is None else run[0]
            yield ("letters" if letter.isascii() and letter.isalpha() else "text"), content
            at += len(content)


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The regular expression of a pattern; its groups are named after the parts of a time.

    Raises
    ------
    InvalidArgumentError
        If a letter is unknown.
    """
    parts: list[str] = []
    for kind, content in _tokens(pattern):
        if kind == "letters":
            parts.append(_expression(content, pattern))
        else:
            parts.append({"open": "(?:", "close": ")?"}.get(kind) or re.escape(content))
    try:
        return re.compile("".join(parts), re.ASCII)
    except re.error as error:
        raise InvalidArgumentError(f"Invalid format: [{pattern}]: {error}") from None


def _expression(run: str, pattern: str) -> str:  # noqa: PLR0911 -- a letter a line
    letter, length = run[0], len(run)
    if letter in "yuY":
        return r"(?P<year>\d{4})" if length != 2 else r"(?P<short_year>\d{2})"
    if letter in "ML" and length >= 3:
        return rf"(?P<month_name>{_NAMES})"
    if letter == "S":
        return r"(?P<fraction>\d{1,9})" if length == 1 else rf"(?P<fraction>\d{{{length}}})"
    if letter in "ZXxzVO":
        return _ZONE if letter not in "zV" else r"(?P<zone>[A-Za-z0-9/_+:-]+)"
    if letter == "E":
        return _NAMES
    if letter == "a":
        return r"(?P<half>[AaPp][Mm])"
    if letter in _NUMBERS:
        digits = r"\d{1,2}" if length == 1 and letter not in "De" else rf"\d{{{length}}}"
        return f"(?P<{_NUMBERS[letter]}>{digits})"
    raise InvalidArgumentError(f"Invalid format: [{pattern}]: Unknown pattern letter: {letter}")


def write_pattern(pattern: str, when: datetime) -> str:
    """The text of a time; what may be missing is written."""
    written: list[str] = []
    for kind, content in _tokens(pattern):
        if kind == "letters":
            written.append(_written(content, when))
        elif kind == "text":
            written.append(content)
    return "".join(written)


def _written(run: str, when: datetime) -> str:  # noqa: PLR0911 -- a letter a line
    letter, length = run[0], len(run)
    if letter in "ZXxO":
        return _written_offset(letter, length, when)
    if letter in "zV":
        return str(when.tzname())
    if letter == "S":
        return f"{when.microsecond:06d}000"[: 3 if length == 1 else length]
    if letter in "ML" and length >= 3:
        return when.strftime("%b" if length == 3 else "%B")
    if letter == "E":
        return when.strftime("%a" if length <= 3 else "%A")
    if letter == "a":
        return "PM" if when.hour >= 12 else "AM"
    number = _number(letter, when)
    return f"{number % 100:02d}" if letter in "yuY" and length == 2 else f"{number:0{length}d}"


def _number(letter: str, when: datetime) -> int:
    year, week, weekday = when.isocalendar()
    numbers = {
        "y": when.year, "u": when.year, "Y": year, "M": when.month, "L": when.month,
        "d": when.day, "H": when.hour, "k": when.hour, "m": when.minute, "s": when.second,
        "h": when.hour % 12 or 12, "K": when.hour % 12, "w": week, "e": weekday,
        "D": when.timetuple().tm_yday,
    }  # fmt: skip
    return numbers[letter]


def _written_offset(letter: str, length: int, when: datetime) -> str:
    offset = when.utcoffset()
    minutes = 0 if offset is None else round(offset.total_seconds()) // 60
    if minutes == 0 and letter == "X":
        return "Z"
    sign = "-" if minutes < 0 else "+"
    colon = ":" if (letter in "Xx" and length == 3) or (letter == "Z" and length == 5) else ""
    return f"{sign}{abs(minutes) // 60:02d}{colon}{abs(minutes) % 60:02d}"

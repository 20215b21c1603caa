"""Lengths of time as jobs write them: ``5m`` stays ``5m``, a number is seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from adcore.job.errors import JobError, illegal_argument
from adcore.job.fields import Field

__all__ = ["TimeSpan"]

_UNITS = {"nanos": 1e-9, "micros": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
# Milliseconds are to be exact also where they are floats.
_LONGEST = 2**53 // 1_000
_SPAN = re.compile(r"\s*(-?\d{1,15})\s*(nanos|micros|ms|[smhd])\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A whole number of seconds, and how it was written.

    Attributes
    ----------
    seconds : int
    text : str
        What clients see.

    Examples
    --------
    >>> TimeSpan.parse("bucket_span", "1h").seconds, TimeSpan.parse("bucket_span", 300).text
    (3600, '300s')
    """

    seconds: int
    text: str

    @classmethod
    def parse(cls, name: str, value: Any) -> TimeSpan:
        """A span from ``"5m"``, a number of seconds or a timedelta.

        Raises
        ------
        JobError
            If it is neither, or no whole number of seconds.
        """
        if isinstance(value, int) and not isinstance(value, bool):
            value = f"{value}s"
        if isinstance(value, timedelta) and value % timedelta(seconds=1) == timedelta():
            return cls.of_seconds(value // timedelta(seconds=1))
        match = _SPAN.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise _unreadable(name, value)
        count, unit = int(match[1]), match[2].lower()
        seconds = count * _UNITS[unit]
        if abs(seconds) > _LONGEST:
            raise illegal_argument(f"{name} [{value}] is too long")
        if seconds != int(seconds):
            raise illegal_argument(f"{name} has to be a multiple of 1s. Value = {value}")
        return cls(int(seconds), f"{count}{unit}")

    @classmethod
    def read(cls, field: Field, value: Any) -> TimeSpan:
        """A span in a body."""
        if isinstance(value, bool) or not isinstance(value, (int, str, timedelta)):
            raise field.wrong_kind(value)
        return cls.parse(field.name, value)

    @classmethod
    def of_seconds(cls, seconds: int) -> TimeSpan:
        """A span in the largest unit that divides it.

        >>> TimeSpan.of_seconds(2_592_000).text, TimeSpan.of_seconds(90).text
        ('30d', '90s')
        """
        unit = next(unit for unit in "dhms" if seconds % _UNITS[unit] == 0)
        return cls(seconds, f"{seconds // int(_UNITS[unit])}{unit}")

    @property
    def milliseconds(self) -> int:
        """The same in milliseconds."""
        return self.seconds * 1_000

    def __str__(self) -> str:
        return self.text


def _unreadable(name: str, value: object) -> JobError:
    return JobError(
        f"failed to parse setting [{name}] with value [{value}] as a time value: unit is missing "
        "or unrecognized"
    )

"""Names of indices: which are allowed, patterns of them, and the names of rollovers."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from adcore.store.errors import InvalidIndexNameError

__all__ = ["check_index_name", "dated_name", "matching_names", "next_name"]

_FORBIDDEN = '\\/*?"<>| ,#:'
_LONGEST = 255
_DATE_MATH = re.compile(r"<(.*)\{now/d\}(.*)>")
_NUMBERED = re.compile(r"(.*?)(\d{4}\.\d{2}\.\d{2}-)?(\d+)")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def check_index_name(name: str) -> None:
    """Raise an InvalidIndexNameError unless an index may have this name."""
    fault = _fault(name)
    if fault is not None:
        raise InvalidIndexNameError(f"Invalid index name [{name}], {fault}", index=name)


def _fault(name: str) -> str | None:
    if not name:
        return "must not be empty"
    if name in (".", ".."):
        return "must not be '.' or '..'"
    if any(letter in _FORBIDDEN or ord(letter) < 32 for letter in name):
        shown = ", ".join(letter for letter in _FORBIDDEN if letter != ":")
        return f"must not contain the following characters [{shown}] or ':'"
    if name[0] in "_-+":
        return "must not start with '_', '-', or '+'"
    if name != name.lower():
        return "must be lowercase"
    length = len(name.encode("utf-8", "surrogatepass"))
    return f"index name is too long, ({length} > {_LONGEST})" if length > _LONGEST else None


def matching_names(pattern: str, names: Iterable[str]) -> list[str]:
    """The names that a pattern of ``*`` matches, sorted.

    Names that begin with a dot are hidden: only patterns that begin with a dot match them.
    """
    expression = re.compile(fnmatch.translate(re.sub(r"[\[?]", r"[\g<0>]", pattern)))
    hidden = pattern.startswith(".")
    return sorted(n for n in names if (hidden or n[:1] != ".") and expression.match(n))


def dated_name(name: str, now: int) -> str:
    """``<logs-{now/d}-1>`` with the day written out; other names stay.

    Examples
    --------
    >>> dated_name("<logs-{now/d}-1>", 1_700_000_000_000)
    'logs-2023.11.14-1'
    """
    match = _DATE_MATH.fullmatch(name)
    return name if match is None else f"{match[1]}{_day(now)}{match[2]}"


def next_name(name: str, now: int) -> str:
    """The index that follows another in a rollover: the day of today, the next number.

    Examples
    --------
    >>> next_name("results-history-2023.11.02-1", 1_700_000_000_000)
    'results-history-2023.11.14-000002'

    Raises
    ------
    InvalidIndexNameError
        If the name does not end in a number.
    """
    match = _NUMBERED.fullmatch(name)
    if match is None:
        raise InvalidIndexNameError(
            f"index name [{name}] does not match pattern '^.*-\\d+$'", index=name
        )
    day = f"{_day(now)}-" if match[2] else ""
    return f"{match[1]}{day}{int(match[3]) + 1:06d}"


def _day(now: int) -> str:
    return (_EPOCH + timedelta(milliseconds=now)).strftime("%Y.%m.%d")

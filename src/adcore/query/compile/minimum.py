"""How many of several clauses must match."""

from __future__ import annotations

import re

from adcore.query.errors import query_error

__all__ = ["minimum_matches"]

_PART = re.compile(r"(-?\d{1,9})(%?)")


def minimum_matches(given: str, clauses: int) -> int:
    """The number that a text asks for.

    >>> minimum_matches("75%", 4), minimum_matches("-1", 4), minimum_matches("2<50% 9<3", 8)
    (3, 3, 4)
    """
    if "<" not in given:
        return _count(given.strip(), clauses)
    result = clauses
    for part in re.sub(r"\s*<\s*", "<", given).split():
        limit, _, count = part.partition("<")
        if not limit.isdigit():
            raise _invalid(given)
        if clauses <= int(limit):
            break
        result = _count(count, clauses)
    return result


def _count(part: str, clauses: int) -> int:
    match = _PART.fullmatch(part)
    if match is None:
        raise _invalid(part)
    number = int(match[1])
    if match[2]:
        share = int(clauses * abs(number) / 100)
        number = -share if number < 0 else share
    return max(0, clauses + number if number < 0 else number)


def _invalid(part: str) -> Exception:
    return query_error(f'For input string: "{part}"', "number_format_exception")

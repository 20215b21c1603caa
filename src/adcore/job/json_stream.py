"""Rows sent as JSON: an array, one object a line, or objects one after the other."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from adcore.job.errors import JobError

__all__ = ["read_json_rows"]

_MOST_ERRORS = 100
_BETWEEN = re.compile(r"[\s,\[\]]*")
_decoder = msgspec.json.Decoder()
_scanner = json.JSONDecoder()


def read_json_rows(body: bytes | str) -> list[dict[str, Any]]:
    """The objects of a body; what is no object is skipped.

    Raises
    ------
    JobError
        ``parse_exception`` after a hundred pieces that could not be read; nothing is given then.

    Examples
    --------
    >>> read_json_rows(b'{"a": 1}{"a": 2}'), read_json_rows('[{"a": 3}]')
    ([{'a': 1}, {'a': 2}], [{'a': 3}])
    """
    content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else bytes(body)
    content = content.strip()
    try:
        is_array = content.startswith(b"[")
        rows = _decoder.decode(content) if is_array else _decoder.decode_lines(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _scan(content.decode("utf-8", "replace"))
    return _objects(rows)


def _objects(rows: list[Any]) -> list[dict[str, Any]]:
    objects = [row for row in rows if type(row) is dict]
    if len(rows) - len(objects) >= _MOST_ERRORS:
        raise _malformed()
    return objects


def _scan(text: str) -> list[dict[str, Any]]:
    """Object by object; after a fault it goes on with the next line."""
    rows: list[Any] = []
    at, errors = _skip(text, 0), 0
    while at < len(text):
        try:
            row, at = _scanner.raw_decode(text, at)
            rows.append(row)
        except (ValueError, RecursionError):
            errors += 1
            if errors >= _MOST_ERRORS:
                raise _malformed() from None
            line_end = text.find("\n", at)
            at = len(text) if line_end < 0 else line_end
        at = _skip(text, at)
    return _objects(rows)


def _skip(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return at if found is None else found.end()


def _malformed() -> JobError:
    return JobError("The input JSON data is malformed.", type="parse_exception")
